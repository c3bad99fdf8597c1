"""Two tasks of somebody who has never seen the program, with the first tries that people make: the second one works."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from ruralpanel.errors import ProblemsFound
from ruralpanel.frames.expressions import evaluate_condition
from ruralpanel.study.blocks import Equation
from ruralpanel.study.load import load_study
from tests.conftest import ROOT

BLOCK = "  baseline: # equation B\n"
DERIVED = "    income_before: { baseline: real_income, at: [2008, 2012] }\n"
ROWS = pd.DataFrame({"province": ["81", "82", "83", "83"]})


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder that has all that the default study names."""
    folder = tmp_path_factory.mktemp("beside")
    for each in ("config", "data/raw/taobao_villages", "data/raw/published_facts", "results/published"):
        shutil.copytree(ROOT / each, folder / each)
    return folder


def equation(folder: Path, line: str, derived: str = "") -> Equation:
    """Write a line into the first block of the default study, and give its first equation."""
    text = (ROOT / "config/studies/taobao_villages.yaml").read_text(encoding="utf-8")
    assert BLOCK in text and DERIVED in text
    text = text.replace(BLOCK, f"{BLOCK}    {line}\n").replace("study: taobao_villages", "study: tried", 1)
    text = text.replace(DERIVED, f"{DERIVED}    {derived}\n", 1) if derived else text
    (folder / "config/studies/tried.yaml").write_text(text, encoding="utf-8")
    return load_study("tried", folder).equations("baseline")[0]


def kept(folder: Path, line: str) -> list[str]:
    """Give the provinces whose rows are kept."""
    sample = equation(folder, line).sample
    assert sample is not None
    return ROWS["province"][evaluate_condition(ROWS, sample, "block baseline")[0]].tolist()


DROPPED = [
    ("sample: province != 83", "→ write province != '83'", "sample: province != '83'"),
    ('sample: "province != 83"', "→ write province != '83'", "sample: province != '83'"),
    ("sample: province not in [83]", "→ write \"province not in ['83']\"", "sample: \"province not in ['83']\""),
    ('sample: province != "Henan"', "→ province holds 81, 82, 83: write one of these", 'sample: province != "83"'),
    (
        "sample: province != Henan",
        "→ province holds codes of 2 digits: write the one that is meant in quotes, in place of Henan",
        "sample: province != '83'",
    ),
    (
        "sample: province not in [Henan]",
        "→ province holds codes of 2 digits: write the one that is meant in quotes, in place of Henan",
        "sample: \"province not in ['83']\"",
    ),
    ("sample: provicne != '83'", "did you mean “province”?", "sample: province != '83'"),
    ("sample: [province != '83']", "→ write it without brackets: province != '83'", "sample: province != '83'"),
    ("sample: province <> '83'", "unequal is `!=`: `province != '83'`", "sample: province != '83'"),
    (
        "drop: province == '83'",
        "write which rows stay: `sample: not (province == '83')`",
        "sample: not (province == '83')",
    ),
    ("keep: province != '83'", "did you mean “sample”?", "sample: province != '83'"),
]


@pytest.mark.slow(but_each=4)
@pytest.mark.parametrize(("first", "said", "second"), DROPPED)
def test_a_province_is_dropped_at_the_second_try(first: str, said: str, second: str, beside: Path) -> None:
    with pytest.raises(ProblemsFound) as raised:
        kept(beside, first)
    assert said in str(raised.value)
    assert kept(beside, second) == ["81", "82"]


def test_a_code_in_quotes_is_right_at_the_first_try(beside: Path) -> None:
    assert kept(beside, 'sample: province != "83"') == ["81", "82"]


def test_a_name_without_quotes_is_told_to_be_quoted(beside: Path) -> None:
    with pytest.raises(ProblemsFound, match="if text is meant, write it in quotes: opened != 'Closed'"):
        kept(beside, "sample: opened != Closed")
    with pytest.raises(ProblemsFound, match=r"if text is meant, write it in quotes: opened in \['Closed'\]"):
        kept(beside, "sample: opened in [Closed]")


CONTROL = "log_registered_before"
GIVEN = f"regressors: [{CONTROL}]"


ADDED = [
    (f"controls: {CONTROL}", f"“regressors”? Then write a list, even of one: [{CONTROL}]", GIVEN),
    (f"controls: [{CONTROL}]", "did you mean “regressors”?", GIVEN),
    (f"covariates: [{CONTROL}]", "did you mean “regressors”?", GIVEN),
    (f"regressors: {CONTROL}", f"write a list, even of one: [{CONTROL}]", GIVEN),
    ("regressors: [log_registerd_before]", f"did you mean “{CONTROL}”?", GIVEN),
    (f"regressors: {CONTROL} + plain", f"write a list: [{CONTROL}, plain]", f"regressors: [{CONTROL}, plain]"),
]


@pytest.mark.slow(but_each=3)
@pytest.mark.parametrize(("first", "said", "second"), ADDED)
def test_a_control_is_added_at_the_second_try(first: str, said: str, second: str, beside: Path) -> None:
    with pytest.raises(ProblemsFound) as raised:
        equation(beside, first)
    assert said in str(raised.value)
    assert equation(beside, second).regressors[0] == CONTROL


DERIVED_THEN = [
    (
        "regressors: [slope]",
        "a new one is declared under `columns` of its source, or derived under `panel.derived`",
        "slope",
        "slope: plain * 2",
    ),
    (
        "regressors: [log(income_before)]",
        "derive it under `panel.derived`, such as `computed: log(income_before)`, and name that",
        "computed",
        "computed: log(income_before)",
    ),
]

SAID = [said for _, said, *_ in (*DROPPED, *ADDED, *DERIVED_THEN)]
"""What errors say, or parts of it."""


@pytest.mark.slow
@pytest.mark.parametrize(("first", "said", "name", "derived"), DERIVED_THEN)
def test_a_control_that_is_not_there_is_derived(first: str, said: str, name: str, derived: str, beside: Path) -> None:
    with pytest.raises(ProblemsFound) as raised:
        equation(beside, first)
    assert said in str(raised.value)
    assert equation(beside, f"regressors: [{name}]", derived).regressors == [name]
