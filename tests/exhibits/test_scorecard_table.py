from __future__ import annotations

import pandas as pd
import pytest

from ruralpanel.exhibits.caption import ExhibitDeclaration
from ruralpanel.exhibits.described import ColumnWords
from ruralpanel.exhibits.printed_table import as_html
from ruralpanel.study.claims import Claim
from ruralpanel.verification.scorecard import score_claims
from tests.exhibits.conftest import declaration
from tests.worded import print_table

CLAIMS = {
    "pays": Claim.model_validate(
        {
            "text": "Listing pays",
            "by": "Scholar 2020",
            "tests": [
                {"at": "block/main/y/two_way_fixed_effects/listed", "expect": "positive"},
                {"at": "block/main/y/event_study/listed@event_time=-3", "expect": "zero", "bound": 5},
            ],
        }
    ),
    "broken": Claim.model_validate(
        {
            "text": "Listing harms",
            "tests": [{"at": "block/broken/y/two_way_fixed_effects/listed", "expect": "negative"}],
        }
    ),
}


def declared() -> ExhibitDeclaration:
    shown = declaration("regression_table").model_dump()
    columns = {"y": ColumnWords(label="Income (log)", unit="yuan")}
    exhibit = {"kind": "scorecard_table", "title": "Claims"}
    return ExhibitDeclaration.model_validate({**shown, "exhibit": exhibit, "columns": columns})


def test_every_test_has_a_line_below_its_claim(estimates: pd.DataFrame) -> None:
    claims = score_claims(CLAIMS, estimates)
    table = print_table(claims, declared())
    assert [table.coefficients[position][0] for position in table.headings] == [
        "Listing pays — Scholar 2020",
        "Listing harms",
    ]
    tests = [row for position, row in enumerate(table.coefficients) if position not in table.headings]
    first, second, third = ([label, *cells] for label, cells in tests)
    row = claims.iloc[0]
    assert first == [
        "Income (log): Listed village, Two-way",
        "positive",
        f"{row['estimate']:.3f}",
        f"({row['standard_error']:.3f})",
        "< 0.001" if row["p_value"] < 0.0005 else f"{row['p_value']:.3f}",
        row["test_status"],
    ]
    assert second[:2] == [
        "Income (log): Listed village, event time −3, Event study",
        "between −5 and 5",
    ]
    assert third[2:5] == ["—", "", ""]
    assert third[5] == "not identified (a)"
    assert any(note.startswith("(a) ") for note in table.notes)


def test_a_fragile_claim_says_what_makes_it_so(estimates: pd.DataFrame) -> None:
    claims = score_claims({"pays": CLAIMS["pays"]}, estimates, treatments={"listed": "listed"})
    table = print_table(claims, declared())
    assert table.coefficients[1][1][4] == "fragile (a)"
    assert "(a) Not examined, because the diagnosis does not have it." in table.notes


def test_each_kind_of_p_value_has_a_column_and_the_notes_say_what_it_is(estimates: pd.DataFrame) -> None:
    claims = score_claims(CLAIMS, estimates)
    claims.loc[0, ["p_value", "p_value_kind"]] = [0.25, "adjusted"]
    claims.loc[1, "p_value"] = 0.75
    shown = declared().model_copy(update={"tables": {"block": "Table 6"}})
    table = print_table(claims, shown)
    assert [head for _, head in table.heads][3:] == ["p", "p, adjusted", "Finding"]
    tests = [cells for position, (_, cells) in enumerate(table.coefficients) if position not in table.headings]
    assert [cells[3:5] for cells in tests] == [["", "0.250"], ["0.750", ""], ["", ""]]
    assert table.words == (0, 5)
    assert all(len(cells) == 6 for _, cells in table.coefficients)
    said = "adjusted for testing several effects together, as the notes of Table 6 say."
    assert any(f"p: of each test by itself; p, adjusted: {said}" in note for note in table.notes)


@pytest.mark.slow
def test_numbers_of_a_claim_lead_to_what_stands_behind_them(estimates: pd.DataFrame) -> None:
    html = as_html(print_table(score_claims(CLAIMS, estimates), declared()))
    row = score_claims(CLAIMS, estimates).iloc[0]
    address = "block/main/y/two_way_fixed_effects/listed"
    assert f'data-address="{address}">{row["estimate"]:.3f}</td>' in html
    assert f'data-address="{address}">({row["standard_error"]:.3f})</td>' in html
    assert 'data-address="block/main/y/event_study/listed@event_time=-3"' in html
