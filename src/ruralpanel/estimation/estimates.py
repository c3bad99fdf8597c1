"""The one shape of result: every estimator returns this table, one row a coefficient."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.estimation.rounding import NEGATIVE_VARIANCE, ZERO_ERROR
from ruralpanel.estimation.terms import KINDS, kind_of
from ruralpanel.frames.periods.frequency import frequency
from ruralpanel.frames.storage import load_typed, table_of_cells
from ruralpanel.reasons import Reason, because, written
from ruralpanel.study.blocks import Equation
from ruralpanel.study.estimators import ESTIMATORS
from ruralpanel.study.vcovs import VCOVS

COLUMNS: dict[str, tuple[str, str]] = {
    "block": ("str", "the block of the study"),
    "specification": ("str", "the specification within it; `main` when the block has none"),
    "outcome": ("str", "the outcome of the study"),
    "estimator": ("str", "the estimator"),
    "sample": ("str", "the condition on rows; empty for all"),
    "left_out": (
        "str",
        "a list: what the estimator leaves out of these rows, and whom it compares with, each as code and arguments",
    ),
    "term": (
        "str",
        "the treatment or regressor, or two with a star between, and what else an address has to say of a row in words",
    ),
    "kind": ("str", "; ".join(f"`{kind}`, {meaning}" for kind, meaning in KINDS.items())),
    "effect_of": ("str", "the treatment or regressor, without what else the term says"),
    "at": ("str", "what else it says, by name: `moderator` and `value`, `endogenous`, `average`, or a group's"),
    "event_time": ("Int64", "periods since treatment began"),
    "event_time_bin": ("str", "`and earlier` or `and later` where event times are binned"),
    "cohort": ("str", "the first period treated, or `never`"),
    "period": ("period", "the period of a mean, or of a moderator's coefficient"),
    "estimate": ("float64", "the coefficient or mean, in the outcome's unit after transformation"),
    "standard_error": ("float64", "its standard error"),
    "statistic": ("float64", "t, or F for a joint test"),
    "degrees_of_freedom": (
        "float64",
        "of the t distribution, or the F's denominator; empty for the normal, and where p is drawn",
    ),
    "p_value": ("float64", "two-sided p-value"),
    "p_value_adjusted": ("float64", "adjusted for multiple testing, where `adjustment` says how"),
    "adjustment": (
        "str",
        "as code and arguments, how and over how many tests, or why not; empty where it is not asked for",
    ),
    "p_value_bootstrap": ("float64", "from the wild cluster bootstrap, where `bootstrap` says how"),
    "interval_low_bootstrap": ("float64", "lower end of what the wild cluster bootstrap does not reject"),
    "interval_high_bootstrap": ("float64", "upper end; infinite ends mean that the draws are too few to reject any"),
    "bootstrap": ("str", "as code and arguments, how, or why there is none; empty where it is not asked for"),
    "p_value_permutation": ("float64", "from permutations of cohorts, where `permutation` says how"),
    "permutation": (
        "str",
        "as code and arguments, how many and among whom, or why there are none; empty where it is not asked for",
    ),
    "instruments": ("str", "a list: the columns that the endogenous terms are instrumented with"),
    "first_stage_f": ("float64", "how strong the instruments of an endogenous term are"),
    "first_stage": ("str", "as code and arguments, which F that is, and what it is held to"),
    "p_value_anderson_rubin": ("float64", "of no effect, however weak the instruments; empty without any"),
    "interval_low_anderson_rubin": ("float64", "lower end of what the Anderson–Rubin test does not reject"),
    "interval_high_anderson_rubin": ("float64", "its upper end"),
    "anderson_rubin": ("str", "as code and arguments, the set of what is not rejected, which may be no interval"),
    "interval_low": ("float64", "lower end of the interval"),
    "interval_high": ("float64", "upper end of the interval"),
    "interval_low_simultaneous": ("float64", "lower end of the band that covers all event times at once"),
    "interval_high_simultaneous": (
        "float64",
        "its upper end; both empty where it is not asked for, or not by event time",
    ),
    "interval_level": ("float64", "coverage of the interval"),
    "weight_share": ("float64", "a comparison's share in the two-way estimate; empty outside its decomposition"),
    "minimum_detectable_effect": ("float64", "the effect that a test at the 5% level finds with a power of 80%"),
    "observations": ("Int64", "rows used"),
    "units": ("Int64", "distinct units in them"),
    "clusters": ("Int64", "clusters; the smaller number with two dimensions"),
    "treated_clusters": (
        "Int64",
        "clusters with treated rows behind the estimate; empty without clusters or treatment",
    ),
    "outcome_mean": ("float64", "mean of the outcome in the rows used, weighted as they are"),
    "r_squared": ("float64", "share of the outcome's variance left by the fixed effects that is explained"),
    "regressors": ("str", "a list: what else is on the right-hand side"),
    "fixed_effects": ("str", "a list: fixed effects"),
    "weights": ("str", "the weights' column, or `none`"),
    "variance": (
        "str",
        f"{', '.join(f'`{name}`' for name in VCOVS)}; or how standard errors were resampled",
    ),
    "resampling": ("str", "as code and arguments, how standard errors were resampled; empty where they were not"),
    "clustered_by": ("str", "a list: the columns that define the clusters"),
    "assigned_by": ("str", "the level above the unit within which all are treated alike; empty where there is none"),
    "kernel": ("str", "of standard errors that let errors of other units be correlated, `bartlett` or `uniform`"),
    "cutoff": ("float64", "of spatial standard errors, in km"),
    "bandwidth": ("float64", "up to how many periods apart errors may be correlated"),
    "repaired": ("boolean", "whether a variance was negative and had to be raised"),
    "small_sample": ("str", "the small-sample correction"),
    "not_used": (
        "str",
        "a list: what the specification states and its estimator has no use for, as code and arguments",
    ),
    "reason": ("str", "a code: why there is no number"),
    "reason_arguments": ("str", "the arguments of that code"),
}
"""Every column of the estimates, with its type and what it holds."""

ROW = "row"
"""A running number within a block's file, which keeps the order in which estimates are to be shown."""

