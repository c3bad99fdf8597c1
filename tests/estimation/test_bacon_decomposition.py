from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from causaldata import castle
from hypothesis import example, given
from hypothesis import strategies as st

from ruralpanel.estimation.bacon_decomposition import ALWAYS, EARLIER, LATER, NEVER
from tests.conftest import dated, equation, fewer_examples
from tests.worded import estimate_block


def parts(panel: pd.DataFrame) -> pd.DataFrame:
    return estimate_block(panel, [equation(estimator="bacon_decomposition")])[0].set_index("term")


def test_castle_laws_decompose_as_the_r_package_prints() -> None:
    rows = castle.load_pandas().data.rename(columns={"sid": "village", "l_homicide": "y"})
    # The R package's data count a law from the year in which it comes into force; `post` here begins a year later.
    law = rows["year"].where(rows["post"] == 1).groupby(rows["village"]).transform("min") - 1
    found = parts(dated(rows[["village", "year", "y"]].assign(cohort=law.fillna(0))))
    printed = {EARLIER: (-0.00554, 0.0598), LATER: (0.07032, 0.0319), NEVER: (0.08796, 0.9083)}
    for kind, (estimate, weight) in printed.items():
        assert found.loc[kind, "estimate"] == pytest.approx(estimate, abs=5e-6)
        assert found.loc[kind, "weight_share"] == pytest.approx(weight, abs=5e-5)


@fewer_examples(3)
@given(
    st.integers(0, 1000),
    st.lists(st.sampled_from([0, 1999, 2000, 2002, 2003, 2004, 2005, 2009]), min_size=6, max_size=9),
)
@example(1, [0, 2002, 2004, 2005, 0, 1999, 2003])
def test_the_parts_add_up_to_the_two_way_estimate(seed: int, cohorts: list[int]) -> None:
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        [(unit, year, cohort) for unit, cohort in enumerate(cohorts) for year in (2000, 2001, 2002, 2004, 2005)],
        columns=["village", "year", "cohort"],
    )
    frame["y"] = random.normal(size=len(frame)) + (frame["cohort"] > 0) * (frame["year"] - 2000)
    panel = dated(frame.sample(frac=1, random_state=seed))
    found = parts(panel)
    two_way = estimate_block(panel, [equation()])[0].iloc[0]
    if pd.isna(two_way["estimate"]):
        assert found["estimate"].isna().all()
        return
    kinds = found.drop(index="listed")
    assert kinds["weight_share"].sum() == pytest.approx(1)
    assert (kinds["weight_share"] > 0).all()
    assert (kinds["estimate"] * kinds["weight_share"]).sum() == pytest.approx(two_way["estimate"], abs=1e-9)
    assert found.loc["listed", "estimate"] == pytest.approx(two_way["estimate"], abs=1e-9)


def test_always_treated_are_a_comparison_of_their_own(panel: pd.DataFrame) -> None:
    early = dated(
        panel.drop(columns=["listed", "listed_cohort", "listed_event_time"]).replace({"cohort": {2003: 1999}})
    )
    found = parts(early)
    assert list(found.index) == [EARLIER, LATER, NEVER, ALWAYS, "listed"]
    assert found["standard_error"].isna().all()
    assert found.loc[ALWAYS, "reason"] == "a part of the estimate, without a standard error of its own"


def test_a_panel_with_holes_has_no_decomposition(panel: pd.DataFrame) -> None:
    reason = parts(panel.drop(index=5))["reason"].item()
    assert reason.endswith("40 units and 8 periods would have 320 rows, and 319 are there")


def test_two_groups_are_needed(panel: pd.DataFrame) -> None:
    assert "there are no two groups" in parts(panel[panel["cohort"] == 2005])["reason"].item()
