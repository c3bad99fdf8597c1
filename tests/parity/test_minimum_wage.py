"""Averages of the minimum-wage panel as the vignette of R’s did has them, with cohorts balanced in event time.

The numbers are those of PyPI's csdid 0.4.3 on `staggered/mpdta.csv` (cohorts as floats), printed by
`ATTgt(yname="y", gname="cohort", idname="village", tname="year", xformla="y~1", data=mpdta).fit(est_method="dr",
bstrap=False)` and its `aggte(..., bstrap=False, cband=False)`; the vignette prints them to four digits, with standard
errors from a bootstrap.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from ruralpanel.study.blocks import GroupTime
from tests.conftest import dated, equation
from tests.worded import estimate_block

OVERALL = {
    "listed": (-0.03995127515517626, 0.012034012770185351),
    "listed, mean of event times": (-0.07723982145731488, 0.01996498906184918),
    "listed, mean of cohorts": (-0.031018282228748518, 0.012446059320997889),
    "listed, by period": (-0.04170043213128195, 0.015971851884559744),
}
BALANCED = {
    0: {
        None: (-0.019931816789259378, 0.011826364058058172),
        -3: (0.030506655583292613, 0.01503356),
        -2: (-0.0005630846263853979, 0.01329164),
        -1: (-0.024458744971169465, 0.0142364),
        0: (-0.019931816789259378, 0.01182636),
    },
    1: {
        None: (-0.02876076022037817, 0.013685582557682437),
        -2: (0.00652011242423298, 0.02332681),
        -1: (-0.0027508187505189165, 0.01955856),
        0: (-0.006564153375562595, 0.01425536),
        1: (-0.05095736706519374, 0.01689348),
    },
    2: {
        None: (-0.0727283810711703, 0.02662998574991151),
        0: (-0.010503246220961887, 0.02325104),
        1: (-0.07042315810314634, 0.03098477),
        2: (-0.13725873888940268, 0.03643566),
    },
}


def estimated(**choice: object) -> pd.DataFrame:
    panel = dated(pd.read_csv(Path(__file__).parent / "staggered" / "mpdta.csv"))
    asked = equation(estimator="callaway_santanna", group_time=GroupTime.model_validate(choice))
    return estimate_block(panel, [asked])[0]


def test_each_way_to_average_has_an_overall_effect() -> None:
    estimates = estimated()
    whole = (estimates["cohort"] == "") & estimates["event_time"].isna() & estimates["period"].isna()
    rows = estimates[whole].set_index("term")
    for term, (estimate, standard_error) in OVERALL.items():
        assert rows.loc[term, "estimate"] == pytest.approx(estimate, abs=1e-9)
        assert rows.loc[term, "standard_error"] == pytest.approx(standard_error, rel=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("through", BALANCED)
def test_balanced_event_times(through: int) -> None:
    estimates = estimated(observed_through=through)
    by_event_time = estimates[(estimates["cohort"] == "") & estimates["event_time"].notna()].set_index("event_time")
    printed = BALANCED[through]
    assert list(by_event_time.index) == [each for each in printed if each is not None]
    overall = estimates[estimates["term"] == "listed, mean of event times"].iloc[0]
    for event_time, (estimate, standard_error) in printed.items():
        row = overall if event_time is None else by_event_time.loc[event_time]
        assert row["estimate"] == pytest.approx(estimate, abs=1e-9)
        assert row["standard_error"] == pytest.approx(standard_error, rel=1e-6)
