"""The site as CI builds it, opened from the disk: equations, search, nothing fetched, nothing wider than the screen."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT
from tests.docs.pages import PAGES as PAGES_OF_DOCUMENTATION
from tests.report.test_in_a_browser import CHROMIUM, browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser"]  # the fixture

pytestmark = pytest.mark.slow

PAGES = (
    "index",
    "tutorial",
    "how-to/recodes",
    "methods/inference",
    "methods/monte-carlo",
    "methods/sensitivity",
    "methods/staggered",
    "reference/keys",
    "reference/commands",
    "reference/python-estimation",
    "dcas",
)
WIDTHS = (375, 1280)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", "docs/mkdocs.yml", "-d", str(folder)]
    built = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    return folder


def test_equations_are_mathml_and_nothing_of_the_tex_is_left(site: Path) -> None:
    pages = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    assert "<math" in pages[site / "methods/two-way.html"]
    assert "<math" in pages[site / "reference/python-estimation.html"]  # of docstrings
    for path, page in pages.items():
        prose = re.sub(r"<(script|code|pre|style)\b.*?</\1>", "", page, flags=re.DOTALL)
        assert not re.search(r"arithmatex|:math:|\.\. math|merror|\$", prose), path.name


def test_every_section_of_a_page_is_one_of_the_site(site: Path) -> None:
    for path in PAGES_OF_DOCUMENTATION.rglob("*.md"):
        prose = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        built = (site / path.relative_to(PAGES_OF_DOCUMENTATION)).with_suffix(".html").read_text(encoding="utf-8")
        sections = re.findall(r"^## ", prose, re.MULTILINE)
        assert built.count("<h2 ") >= len(sections), path.name
        assert "```" not in built, path.name


def test_nothing_is_from_a_network(site: Path) -> None:
    for path in [*site.rglob("*.html"), *site.rglob("*.css")]:
        text = path.read_text(encoding="utf-8")
        assert not re.findall(r"""(?:src=|url\(|@import |<link[^>]*href=)["']?https?:""", text), path.name


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open a page, and see to it that nothing is said on the console and nothing fetched."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("request", lambda request: said.append(request.url) if request.url.startswith("http") else None)
    yield opened
    context.close()
    assert said == []


@pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on the PATH")
def test_pages_fit_a_telephone(site: Path, page: Page) -> None:
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for name in PAGES:
            page.goto((site / f"{name}.html").as_uri())
            assert page.evaluate(wider) <= 0, f"{name} at {width}"


@pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on the PATH")
def test_search_finds_without_a_server(site: Path, page: Page) -> None:
    page.goto((site / "index.html").as_uri())
    page.fill("input.md-search__input", "Goodman-Bacon")
    # What is typed while the index is still being read is looked for when the next key is pressed.
    page.wait_for_function(
        """() => {
            document.querySelector("input.md-search__input").dispatchEvent(new Event("keyup"));
            return document.querySelector(".md-search-result__item");
        }""",
        polling=500,
        timeout=20_000,
    )
    assert "Two-way fixed effects" in page.inner_text(".md-search-result__list")