TESTED_AT = 0.05
"""The level of the test that the minimum detectable effect is for, whatever the level of intervals."""

LISTS = ("left_out", "instruments", "regressors", "fixed_effects", "clustered_by", "not_used")
"""The columns that hold lists, as :func:`ruralpanel.reasons.written` writes them."""

FACTS = ("adjustment", "bootstrap", "permutation", "first_stage", "anderson_rubin", "resampling")
"""The columns that hold a code with its arguments."""

NOBODY = "nobody_at"
"""The code of the reason where nobody is observed at an event time."""

COLLINEAR = because("collinear")
"""Why a term has no coefficient that was dropped."""

NO_ERROR = (
    ZERO_ERROR.code,
    NEGATIVE_VARIANCE.code,
    "no_jackknife_one_group",
    "no_jackknife_all_weight",
    "no_bootstrap_one_group",
    "no_bootstrap_one_treated",
    "no_bootstrap_few_draws",
    "no_placebo",
    "no_error_collinear",
    "few_clusters_and_no_error",
)
"""The codes of the reasons why an estimate has no standard error."""

POWER = 0.80
"""The power of that test."""


def estimates_frame(found: Sequence[tuple[Sequence[dict[str, Any]], Equation]]) -> pd.DataFrame:
    """Lay results out in the common shape.

    Parameters
    ----------
    found
        For each equation, what the estimator found, by column, and what was estimated; what is left out is missing.

    Returns
    -------
    pandas.DataFrame
        The columns of :data:`COLUMNS`, in that order.
    """
    cells = [_labelled(row, equation) for rows, equation in found for row in _cells(rows, equation)]
    return table_of_cells({name: [row.get(name) for row in cells] for name in COLUMNS}, COLUMNS)


def _cells(rows: Sequence[dict[str, Any]], equation: Equation) -> list[dict[str, Any]]:
    """Write the rows of an equation as cells of a table."""
    # An estimator that has no use for a part of the equation says what it has in its place.
    without = ESTIMATORS[equation.estimator].without
    stated = {
        "left_out": left_out_of(equation),
        "regressors": [*equation.interactions, *([] if "regressors" in without else equation.regressors)],
        "fixed_effects": equation.fixed_effects,
        "not_used": not_used(equation),
    }
    of_all = {
        "block": equation.block,
        "specification": equation.specification,
        "outcome": equation.outcome,
        "estimator": equation.estimator,
        "sample": equation.sample or "",
        "weights": equation.weights or "none",
        "assigned_by": equation.assigned_by or "",
    }
    return [_as_cells(stated | dict(each), equation) | of_all for each in rows]


def _as_cells(row: dict[str, Any], equation: Equation) -> dict[str, Any]:
    """Write what a row is of, and what it has for lists, reasons and other facts, as cells of a table."""
    reason = row.get("reason")
    each = ESTIMATORS[equation.estimator]
    is_regression = each.has_treatment_terms or each.is_own or row["term"] in equation.regressors
    of = {"kind": kind_of(row, is_regression), "effect_of": row["term"]} | row | {"at": written(row.get("at"))}
    texts = {name: written(row.get(name) or ([] if name in LISTS else None)) for name in (*LISTS, *FACTS)}
    told = {"reason": reason.code, "reason_arguments": written(reason.arguments)} if reason else {"reason": ""}
    return of | texts | told


