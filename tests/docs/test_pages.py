"""What pages say, held to the program: keys, names of files, commands and estimators, equations, links."""

from __future__ import annotations

import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from pydantic import ValidationError

from ruralpanel.commands import command_names
from ruralpanel.monte_carlo.expectations import Expectation
from ruralpanel.monte_carlo.lead_tests import RIGHT
from ruralpanel.monte_carlo.lead_tests import verdict as lead_verdict
from ruralpanel.monte_carlo.summary import verdict
from ruralpanel.power.assumptions import Assumptions
from ruralpanel.study.estimators import ESTIMATORS
from ruralpanel.study.model import Study
from ruralpanel.study.periods import context_of
from ruralpanel.study.sensitivity import ANALYSES
from ruralpanel.study.yaml_file import read_yaml
from tests.conftest import ROOT
from tests.docs.pages import PAGES, blocks, documents

DOCUMENTS = documents()
NAMES = [path.relative_to(ROOT).as_posix() for path in DOCUMENTS]


@pytest.fixture(scope="module")
def hooks() -> Any:
    """Import the hooks of the site as it is built with them."""
    sys.path.insert(0, str(ROOT / "docs/hooks"))
    yield {name: import_module(name) for name in ("equations", "docstrings", "generated_pages", "monte_carlo")}
    sys.path.remove(str(ROOT / "docs/hooks"))


@pytest.mark.parametrize("path", DOCUMENTS, ids=NAMES)
def test_parts_of_study_files_are_valid(path: Path, tmp_path: Path) -> None:
    """Whatever a part of a study file or of designs says, is understood; what it leaves out is not asked for."""
    for said, text in blocks(path, "yaml"):
        (tmp_path / "part.yaml").write_text(text, encoding="utf-8")
        try:
            data = read_yaml(tmp_path / "part.yaml").data
            if said.startswith("config/power/"):
                Assumptions.model_validate(data)
            else:
                Study.model_validate(data, context=context_of(data))
        except ValidationError as error:
            assert [each for each in error.errors() if each["type"] != "missing"] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=NAMES)
def test_files_that_are_named_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = re.findall(r"`((?:config|data/raw|docs|src|tests|workflow|benchmarks|\.ci)/[^`\s*<…]*)`", text)
    absent = [
        each
        for each in named
        if not re.search("my_(study|paper|survey)|NAME|docs/site", each) and not (ROOT / each).exists()
    ]
    assert [each for each in absent if ".retrieved" not in each] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=NAMES)
def test_links_lead_somewhere(path: Path) -> None:
    """On a forge too, where pages that are made when the site is built are not there."""
    made = {"reference/study-files.md", "reference/keys.md"}
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        if not target.startswith("https://"):
            found = (path.parent / target).resolve()
            assert found.exists() or found.relative_to(PAGES).as_posix() in made, target


def test_every_command_is_on_the_page_of_commands() -> None:
    page = (PAGES / "reference/commands.md").read_text(encoding="utf-8")
    assert [name for name in command_names() if f"<!-- help of {name} -->" not in page] == []
    rules = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "workflow/rules").glob("*.smk"))
    by_name = re.findall(r"^# Run by name only.*\n(?:#.*\n)*rule (\w+):", rules, re.MULTILINE)
    targets = ["monte_carlo" if name == "replicate" else name for name in by_name]
    assert len(targets) >= 4
    assert [name for name in targets if f"`./run {name}`" not in page] == []


def test_every_estimator_and_analysis_has_its_place_among_the_methods(hooks: Any) -> None:
    methods = "".join(path.read_text(encoding="utf-8") for path in (PAGES / "methods").glob("*.md"))
    index = hooks["generated_pages"].on_page_markdown((PAGES / "methods/index.md").read_text(encoding="utf-8"))
    pages = [re.fullmatch(r"\[.+\]\(([a-z-]+\.md)?(#means)?\)", each.page) for each in ESTIMATORS.values()]
    assert all(page and (PAGES / "methods" / (page[1] or "index.md")).is_file() for page in pages)
    assert [name for name in ESTIMATORS if f"`{name}`" not in index] == []
    assert [name for name in ANALYSES if f"## `{name}`" not in methods] == []


@pytest.mark.parametrize("path", sorted(PAGES.rglob("*.md")), ids=lambda path: path.stem)
def test_equations_become_mathml(path: Path, hooks: Any) -> None:
    """Nothing of the TeX is left in them."""
    text = re.sub(r"```.*?```|`[^`]*`", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for display, inline in re.findall(r"\$\$(.+?)\$\$|\$([^$]+)\$", text, re.DOTALL):
        kind = ("div", "[", "]") if display else ("span", "(", ")")
        written = f'<{kind[0]} class="arithmatex">\\{kind[1]}{display or inline}\\{kind[2]}</{kind[0]}>'
        shown = hooks["equations"].on_page_content(written.replace("&", "&amp;"))
        found = ElementTree.fromstring(shown)
        assert "math" in found.tag or "math" in found[0].tag
        assert not re.search(r"[\\_{}$]", "".join(found.itertext())), display or inline


def test_roles_of_docstrings_are_read(hooks: Any) -> None:
    read = hooks["docstrings"].as_markdown
    assert (
        read("the effect :math:`\\beta_e`\nof :func:`ruralpanel.frames.ledger.Ledger`")
        == "the effect $\\beta_e$\nof `Ledger`"
    )
    assert read("with\n\n.. math:: Y =\n   \\alpha\n\nand") == "with\n\n\n$$\nY =\n   \\alpha\n$$\n\n\nand"


def test_a_command_says_what_it_takes(hooks: Any) -> None:
    page = hooks["generated_pages"].on_page_markdown("before\n<!-- help of compare -->\nafter")
    assert page.startswith("before\n```text\nusage: ./run compare")
    assert page.endswith("```\nafter")


def test_the_published_monte_carlo_is_of_the_plan_and_keeps_what_theory_promises(hooks: Any) -> None:
    summary, plan = hooks["monte_carlo"].published()
    assert set(summary["design"]) == {design.name for design in plan.designs()}
    assert set(summary["estimator"]) == set(plan.estimators)
    assert set(summary["variance"]) == set(plan.variances)
    again = [
        verdict(row, Expectation(row["expected_to_cover"], row["why"]))
        for row in summary.fillna({"why": ""}).to_dict("records")
    ]
    assert list(summary["verdict"]) == again
    assert (summary.loc[summary["expected_to_cover"], "failures"] == 0).all()


@pytest.mark.slow
def test_the_page_of_the_monte_carlo_asks_for_every_part(hooks: Any) -> None:
    page = (PAGES / hooks["monte_carlo"].PAGE).read_text(encoding="utf-8")
    assert hooks["monte_carlo"].ASKED.findall(page) == list(hooks["monte_carlo"].parts())


def test_the_published_tests_of_leads_are_of_the_plan_and_reject_as_often_as_they_claim(hooks: Any) -> None:
    summary, (_, plan) = hooks["monte_carlo"].published_leads(), hooks["monte_carlo"].published()
    assert set(summary["design"]) == {design.name for design in plan.lead_designs()}
    assert (summary["replications"] <= plan.leads.replications).all()
    assert list(summary["verdict"]) == [lead_verdict(row) for row in summary.to_dict("records")]
    assert (summary["verdict"] == RIGHT).all()
