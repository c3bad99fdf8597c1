from __future__ import annotations

import pandas as pd

from ruralpanel.exhibits.caption import ExhibitDeclaration
from ruralpanel.exhibits.described import ColumnWords
from ruralpanel.exhibits.printed_table import as_html
from ruralpanel.study.claims import Claim
from ruralpanel.verification.scorecard import score_claims
from ruralpanel.words.frames import in_words
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


def test_every_test_has_a_line_and_a_claim_stands_beside_its_first(estimates: pd.DataFrame) -> None:
    claims = score_claims(CLAIMS, estimates)
    table = print_table(claims, declared())
    assert [label for label, _ in table.coefficients] == ["Listing pays — Scholar 2020", "", "Listing harms"]
    first, second, third = (cells for _, cells in table.coefficients)
    row = claims.iloc[0]
    assert first == [
        "Income (log): Listed village; two-way fixed effects",
        "positive",
        f"{row['estimate']:.3f}",
        f"({row['standard_error']:.3f})",
        "< 0.001" if row["p_value"] < 0.0005 else f"{row['p_value']:.3f}",
        f"{row['test_status']}: {in_words(claims, None)['reason'].iloc[0]}",
    ]
    assert second[:2] == [
        "Income (log): Listed village, event time −3; event study with fixed effects",
        "between −5 and 5",
    ]
    assert third[2:5] == ["—", "", ""]
    assert third[5].startswith("not identified: ")


def test_a_fragile_claim_says_what_makes_it_so(estimates: pd.DataFrame) -> None:
    claims = score_claims({"pays": CLAIMS["pays"]}, estimates, treatments={"listed": "listed"})
    (_, cells), *_ = print_table(claims, declared()).coefficients
    assert cells[5] == "fragile: not looked at, because the diagnosis does not have it"


def test_each_kind_of_p_value_has_a_column_and_the_notes_say_what_it_is(estimates: pd.DataFrame) -> None:
    claims = score_claims(CLAIMS, estimates)
    claims.loc[0, ["p_value", "p_value_kind"]] = [0.25, "adjusted"]
    claims.loc[1, "p_value"] = 0.75
    shown = declared().model_copy(update={"tables": {"block": "Table 6"}})
    table = print_table(claims, shown)
    assert [head for _, head in table.heads][4:] == ["p", "p, adjusted", "Finding"]
    assert [cells[4:6] for _, cells in table.coefficients] == [["", "0.250"], ["0.750", ""], ["", ""]]
    assert table.words == (0, 1, 6)
    assert all(len(cells) == 7 for _, cells in [*table.coefficients, *table.statistics])
    said = "adjusted for testing several effects together, as the notes of Table 6 say."
    assert any(f"p: of each test by itself; p, adjusted: {said}" in note for note in table.notes)


def test_numbers_of_a_claim_lead_to_what_stands_behind_them(estimates: pd.DataFrame) -> None:
    html = as_html(print_table(score_claims(CLAIMS, estimates), declared()))
    row = score_claims(CLAIMS, estimates).iloc[0]
    address = "block/main/y/two_way_fixed_effects/listed"
    assert f'data-address="{address}">{row["estimate"]:.3f}</td>' in html
    assert f'data-address="{address}">({row["standard_error"]:.3f})</td>' in html
    assert 'data-address="block/main/y/event_study/listed@event_time=-3"' in html
