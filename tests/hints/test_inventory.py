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
]
"""What is printed, or a part of it, in tests that do what it says."""

REMAIN


def test_all_advice_is_tried() -> None:
    untried = {
        f"{module}: {text}"
        for module, texts in inventory().items()
        for text in texts
        if text not in NOT_TRIED and not any(is_printed(text, printed) for printed in TRIED)
    }
    assert not untried, "add a case to a table of tests/hints that does what is advised"


def test_what_is_not_tried_is_advice_that_is_there_and_that_no_test_tries() -> None:
    there = {text for texts in inventory().values() for text in texts}
    assert not NOT_TRIED.keys() - there, "no such advice is printed any more"
    tried = {text for text in NOT_TRIED if any(is_printed(text, printed) for printed in TRIED)}
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
