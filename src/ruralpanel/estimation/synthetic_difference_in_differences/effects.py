r"""Effects of a cohort in every period, from weighted units and periods.

With weights :math:`\omega` of the units never treated and :math:`\lambda` of the periods before treatment, the gap of
cohort :math:`g` in period :math:`t` is :math:`\bar Y_{gt} - \sum_i \omega_i Y_{it}`, and its effect there is that gap
less the weighted gap before treatment, :math:`\sum_s \lambda_s (\bar Y_{gs} - \sum_i \omega_i Y_{is})`. The mean over
treated periods is the estimate of Arkhangelsky and others (2021, algorithm 1), cohort by cohort;
the single effects are those of Ciccia (2024), A Short Note on Event-Study Synthetic Difference-in-Differences
Estimators, arXiv 2407.09565.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ruralpanel.arrays import Numbers
from ruralpanel.estimation.rounding import NOISE
from ruralpanel.estimation.synthetic_difference_in_differences.layout import Cohort, Layout
from ruralpanel.estimation.synthetic_difference_in_differences.weights import best_weights, fitted_weights

PERIOD_PENALTY = 1e-6
"""The penalty of periods' weights in standard deviations of a change of the outcome: only to make them unique."""

COLLINEAR = 1e-13
"""An eigenvalue of the products of standardised covariates below this is zero but for rounding."""

STOP_BELOW = 1e-5
"""The root of the decrease at which a search for weights ends, in standard deviations of a change of the outcome."""


@dataclass(frozen=True)
class Weighting:
    """Weights for one cohort, and what they were regularised by.

    Parameters
    ----------
    units
        One for every unit of the layout; zero for all that are treated at some time.
    periods
        One for every period of the layout; zero from when treatment is anticipated.
    noise
        Standard deviation of changes of the outcome from period to period, of units never treated, before treatment.
    unit_penalty
        The regularisation of the units' weights, in the outcome's unit.
    exact
        Whether units' weights are the optimum, not where the authors' search ends.
    settled
        Whether searches ended by themselves, and not with their last step.
    """

    units: Numbers
    periods: Numbers
    noise: float
    unit_penalty: float
    exact: bool
    settled: bool


@dataclass(frozen=True)
class Effects:
    """Effects by cohort and period.

    Parameters
    ----------
    values
        Cohorts by periods, possibly of many draws at once, in a first dimension.
    sizes
        Treated units in each cohort, as many dimensions less one.
    """

    values: Numbers
    sizes: Numbers


def weighting_of(
    layout: Layout, outcome: Numbers, cohort: Cohort, copies: Numbers, before: Weighting | None, exact: bool
) -> Weighting:
    """Find the weights for a cohort.

    Parameters
    ----------
    layout
        The panel.
    outcome
        Units by periods, without what covariates explain.
    cohort
        Has at least two periods before treatment.
    copies
        How often every unit counts: one, or as often as it was drawn. A unit's copies share its weight equally, which
        is what regularisation makes of equal units.
    before
        Weights of the whole sample, whose regularisation is kept and from which the search begins, as in synthdid.
    exact
        Whether units' weights are to be the optimum.
    """
    controls = np.flatnonzero(layout.never & (copies > 0))
    times = copies[controls]
    treated = (layout.cohort == cohort.first) * copies
    own = np.einsum("i,it->t", treated, outcome) / treated.sum()
    earlier = outcome[np.ix_(controls, cohort.before)]
    if before is None:
        noise = float(np.std(np.diff(earlier, axis=1), ddof=1))
        penalty = float((treated.sum() * cohort.after.sum()) ** 0.25) * noise
        start_units, start_periods = None, None
    else:
        noise, penalty = before.noise, before.unit_penalty
        start_units = before.units[controls] * times
        total = float(start_units.sum())
        start_units = start_units / total if total > 0 else times / times.sum()
        start_periods = before.periods[cohort.before]
    stop = (STOP_BELOW * noise) ** 2
    rows = earlier.shape[1]
    unlike = (earlier - own[cohort.before]).T
    unlike = unlike - unlike.mean(axis=0)
    ridges = rows * penalty**2 / times
    if exact and penalty > 0:
        units, units_settled = best_weights(unlike, ridges)
    else:
        units, units_settled = fitted_weights(unlike, ridges, rows * stop, start_units)
    later = outcome[np.ix_(controls, cohort.after)].mean(axis=1)
    changes = earlier - later[:, None]
    changes = np.sqrt(times)[:, None] * (changes - np.einsum("i,it->t", times, changes) / times.sum())
    ridge = np.full(rows, times.sum() * (PERIOD_PENALTY * noise) ** 2)
    periods, periods_settled = fitted_weights(changes, ridge, times.sum() * stop, start_periods)
    all_units, all_periods = np.zeros(len(outcome)), np.zeros(len(layout.periods))
    all_units[controls], all_periods[cohort.before] = units, periods
    return Weighting(all_units, all_periods, noise, penalty, exact, units_settled and periods_settled)


