"""Weights and balance against R’s MatchIt, Matching and glm, and PyPI’s ebal; `matching/README.md` says how."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ruralpanel.estimation.matching import match
from ruralpanel.estimation.matching_balance import balance_table
from ruralpanel.frames.ledger import Ledger
from ruralpanel.study.matching import Matching
from tests.conftest import dated, equation

FOLDER = Path(__file__).parent
NEIGHBOURS = {"method": "nearest_neighbours"}
CALLS: dict[str, dict[str, object]] = {
    "inverse odds": {"method": "inverse_odds"},
    "with replacement": NEIGHBOURS,
    "without replacement": {**NEIGHBOURS, "replacement": False},
    "common support": {**NEIGHBOURS, "common_support": True},
    "three with replacement": {**NEIGHBOURS, "neighbours": 3},
    "with replacement and a caliper": {**NEIGHBOURS, "caliper": 0.02},
    "without replacement and a caliper": {**NEIGHBOURS, "replacement": False, "caliper": 0.02},
    "means": {},
    "means and variances": {"moments": 2},
    "weighted means": {},
}


@pytest.fixture(scope="module")
def counties() -> pd.DataFrame:
    panel = pd.read_csv(FOLDER / "staggered" / "mpdta.csv")
    own = np.where(panel["cohort"] > 0, 1.0, 1.0 + panel["village"] % 3)
    return dated(panel.assign(own=own))


def matched(panel: pd.DataFrame, call: str) -> pd.Series:
    """Give the weights of units, zero for whom is left out."""
    matching = Matching.model_validate({"covariates": ["lpop"], "outcome_path": [2003], **CALLS[call]})
    base = "own" if call.startswith("weighted") else None
    asked = equation(matching=matching, base_weights=base, weights=matching.weights_name(base))
    found, _ = match(panel, asked, Ledger("estimation", "x", "village", "year"))
    return found.groupby("village")[str(asked.weights)].first().fillna(0.0)


@pytest.mark.slow(but_each=2)
@pytest.mark.parametrize("call", CALLS)
def test_weights_are_those_of_other_software(counties: pd.DataFrame, call: str) -> None:
    of_entropy = "means" in call
    printed = pd.read_csv(FOLDER / "matching" / f"{'ebal' if of_entropy else 'r'}_weights.csv").set_index("village")[
        call
    ]
    weights = matched(counties, call)
    never = counties.groupby("village")["cohort"].first() == 0
    if not of_entropy:
        assert ((weights > 0) == (printed > 0)).all()
    # Others scale the weights of the never treated to one, or to their number: ours add up to those of the treated.
    scaled = printed[never] / printed[never].sum() * weights[~never].sum()
    np.testing.assert_allclose(weights[never], scaled, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("call", ["with replacement", "without replacement", "on common support"])
def test_balance_is_what_matchit_computes_with_its_weights(counties: pd.DataFrame, call: str) -> None:
    name = f"balance {call}"
    printed = pd.read_csv(FOLDER / "matching" / "r_balance.csv").set_index(["call", "variable"]).loc[name]
    weights = pd.read_csv(FOLDER / "matching" / "r_weights.csv").set_index("village")[name]
    rows = counties[counties["year"] == 2003].set_index("village").loc[weights.index]
    values = rows[["lpop", "y"]].set_axis(pd.MultiIndex.from_product([["lpop", "y"], [2003]]), axis=1)
    treated = (rows["cohort"] > 0).to_numpy()
    found = balance_table(values, treated, np.ones(len(rows)), weights.to_numpy(dtype="float64")).set_index("variable")
    np.testing.assert_allclose(found.loc[printed.index, list(printed)], printed, rtol=0, atol=1e-9)
