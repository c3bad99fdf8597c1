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

from importlib import import_module

import numpy as np
import pandas as pd

from ruralpanel.monte_carlo.draws import REFERENCE, TREATMENT, Draw
from ruralpanel.study.estimators import ESTIMATORS
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
    module, _, function = ESTIMATORS[estimator].target.partition(":")
    found: float = getattr(import_module(module), function)(draw, window, event_time)
    return found


def over_treated_rows(draw: Draw, _window: list[int], event_time: int | None = None) -> float:
    """Average over all treated rows alike, or over those at one event time."""
    return _mean(_treated(draw), event_time)


def over_rows_with_two_periods_before(draw: Draw, _window: list[int], event_time: int | None = None) -> float:
    """Average over the rows of cohorts with two years before treatment."""
    treated = _treated(draw)
    return _mean(treated[treated["cohort"] >= draw.panel["year"].min() + 2], event_time)


def over_rows_beside_some_not_listed(draw: Draw, window: list[int], event_time: int | None = None) -> float:
    """Average over rows up to the end of the window in whose year somebody is left who is not listed yet."""
    treated, years, units = _treated(draw), draw.panel["year"], draw.panel[cohort_column(TREATMENT)]
    last = np.inf if units.isna().any() else float(units.max())
    cohort, times = treated["cohort"], treated["event_time"]
    return _mean(treated[(cohort > years.min()) & (times <= window[1]) & (cohort + times < last)], event_time)


def over_stacks(draw: Draw, window: list[int], event_time: int | None = None) -> float:
    """Average over cohorts with clean controls through the whole window, by their treated."""
    return _over_cohorts(draw, window, event_time, ahead=window[1], behind=window[0], by_variance=False)


def over_projections(draw: Draw, window: list[int], event_time: int | None = None) -> float:
    """Average over cohorts with clean controls as far as is looked ahead, by the number and variance of treatment."""
    ahead = window[1] if event_time is None else event_time
    return _over_cohorts(draw, window, event_time, ahead=ahead, behind=REFERENCE, by_variance=True)


def _over_cohorts(
    draw: Draw, window: list[int], event_time: int | None, *, ahead: int, behind: int, by_variance: bool
) -> float:
    """Average over the cohorts that are observed from ``behind`` to ``ahead`` beside clean controls."""
    treated, years = _treated(draw), draw.panel["year"]
    times = [event_time] if event_time is not None else list(range(window[1] + 1))
    units = draw.panel.drop_duplicates("village")[cohort_column(TREATMENT)]
    effects, weights = [], []
    for cohort in sorted(treated["cohort"].unique()):
        number, controls = int((units == cohort).sum()), int((units.isna() | (units > cohort + ahead)).sum())
        if cohort + behind < years.min() or cohort + ahead > years.max() or not controls:
            continue
        rows = (treated["cohort"] == cohort) & treated["event_time"].isin(times)
        effects.append(treated.loc[rows, "effect"].mean())
        weights.append(number * controls / (number + controls) if by_variance else number)
    return float(np.average(effects, weights=weights)) if effects else float("nan")


def _mean(rows: pd.DataFrame, event_time: int | None) -> float:
    """Average the effects of rows, or of those at one event time."""
    chosen = rows if event_time is None else rows[rows["event_time"] == event_time]
    return float(chosen["effect"].mean())


def _treated(draw: Draw) -> pd.DataFrame:
    """Give cohort, event time and effect of treated rows."""
    names = {cohort_column(TREATMENT): "cohort", event_time_column(TREATMENT): "event_time"}
    rows = draw.panel[list(names)].rename(columns=names).assign(effect=draw.effect)
    return rows[rows["event_time"] >= 0]
