"""Advice of commands: what is printed is given, and the command does its work."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from ruralpanel.__main__ import main
from tests.trial.conftest import STUDY, top

__all__ = ["top"]

FORMULA = "log(income) ~ listed | village + year"


class Mistake(NamedTuple):
    """A command that is wrong, and as its advice has it; files are changed by pairs of old and new text."""

    hint: str
    first: list[str]
    second: list[str]
    study: tuple[str, str] = ("", "")
    mended: tuple[str, str] = ("", "")


def tried(formula: str = FORMULA, *options: str) -> list[str]:
    """Write a command that estimates."""
    return ["try", formula, *options]


PROGRAM = """\
from ruralpanel.estimation.result import EquationResult


def estimate(panel, equation, ledger):
    return EquationResult([{"term": "listed", "estimate": 1.0, "standard_error": 0.5}])
"""
FORM = "data/raw/small/form.csv"
NEW = ["new-study"]
ON_ONE_LINE = STUDY[STUDY.index("outcomes:") : STUDY.index("blocks:")]
FLOW = "outcomes: { income: { column: wealth, label: Income per head, unit: yuan, transformation: log } }\n"

MISTAKES = [
    Mistake(
        "choose another name, such as `baseline_2`",
        tried(FORMULA, "--save", "baseline"),
        tried(FORMULA, "--save", "baseline_2"),
    ),
    Mistake(
        "lower-case letters, digits and underscores, a letter first",
        tried(FORMULA, "--save", "My block"),
        tried(FORMULA, "--save", "my_block"),
    ),
    Mistake(
        "such as 'window: [-4, 4]'",
        tried("log(income) ~ i(listed) | village + year", "--with", "-4, 4"),
        tried("log(income) ~ i(listed) | village + year", "--with", "window: [-4, 4]"),
    ),
    Mistake(
        "leave `0` out; fixed effects stand in its place",
        tried("income ~ 0 + listed | village"),
        tried("income ~ listed | village"),
    ),
    Mistake("write `I(listed / x)`", tried("income ~ listed / x | village"), tried("income ~ I(listed / x) | village")),
    Mistake(
        "instruments are a third part, `| x ~ z`", tried("income ~ x ~ z | village"), tried("income ~ 1 | year | x ~ z")
    ),
    Mistake(
        "write `ref = -1`, or `reference_period: -2` under `designation.listed`",
        tried("income ~ i(listed, ref = -2) | village + year"),
        tried("income ~ i(listed, ref = -1) | village + year"),
    ),
    Mistake(
        "write `ref = -1`, or `reference_period: -2` under `designation.listed`",
        tried("income ~ i(listed, ref = -2) | village + year"),
        tried("income ~ i(listed, ref = -2) | village + year"),
        mended=("never: [0],", "never: [0], reference_period: -2,"),
    ),
    Mistake("did you mean “wealth”?", tried("wealht ~ listed | village"), tried("wealth ~ listed | village")),
    Mistake(
        "write every entry of `outcomes` on a line of its own",
        tried("wealth ~ listed | village", "--save", "levels"),
        tried("wealth ~ listed | village", "--save", "levels"),
        (ON_ONE_LINE, FLOW),
        (FLOW, ON_ONE_LINE),
    ),
    Mistake(
        "a name that ends in .png, .pdf, .svg",
        ["plot", "income", "by", "cohort", "--save", "income.jpg"],
        ["plot", "income", "by", "cohort", "--save", "income.png"],
    ),
    Mistake("did you mean “province”?", ["plot", "income", "by", "provicne"], ["plot", "income", "by", "province"]),
    Mistake("did you mean “income”?", ["plot", "incmoe", "by", "cohort"], ["plot", "income", "by", "cohort"]),
    Mistake(
        "read it, and then add --config allow_code=true",
        tried(FORMULA, "--estimator", "mine.py:estimate"),
        tried(FORMULA, "--estimator", "mine.py:estimate", "--config", "allow_code=true", "study=small"),
    ),
    Mistake(
        "rename one",
        ["init", "paper", "--from", FORM, "results/form.csv"],
        ["init", "paper", "--from", FORM, "results/other.csv"],
    ),
    Mistake("put it below data/raw/ first", [*NEW, "mine", "../form.csv"], [*NEW, "mine", FORM]),
    Mistake("did you mean “my-paper”?", ["init", "my paper"], ["init", "my-paper"]),
    Mistake(
        "did you mean “--study mine”?", ["init", "my-paper", "--study", "Mine"], ["init", "my-paper", "--study", "mine"]
    ),
    Mistake("did you mean “data-2”?", ["init", "data"], ["init", "data-2"]),
    Mistake("did you mean “form.csv”?", [*NEW, "mine", "data/raw/small/from.csv"], [*NEW, "mine", FORM]),
    Mistake(
        "lower-case letters, digits and underscores, a letter first", [*NEW, "My study", FORM], [*NEW, "my_study", FORM]
    ),
    Mistake("choose another name, or give --overwrite", [*NEW, "small", FORM], [*NEW, "another", FORM]),
    Mistake("choose another name, or give --overwrite", [*NEW, "small", FORM], [*NEW, "small", FORM, "--overwrite"]),
    Mistake("did you mean “small”?", ["try", FORMULA, "--study", "smal"], ["try", FORMULA, "--study", "small"]),
]


def edited(top: Path, change: tuple[str, str]) -> None:
    """Change the study file."""
    path = top / "config/studies/small.yaml"
    text = path.read_text(encoding="utf-8")
    assert change[0] in text
    path.write_text(text.replace(*change) if change[0] else text, encoding="utf-8")


@pytest.mark.parametrize(
    "mistake",
    [
        pytest.param(each, marks=pytest.mark.slow if each.first[0] == "plot" else (), id=each.hint[:50])
        for each in MISTAKES
    ],
)
def test_the_second_command_works(mistake: Mistake, top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for copy in ("results/form.csv", "results/other.csv", "../form.csv"):
        (top / copy).write_bytes((top / FORM).read_bytes())
    (top / "config/studies/mine.py").write_text(PROGRAM, encoding="utf-8")
    edited(top, mistake.study)
    assert main(mistake.first) == 1
    assert mistake.hint in capsys.readouterr().err
    edited(top, mistake.mended)
    assert main(mistake.second) == 0
