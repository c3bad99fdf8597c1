"""The page in headless Chromium: what it fetches and says, sorting, searching, tracing, and its widths."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from ruralpanel.report.page import write_page
from tests.report.made_page import default_study, made_contents, picture
from tests.report.page_size import CHROMIUM, NAMES, screens_in, words_before_unfolding

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow

WIDTHS = (375, 1280, 1920)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip(f"there is none of {', '.join(NAMES)} on the PATH")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def address(made_panel: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> str:
    contents = made_contents(made_panel, default_study())
    wide = contents.exhibits[1].__class__("w", "Figure 2", "Figure 2. Wide", "note", ["w.png"], svg=picture(3000))
    told = dataclasses.replace(contents.exhibits[0], name="n", number="Table 2", title="Table 2. N", notes="One note.")
    times = pd.DataFrame({"rule": ["a_rule"], "name": [""], "seconds": [1.5], "cpu_seconds": [1.0], "megabytes": [9.0]})
    contents = made_contents(
        made_panel,
        default_study(),
        exhibits=[*contents.exhibits, told, wide],
        run_times=times,
        sensitivity={"a": times},
    )
    path = tmp_path_factory.mktemp("page") / "index.html"
    path.write_text(write_page(contents), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """Open the page, and see to it that it says nothing on the console and fetches nothing."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    said: list[str] = []
    fetched: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("request", lambda request: fetched.append(request.url))
    opened.goto(address)
    opened.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    yield opened
    assert said == []
    assert [url for url in fetched if not url.startswith("data:") and url.split("#")[0] != address] == []
    context.close()


def column(page: Page, number: int) -> list[str]:
    return page.locator(f"#all-estimates tbody tr:not([hidden]) > :nth-child({number})").all_text_contents()


