r"""What each estimator would find in an economy without shocks: the average of true effects that it is for.

Every estimator averages the effects :math:`\tau_{it}` on the treated village-years of the very economy that was drawn,
and they differ in the weights:

- over all treated rows alike (two-way fixed effects, as they are read; Sun–Abraham, Callaway–Sant'Anna, imputation, two
  stages, extended two-way), or over those at one event time;
- ``synthetic_difference_in_differences``: likewise, which weights cohorts by their treated villages and years, for
  cohorts with the two years before treatment that weights are chosen by;
- ``chaisemartin_dhaultfoeuille``: over treated rows up to the end of the window that can be compared with villages not
  yet listed. A listed village has one unit of treatment a year, so that their average total effect per unit of
  treatment is the mean over these rows;
- ``stacked``: over cohorts that have the whole window and clean controls in it, by their number of treated;
  overall, the mean over event times from 0 to the end of the window;
- ``local_projections``: over cohorts with the weights :math:`n_g m_g / (n_g + m_g)` for :math:`n_g` newly treated and
  :math:`m_g` clean controls, which least squares gives to differences of means within periods; overall, the mean over
  event times from 0 to the end of the window.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralpanel.monte_carlo.draws import REFERENCE, TREATMENT, Draw
from ruralpanel.treatment_columns import cohort_column, event_time_column


def target(estimator: str, draw: Draw, window: list[int], event_time: int | None = None) -> float:
    """Average the true effects as an estimator would.

    Parameters
    ----------
    estimator
        Its name.
    draw
        The economy.
    window
        The first and last event time of estimators that have a window.
    event_time
        The event time looked at; None for the overall effect.

    Returns
    -------
    float
        In log points; missing where no cohort can be used.
    """
    treated = _treated(draw)
    if estimator not in ("stacked", "local_projections"):
        rows = treated if event_time is None else treated[treated["event_time"] == event_time]
        rows = rows[_used(estimator, rows, draw, window)]
        return float(rows["effect"].mean())
    times = [event_time] if event_time is not None else list(range(window[1] + 1))
    # A stack needs clean controls through the whole window, a projection as far as it looks ahead.
    ahead = window[1] if estimator == "stacked" else times[-1]
    behind = window[0] if estimator == "stacked" else REFERENCE
    units = draw.panel.drop_duplicates("village")[cohort_column(TREATMENT)]
    years = draw.panel["year"]
    effects, weights = [], []
    for cohort in sorted(treated["cohort"].unique()):
        number, controls = int((units == cohort).sum()), int((units.isna() | (units > cohort + ahead)).sum())
        if cohort + behind < years.min() or cohort + ahead > years.max() or not controls:
            continue
        rows = (treated["cohort"] == cohort) & treated["event_time"].isin(times)
        effects.append(treated.loc[rows, "effect"].mean())
        weights.append(number if estimator == "stacked" else number * controls / (number + controls))
    return float(np.average(effects, weights=weights)) if effects else float("nan")


def _used(estimator: str, rows: pd.DataFrame, draw: Draw, window: list[int]) -> NDArray[np.bool_]:
    """Tell which treated rows an estimator that counts them alike can use."""
    years, units = draw.panel["year"], draw.panel[cohort_column(TREATMENT)]
    cohort, event_time = (rows[name].to_numpy(dtype="int64") for name in ("cohort", "event_time"))
    if estimator == "synthetic_difference_in_differences":
        return np.asarray(cohort >= years.min() + 2)
    if estimator == "chaisemartin_dhaultfoeuille":
        # Somebody has to be left who is not listed yet in the year looked at.
        last = np.inf if units.isna().any() else float(units.max())
        return np.asarray((cohort > years.min()) & (event_time <= window[1]) & (cohort + event_time < last))
    return np.ones(len(rows), dtype=bool)


def _treated(draw: Draw) -> pd.DataFrame:
    """Give cohort, event time and effect of treated rows."""
    names = {cohort_column(TREATMENT): "cohort", event_time_column(TREATMENT): "event_time"}
    rows = draw.panel[list(names)].rename(columns=names).assign(effect=draw.effect)
    return rows[rows["event_time"] >= 0]