def effects_of(
    layout: Layout,
    cohorts: list[Cohort],
    copies: Numbers,
    before: list[Weighting] | None = None,
    exact: bool = False,
) -> tuple[Effects, list[Weighting]]:
    """Estimate the effects of every cohort.

    Parameters
    ----------
    layout
        The panel.
    cohorts
        Those to be estimated.
    copies
        How often every unit counts.
    before
        Weights of the whole sample, from which the search begins, and which say whether to find the optimum.
    exact
        Where there are none before, whether units' weights are to be the optimum.

    Returns
    -------
    tuple of (Effects, list of Weighting)
        A cohort of which no unit is drawn has the size zero, and keeps the weights that were there before.
    """
    outcome = without_covariates(layout, copies)
    values, sizes, weightings = np.zeros((len(cohorts), len(layout.periods))), np.zeros(len(cohorts)), []
    for position, cohort in enumerate(cohorts):
        known = before[position] if before is not None else None
        treated = (layout.cohort == cohort.first) * copies
        sizes[position] = treated.sum()
        if known is not None and sizes[position] == 0:
            weightings.append(known)
            continue
        weighting = weighting_of(layout, outcome, cohort, copies, known, known.exact if known is not None else exact)
        gap = np.einsum("i,it->t", treated / treated.sum() - weighting.units, outcome)
        values[position] = gap - (weighting.periods * gap).sum()
        weightings.append(weighting)
    return Effects(values, sizes), weightings


def without_covariates(layout: Layout, copies: Numbers) -> Numbers:
    """Take off the outcome what covariates explain, with coefficients from the units never treated.

    The coefficients are of a regression with effects of units and periods (Arkhangelsky and others 2021, footnote 4;
    estimated on the untreated as Kranz 2022 proposes, lest an effect be taken for one of a covariate).

    Raises
    ------
    CollinearCovariates
        If they are collinear, with each other or with the effects.
    """
    if layout.covariates.shape[2] == 0:
        return layout.outcome
    controls = np.flatnonzero(layout.never & (copies > 0))
    times = copies[controls]
    columns = np.concatenate([layout.covariates, layout.outcome[:, :, None]], axis=2)[controls]
    within = columns
    for _ in range(2):  # the means of columns far from zero are rounded
        within = within - within.mean(axis=1, keepdims=True)
        within = within - np.einsum("i,itk->tk", times, within) / times.sum()
    sizes = np.sqrt(np.einsum("i,itk,itk->k", times, within, within) / (times.sum() * within.shape[1]))[:-1]
    if (sizes <= NOISE * np.abs(columns).max(axis=(0, 1))[:-1]).any():
        raise CollinearCovariates
    within = within / np.append(sizes, 1.0)
    products = np.einsum("i,itk,itl->kl", times, within, within) / (times.sum() * within.shape[1])
    if np.linalg.eigvalsh(products[:-1, :-1])[0] < COLLINEAR:
        raise CollinearCovariates
    coefficients = np.linalg.solve(products[:-1, :-1], products[:-1, -1])
    # From their means, for a level that is taken off every outcome alike changes no difference.
    centred = layout.covariates - columns[:, :, :-1].mean(axis=(0, 1))
    return np.asarray(layout.outcome - np.einsum("itk,k->it", centred / sizes, coefficients))


class CollinearCovariates(ValueError):
    """Covariates have no variation of their own beside the effects of units and periods."""
