from __future__ import annotations

import pandas as pd

from ruralpanel.exhibits.caption import ExhibitDeclaration
from ruralpanel.exhibits.described import ColumnWords
from ruralpanel.exhibits.printed_table import as_html
from ruralpanel.exhibits.scorecard_table import print_table
from ruralpanel.study.claims import Claim
from ruralpanel.verification.scorecard import score_claims
from tests.exhibits.conftest import declaration

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
    assert [label for label, _ in table.coefficients] == ["Listing pays (Scholar 2020)", "", "Listing harms"]
    first, second, third = (cells for _, cells in table.coefficients)
    row = claims.iloc[0]
    assert first == [
        "Income (log): Listed village; two-way fixed effects",
        "positive",
        f"{row['estimate']:.3f}",
        f"({row['standard_error']:.3f})",
        "< 0.001" if row["p_value"] < 0.0005 else f"{row['p_value']:.3f}",
        f"{row['test_status']}: {row['reason']}",
    ]
    assert second[:2] == [
        "Income (log): Listed village, event time −3; event study with fixed effects",
        "between −5 and 5",
    ]
    assert third[2:5] == ["—", "", ""]
    assert third[5].startswith("undecided: ")


def test_the_last_line_counts_claims_and_not_tests(estimates: pd.DataFrame) -> None:
    table = print_table(score_claims(CLAIMS, estimates), declared())
    ((label, cells),) = table.statistics
    assert label == "2 claims"
    assert cells[-1] == "1 supported, 1 undecided"


def test_numbers_of_a_claim_lead_to_what_stands_behind_them(estimates: pd.DataFrame) -> None:
    html = as_html(print_table(score_claims(CLAIMS, estimates), declared()))
    row = score_claims(CLAIMS, estimates).iloc[0]
    address = "block/main/y/two_way_fixed_effects/listed"
    assert f'data-address="{address}">{row["estimate"]:.3f}</td>' in html
    assert f'data-address="{address}">({row["standard_error"]:.3f})</td>' in html
    assert 'data-address="block/main/y/event_study/listed@event_time=-3"' in html
