"""The hints of errors, followed: two letters of a shipped study are swapped, and what the error says is tried."""

from __future__ import annotations

import random
import re
import shutil
from pathlib import Path

import pytest

from ruralpanel.errors import Problem, StudyError
from ruralpanel.study.load import load_study
from ruralpanel.study.model import Study
from tests.conftest import ROOT, SHIPPED

WORD = re.compile(r"[a-z_]{4,}")
PROSE = re.compile(r"\w+ [a-z]+ [a-z]+|^\s*#")
"""A line of text for people, in which nothing refers to anything."""


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder that has all that studies name."""
    folder = tmp_path_factory.mktemp("beside")
    for each in ("config", "data", "results/published"):
        shutil.copytree(ROOT / each, folder / each)
    return folder


def words_of(text: str) -> list[re.Match[str]]:
    """List the words of a study file that stand for something."""
    lines = [(match.start(), match.group()) for match in re.finditer(r".*\n", text)]
    return [
        word
        for start, line in lines
        if not PROSE.search(line)
        for word in WORD.finditer(text, start, start + len(line))
    ]


def load(folder: Path, text: str) -> Study:
    (folder / "config/studies/tried.yaml").write_text(re.sub("(?m)^study: .*$", "study: tried", text, count=1))
    return load_study("tried", folder)


def mends(folder: Path, text: str, problem: Problem) -> bool:
    """Tell whether a problem is gone from a study that was changed as its hint says."""
    try:
        load(folder, text)
    except StudyError as error:
        return all((each.key, each.what) != (problem.key, problem.what) for each in error.problems)
    return True


def follows(folder: Path, text: str, word: re.Match[str], wrong: str, problem: Problem) -> bool:
    """Put what an error says in the place of the wrong word; where it takes up the wrong word, write it everywhere."""
    said = set(WORD.findall(f"{problem.what} {problem.hint}"))
    everywhere = WORD.sub(lambda each: wrong if each.group() == word.group() else each.group(), text)
    if wrong in said and mends(folder, everywhere, problem):
        return True
    return any(mends(folder, text[: word.start()] + each + text[word.end() :], problem) for each in said - {wrong})


def tried(study: str, folder: Path, seed: int, cases: int) -> list[str]:
    """Swap two letters of words of a study, and list the errors of which nothing that they say mends the study."""
    text = (ROOT / f"config/studies/{study}.yaml").read_text(encoding="utf-8")
    draws = random.Random(seed)
    unhelpful = []
    words = words_of(text)
    for word in draws.sample(words, min(cases, len(words))):
        as_it_is = word.group()
        at = draws.randrange(1, len(as_it_is) - 1)
        wrong = as_it_is[:at] + as_it_is[at + 1] + as_it_is[at] + as_it_is[at + 2 :]
        try:
            load(folder, text[: word.start()] + wrong + text[word.end() :])
        except StudyError as error:
            if not any(follows(folder, text, word, wrong, problem) for problem in error.problems):
                unhelpful.append(f"{as_it_is} → {wrong}: {error}")
    return unhelpful


@pytest.mark.slow
@pytest.mark.parametrize("study", ["replications/castle", "replications/imputation"])
def test_what_an_error_offers_mends_the_study(study: str, beside: Path) -> None:
    assert tried(study, beside, seed=3, cases=40) == []


@pytest.mark.slow
@pytest.mark.parametrize("study", SHIPPED)
def test_what_an_error_offers_mends_any_study_that_is_shipped(study: str, beside: Path) -> None:
    assert tried(study, beside, seed=1, cases=100) == []