def _labelled(row: dict[str, Any], equation: Equation) -> dict[str, Any]:
    """Put periods and cohorts as a reader knows them, `2014Q3`, in place of the numbers that were estimated with."""
    if frequency(equation.frequency).is_plain:
        return row
    cohort, period = row.get("cohort"), row.get("period")
    return row | {
        "cohort": equation.label(int(str(cohort))) if str(cohort).isdigit() else cohort,
        "period": period if pd.isna(period) else equation.label(period),
    }


def not_used(equation: Equation) -> list[Reason]:
    """Say which parts of an equation do not enter its estimator, of those that are not what they are by default."""
    without, inference = ESTIMATORS[equation.estimator].without, equation.inference
    own = [effect for effect in equation.fixed_effects if effect not in (equation.unit, equation.period)]
    stated = {
        "regressors": because("regressors", names=equation.regressors) if equation.regressors else None,
        "fixed_effects": because("fixed_effects", names=own) if own else None,
        "small_sample": because("small_sample", name=inference.small_sample)
        if inference.small_sample != "fixest"
        else None,
        "variance": None if inference.vcov.clusters else because("variance", name=inference.variance),
    }
    return [found for key in without if (found := stated[key])]


def left_out_of(equation: Equation, *left_out: Reason | None) -> list[Reason]:
    """Say what is left out of the rows of an equation's sample: event times that the study excludes, and what else."""
    around = [
        because("without_event_times", times=times, treatment=name)
        for name, times in equation.excluded_event_times.items()
    ]
    close = equation.near_misses
    near = [because("near_misses_only", running=close.running, within=close.within)] if close is not None else []
    return [*near, *around, *(each for each in left_out if each)]


def no_estimate(equation: Equation, reason: Reason | None, term: str | None = None, **found: Any) -> dict[str, Any]:
    """Say in a row why there is no number.

    Parameters
    ----------
    equation
        What was asked for.
    reason
        Why it cannot be had.
    term
        The term concerned; by default the first on the right-hand side.
    **found
        What is known all the same, such as the number of observations.
    """
    terms = [*equation.treatments, *equation.regressors, "none"]
    return {"term": term or terms[0], "reason": reason, **found}


def load_estimates(paths: Sequence[Path | str]) -> pd.DataFrame:
    """Read the estimates of several blocks, in their order.

    Parameters
    ----------
    paths
        Files written by the estimation stage.

    Returns
    -------
    pandas.DataFrame
        The columns of :data:`COLUMNS` with their types; those that an older run did not write are empty.
    """
    return load_typed(paths, COLUMNS)


def statistics(
    estimate: float,
    standard_error: float,
    degrees_of_freedom: float,
    level: float,
    rounding: tuple[float, float] = (0.0, 0.0),
) -> dict[str, Any]:
    """Compute t, p, the interval and the minimum detectable effect of a coefficient.

    The minimum detectable effect is what a two-sided test at the level :data:`TESTED_AT` finds with the power
    :data:`POWER`: the sum of these two quantiles of the t distribution, times the standard error (Bloom 1995, Minimum
    Detectable Effects, Evaluation Review 19(5), 547–556).

    Parameters
    ----------
    estimate, standard_error
        In the outcome's unit.
    degrees_of_freedom
        Of the t distribution; infinite for the normal distribution.
    level
        Coverage of the interval, as a share.
    rounding
        What an estimate, and a standard error, are rounding if they are no larger than; infinite for a standard error
        whose variance was negative.

    Returns
    -------
    dict
        The columns of the estimates table that follow from these. An estimate that is rounding is zero. Without a
        standard error beyond rounding, only the estimate is known, and the reason.
    """
    from scipy.special import stdtr  # what scipy.stats computes with, after a hundred times as long

    row: dict[str, Any] = {"estimate": 0.0 if abs(estimate) <= rounding[0] else estimate, "interval_level": level}
    estimate = row["estimate"]
    if np.isfinite(degrees_of_freedom):
        row["degrees_of_freedom"] = degrees_of_freedom
    if not np.isfinite(standard_error):
        return row
    if not standard_error > rounding[1]:
        return row | {"reason": NEGATIVE_VARIANCE if np.isinf(rounding[1]) else ZERO_ERROR}
    half_width = _quantile(0.5 + level / 2, degrees_of_freedom) * standard_error
    detectable = _quantile(1 - TESTED_AT / 2, degrees_of_freedom) + _quantile(POWER, degrees_of_freedom)
    return row | {
        "standard_error": standard_error,
        "statistic": estimate / standard_error,
        "p_value": float(2 * stdtr(degrees_of_freedom, -abs(estimate / standard_error))),
        "interval_low": estimate - half_width,
        "interval_high": estimate + half_width,
        "minimum_detectable_effect": detectable * standard_error,
    }


@lru_cache
def _quantile(share: float, degrees_of_freedom: float) -> float:
    """Give a quantile of the t distribution, which many coefficients of a regression share."""
    from scipy.special import stdtrit  # what scipy.stats computes with, which takes half a second to import

    return float(stdtrit(degrees_of_freedom, share))
