"""Regressions with one line a coefficient."""

from __future__ import annotations

import pytest

from ruralpanel.exhibits.latex import as_latex
from ruralpanel.exhibits.printed_table import Addressed, PrintedTable, as_html
from ruralpanel.exhibits.regression_lines import (
    TermRow,
    as_lines,
    has_few_in_common,
    heads_of_lines,
    notes_of_lines,
)
from ruralpanel.words.sentences import numbered
from tests.report.paper.test_references import estimates

MODERATORS = ("kinship", "floods", "roads")


def rows() -> list[TermRow]:
    """Three regressions of one outcome, each with the treatment and an interaction of its own."""
    found = [TermRow("listed", "Listed", ["0.1", "0.2", "0.3"], ["(0.01)"] * 3, [("MDE", ["0.5", "0.6", "0.7"])])]
    for position, name in enumerate(MODERATORS):
        cells = ["", "", ""]
        cells[position] = Addressed(f"0.0{position}", f"main/{name}")
        below = [("p, adjusted", ["[1.000]" if each else "" for each in cells])]
        found.append(
            TermRow(f"listed*{name}", f"Listed × {name}", cells, ["(0.02)" if c else "" for c in cells], below)
        )
    return found


def test_interactions_that_regressions_do_not_share_are_lines() -> None:
    assert has_few_in_common(rows())
    assert not has_few_in_common(rows()[:3])  # few terms
    assert not has_few_in_common([*rows()[:1]] * 4)  # no interaction
    shared = [TermRow(row.term, row.label, ["1.0"] * 3, row.errors, []) for row in rows()]
    assert not has_few_in_common(shared)


def test_a_line_has_one_coefficient_and_the_first_of_a_regression_names_it() -> None:
    heads = [("Income (log)", name) for name in MODERATORS]
    regressions = [estimates({"observations": 100 + number}) for number in range(3)]
    assert heads_of_lines(rows()) == ["Coefficient on", "Estimate", "Std. error", "MDE", "p, adjusted", "Observations"]
    lines = as_lines(rows(), heads, regressions)
    assert lines[0] == ("(1) kinship", ["Listed", "0.1", "(0.01)", "0.5", "", "100"])
    assert lines[1] == ("", ["Listed × kinship", "0.00", "(0.02)", "", "[1.000]", ""])
    assert [label for label, _ in lines] == ["(1) kinship", "", "(2) floods", "", "(3) roads", ""]
    different = as_lines(rows(), [("Income", "a"), ("Wages", "a"), ("Wages", "b")], regressions)
    assert [label for label, _ in different if label] == ["(1) Income, a", "(2) Wages, a", "(3) Wages, b"]


def test_what_stood_below_the_coefficients_is_in_the_notes() -> None:
    statistics = [
        ("Village fixed effects", ["Yes", "Yes", "Yes"]),
        ("Weights", ["No", "Yes", "No"]),
        ("Observations", ["1", "2", "3"]),
        ("Clusters", ["100", "100", "100"]),
        ("Mean of outcome", ["1.0", "1.0", "2.0"]),
    ]
    assert notes_of_lines(statistics) == [
        "Beside what is shown: Village fixed effects; Weights in regression 2.",
        "Clusters: 100.",
        "Mean of outcome: 1.0 in regressions 1 and 2; 2.0 in regression 3.",
    ]


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ([2], "column 2"),
        ([1, 3], "columns 1 and 3"),
        ([1, 2, 3, 4, 6], "columns 1 to 4 and 6"),
        ([1, 2], "columns 1 and 2"),
    ],
)
def test_numbers_that_follow_each_other_are_a_run(numbers: list[int], words: str) -> None:
    assert numbered("column", numbers) == words


def test_a_heading_stands_over_all_columns() -> None:
    table = PrintedTable(
        title="Table 1. Claims",
        heads=[("", "Expected"), ("", "Estimate")],
        coefficients=[("It pays", ["", ""]), ("Income", ["positive", "1.0"])],
        statistics=[],
        notes=[],
        numbered=False,
        words=(0,),
        headings=(0,),
    )
    assert '<tr class="heading"><th scope="colgroup" colspan="3">It pays</th></tr>' in as_html(table)
    assert r"\multicolumn{3}" in as_latex(table, "tab:claims")
    assert r"\label{tab:claims}" in as_latex(table, "tab:claims")