def numbers_of(texts: list[str]) -> list[float]:
    return [float(text.replace("−", "-").replace(",", "")) for text in texts if text not in ("", "—")]


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_window(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # What is wider is in a box that scrolls, and no text is cut off by any other box.
    cut = page.evaluate(
        "[...document.querySelectorAll('main *, header *')].filter(each => !each.closest('.scroll, svg, .search')"
        " && each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).display !== 'inline')"
        ".map(each => each.tagName + ' ' + each.textContent.slice(0, 40))"
    )
    assert cut == []


def test_the_first_column_stays_when_a_table_scrolls(page: Page) -> None:
    page.set_viewport_size({"width": 375, "height": 800})
    box = page.locator(".scroll.tall")
    before = page.locator("#all-estimates tbody th").first.bounding_box()
    box.evaluate("each => { each.scrollLeft = 200 }")
    after = page.locator("#all-estimates tbody th").first.bounding_box()
    assert before is not None
    assert after is not None
    assert box.evaluate("each => each.scrollLeft") == 200
    assert after["x"] == pytest.approx(before["x"], abs=1)


def test_estimates_are_sorted_by_a_click_on_a_head(page: Page) -> None:
    first = column(page, 4)
    head = page.locator("#all-estimates thead th").nth(3)
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    ascending = numbers_of(column(page, 4))
    assert ascending == sorted(ascending)
    assert len(ascending) > 5
    head.get_by_role("button").press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    assert numbers_of(column(page, 4)) == ascending[::-1]
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "none"
    assert column(page, 4) == first


def test_estimates_are_found_by_words(page: Page) -> None:
    everything = len(column(page, 1))
    page.get_by_label("Search").fill("event_study joint")
    assert column(page, 1) == ["joint test of leads"]
    assert page.locator("#found").inner_text() == f"1 of {everything}"
    page.get_by_label("Search").fill("no such words")
    assert column(page, 1) == []
    page.get_by_label("Search").fill("")
    page.get_by_label("without rows by event time").check()
    assert column(page, 2) == ["", ""]


def test_a_number_of_a_table_opens_what_stands_behind_it(page: Page) -> None:
    number = page.locator("#t td[data-address] a").first
    text = number.inner_text()
    number.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    assert dialog.is_visible()
    shown = dialog.inner_text()
    for part in (
        "made/main/income/two_way_fixed_effects/listed",
        "src/ruralpanel/estimation/two_way_fixed_effects.py",
        "0123456789abcdef",
        "sha256 abc",
        "320 rows",
        "blocks.made",
    ):
        assert part in shown
    assert text in shown
    assert page.evaluate("location.hash") == "#estimate-made/main/income/two_way_fixed_effects/listed"
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    page.wait_for_function("location.hash === ''")
    assert page.evaluate("document.activeElement.textContent") == text


def test_a_sorted_row_opens_its_own_number(page: Page) -> None:
    page.locator("#all-estimates thead th").nth(3).get_by_role("button").click()
    row = page.locator("#all-estimates tbody tr").first
    value, place = row.locator("td").nth(2).inner_text(), str(row.get_attribute("id"))
    row.get_by_role("link").click()
    assert value in page.locator("#trace-title").inner_text()
    assert page.locator("#trace code").first.inner_text() == place.removeprefix("estimate-").replace("+", " ")
    page.get_by_role("button", name="Close").click()
    assert not page.get_by_role("dialog").is_visible()


def test_a_link_to_a_number_opens_it_and_one_to_a_closed_part_opens_the_part(page: Page, address: str) -> None:
    page.goto(address + "#estimate-made/main/income/event_study/joint+test+of+leads")
    assert "joint test of leads" in page.locator("#trace-title").inner_text()
    page.keyboard.press("Escape")
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = false")
    page.evaluate("location.hash = '#ledger-estimation-made-main-income-event_study'")
    page.wait_for_function("document.getElementById('ledger-estimation-made-main-income-event_study').open")
    assert page.locator("#ledger-estimation-made-main-income-event_study table").is_visible()


def test_the_page_reads_without_scripts_and_in_the_dark(browser: Browser, address: str) -> None:
    context = browser.new_context(
        java_script_enabled=False, color_scheme="dark", viewport={"width": 375, "height": 800}
    )
    opened = context.new_page()
    opened.goto(address)
    assert opened.get_by_text("Listing raises <income>.").is_visible()
    assert not opened.locator("#all-estimates tbody tr").first.is_visible()
    opened.get_by_text("Search and sort them").click()
    assert opened.locator("#all-estimates tbody tr").first.is_visible()
    assert not opened.get_by_label("Search").is_visible()
    context.close()


def test_printed_pages_leave_out_what_only_a_screen_needs(page: Page) -> None:
    page.emulate_media(media="print")
    assert not page.locator("#all-estimates").is_visible()
    assert page.get_by_text("Printed without its rows").is_visible()
    assert page.get_by_text("SIMULATED DATA: nothing on this page").is_visible()
    assert not page.get_by_role("navigation").is_visible()
    assert page.get_by_text("too <late>").is_visible()


def test_what_is_folded_is_not_printed(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.goto(address)
    opened.evaluate("for (const each of document.querySelectorAll('details')) each.open = false")
    opened.emulate_media(media="print")
    # The answer, and a line for each claim and each exhibit, are printed as they are on the screen.
    for kept in ("#answer", "#claims", ".claim > summary", "#t > summary", ".exhibit.figure img", "#sources", "#again"):
        assert opened.locator(kept).first.is_visible(), kept
    for left in ("#t table", "#codebook", "#estimates", "#sensitivity", ".claim ul", "#unfold"):
        assert not opened.locator(left).first.is_visible(), left
    # What the reader opened is printed whole, a table with its notes.
    opened.evaluate("for (const name of ['t', 'n']) document.getElementById(name).open = true")
    assert opened.locator("#t table").is_visible()
    # Playwright calls all that is in closed details hidden; the browser itself knows what it prints.
    assert opened.evaluate("document.querySelector('#n .notes').checkVisibility()")
    opened.emulate_media(media="screen")
    assert not opened.evaluate("document.querySelector('#n .notes').checkVisibility()")
    opened.emulate_media(media="print")
    assert not opened.locator("#codebook").is_visible()
    opened.evaluate("document.querySelector('.reference:has(#codebook) details').open = true")
    assert opened.locator("#codebook").is_visible()
    context.close()


def test_everything_is_unfolded_by_one_button(page: Page) -> None:
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = false")
    page.get_by_role("button", name="Unfold all").click()
    assert page.locator("main details:not([open])").count() == 0
    assert page.locator("main details").count() > 5
    page.get_by_role("button", name="Fold all").click()
    assert page.locator("main details[open]").count() == 0


def test_the_keyboard_reaches_the_content_first_and_every_control_has_a_name(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    for landmark in ("banner", "navigation", "main"):
        assert page.get_by_role(landmark).count() == 1
    unnamed: list[Any] = page.evaluate(
        "[...document.querySelectorAll('button, input, a, img, .scroll')]"
        ".filter(each => !(each.getAttribute('aria-label') || each.alt || each.textContent.trim()"
        " || each.labels?.length))"
        ".map(each => each.outerHTML.slice(0, 80))"
    )
    assert unnamed == []


def test_the_script_is_short() -> None:
    template = Path(write_page.__code__.co_filename).parent / "templates" / "script.js.j2"
    assert len(template.read_bytes()) < 20_000


def test_folded_parts_take_no_room_and_count_no_words(browser: Browser, address: str, tmp_path: Path) -> None:
    folded = Path(address.removeprefix("file://")).read_text(encoding="utf-8")
    opened = tmp_path / "open.html"
    opened.write_text(folded.replace("<details", "<details open"), encoding="utf-8")
    closed = screens_in(browser, Path(address.removeprefix("file://")))
    assert closed + 1 < screens_in(browser, opened)
    assert words_before_unfolding(folded) + 300 < words_before_unfolding(opened.read_text(encoding="utf-8"))


def test_a_phone_shows_whole_figures(page: Page) -> None:
    page.set_viewport_size({"width": 375, "height": 800})
    for number in range(page.locator(".exhibit img").count()):
        box = page.locator(".exhibit img").nth(number).bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 375
