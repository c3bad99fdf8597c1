"""Every advice that the source can print is tried by a test, or is named here with the reason why none does."""

from __future__ import annotations

import ast

import pytest

from tests.hints import (
    of_estimates,
    of_panels,
    of_sources,
    of_studies,
    of_tables,
    test_archive,
    test_commands,
    test_console,
    test_doctor,
    test_functions,
    test_notebooks,
    test_stranger,
)
from tests.hints.inventory import PLACES, hints_in, inventory, is_printed

TRIED = [
    *(case.hint for module in (of_sources, of_tables, of_panels, of_studies, of_estimates) for case in module.CASES),
    *(mistake.hint for module in (test_notebooks, test_commands, test_functions) for mistake in module.MISTAKES),
    *(finding.hint for module in (test_archive, test_doctor) for finding in module.FINDINGS),
    *test_stranger.SAID,
    *test_console.SAID,
]
"""What is printed, or a part of it, in tests that do what it says."""

RUN = "asks for a whole run of a study"
MACHINE = "is of the machine: another Python, packages, memory"
OTHER = "asks for another program, or for a file from elsewhere"
FACT = "says where something is, and asks for nothing"
ELSEWHERE = "a test of that module follows it on its own"

NOT_TRIED = {
    "run again once nobody writes to it": ELSEWHERE,
    "run the study first: ./run --config study=…": RUN,
    "… --config study=…": RUN,
    "run it first: ./run --config study=…": RUN,
    "build it again: …": RUN,
    "run its script again": RUN,
    "call it there: ./run simulate": RUN,
    "`./run try` estimates one": RUN,
    "./run explain '…'": RUN,
    "only ./run publish and ./run publish_inputs write it": RUN,
    "declare an exhibit of kind meta_table: its `of` is the list, its `own` the estimates": RUN,
    "README.md says how to get the real file": OTHER,
    "close other programs, or have fewer jobs at a time: ./run --cores 1": MACHINE,
    "delete the folder .venv; the next ./run builds it from the lock": MACHINE,
    "python -m pip install --no-deps --require-hashes -r …": MACHINE,
    "start ./run with another Python": MACHINE,
    "leave --port out": MACHINE,
    "only SAS reads these; in SAS, `libname … xport` and `proc copy` write one that others read": OTHER,
    "no table is packed so densely; if it is one all the same, unpack it and read it from there": OTHER,
    "no table is packed so densely; write the file anew": OTHER,
    "…either the file has been replaced there or the study's hash is wrong; to use the right file, ": ELSEWHERE,
    ", or take … away to have it retrieved from …": ELSEWHERE,
    "declare `missing_columns: fill`, or name the columns alike": ELSEWHERE,
    "what changed cannot be told": FACT,
    "config/README.md describes how to declare them": FACT,
    ".tidy() has its numbers": FACT,
    "terms are effects overall and controls; .event_study() has effects by event time": FACT,
    "all logs are in …": FACT,
    "add the lines by hand": FACT,
    "say with `access` how others get it": FACT,
    'give --again "why", to register what it is now behind what it was': ELSEWHERE,
    "…; or take `…` out of `…`": ELSEWHERE,
}
"""By its text, advice that no test of these follows, and why."""


@pytest.mark.slow
def test_all_advice_is_tried() -> None:
    untried = {
        f"{module}: {text}"
        for module, texts in inventory().items()
        for text in texts
        if text not in NOT_TRIED and not is_printed(text, TRIED)
    }
    assert not untried, "add a case to a table of tests/hints that does what is advised"


@pytest.mark.slow
def test_what_is_not_tried_is_advice_that_is_there_and_that_no_test_tries() -> None:
    there = {text for texts in inventory().values() for text in texts}
    assert not NOT_TRIED.keys() - there, "no such advice is printed any more"
    tried = {text for text in NOT_TRIED if is_printed(text, TRIED)}
    assert not tried, "these are tried by now"


@pytest.mark.parametrize(
    "source",
    [
        "Problem(where, what, hint='write it in lower case')",
        "Problem(where, what, key, f'write {name} in lower case')",
        "hint = 'write it in lower case' if name else ''",
        "yield context.file.problem(at, what, 'write it in lower case')",
        "def advice(name):\n    return 'write it in lower case'\nProblem(where, what, hint=advice(name))",
        "Problem(where, what, hint='; '.join([near, 'write it in lower case']))",
    ],
)
def test_advice_is_found_however_it_is_given(source: str) -> None:
    assert [text for text in hints_in(ast.parse(source), PLACES) if "in lower case" in text]
