r"""What coefficients by event time are measured from, and which of them that reaches.

An effect of a fixed effect's level and one of all event times at which that level is observed cannot be told apart, so
that coefficients by event time are known up to a constant in each set of event times that some unit connects: event
times are joined when a unit is observed at both. In a panel of two-yearly waves, units treated on a wave are seen at
even event times only and those treated between waves at odd ones; no regression measures the one from the other. One
reference is needed for each such set (:func:`curves_of`), and a bin of event times must not take its place: it would
join sets by the assumption that their coefficients are alike.

What else fixed effects leave open, such as a linear trend where every unit is treated at some time, shows in columns
that are dropped as collinear: coefficients that a dropped one could be moved into are not identified either
(:func:`identified`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from ruralpanel.absorption.kernels import connected_labels
from ruralpanel.absorption.levels import Levels
from ruralpanel.estimation.absorbed import Fit
from ruralpanel.estimation.estimates import COLLINEAR
from ruralpanel.estimation.sample import CannotEstimate, effect_name
from ruralpanel.estimation.taken_out import absorbed_regression
from ruralpanel.frames.computed import Computed
from ruralpanel.reasons import Reason, because, several
from ruralpanel.study.blocks import Equation
from ruralpanel.study.fixed_effects import columns_of, intercepts

ZERO = because("reference_period")

MOVED = 1e-6
"""A dropped indicator of an event time is a sum of others with coefficients of at least this size."""

NAMED = 6
"""So many cohorts are named; of more, the first and the last."""


@dataclass(frozen=True)
class Curve:
    """Event times that units connect, so that one can be measured from another.

    Parameters
    ----------
    event_times
        In their order.
    base
        The one that the others are measured from; None where there is none.
    cohorts
        Of the units at these event times.
    cohorts_at
        The same by event time.
    """

    event_times: tuple[int, ...]
    base: int | None
    cohorts: tuple[int, ...]
    cohorts_at: Mapping[int, Sequence[int]] = field(default_factory=dict, hash=False, compare=False)


def curves_of(
    sample: pd.DataFrame,
    event_time: pd.Series,
    cohort: pd.Series,
    equation: Equation,
    computed: Computed | None = None,
) -> list[Curve]:
    """Find the sets of event times that units connect, and what each is measured from.

    Parameters
    ----------
    sample
        Rows from :func:`ruralpanel.estimation.sample.estimation_sample`.
    event_time, cohort
        Of these rows, as they are and not binned; event time is missing in rows that are compared with.
    equation
        Gives fixed effects, the reference period, and what becomes of event times that nothing connects to it.
    computed
        What has been computed of the columns.

    Returns
    -------
    list of Curve
        By their first event time.
    """
    computed = computed or Computed()
    number = connected(sample, event_time, equation, computed)
    together = computed.levels(event_time).first_rows_with(computed.levels(cohort))
    once = together[together >= 0]
    columns = {"curve": number, "event_time": event_time, "cohort": cohort}
    frame = pd.DataFrame({name: column.to_numpy()[once] for name, column in columns.items()}).astype("int64")
    found = []
    for _, rows in frame.groupby("curve"):
        times = sorted(set(rows["event_time"].tolist()))
        cohorts_at = {int(str(time)): sorted(each.tolist()) for time, each in rows.groupby("event_time")["cohort"]}
        cohorts = sorted({each for every in cohorts_at.values() for each in every})
        found.append(Curve(tuple(times), base_of(times, equation), tuple(cohorts), cohorts_at))
    return sorted(found, key=lambda curve: curve.event_times)


def connected(
    sample: pd.DataFrame, label: pd.Series, equation: Equation, computed: Computed | None = None
) -> pd.Series:
    """Number the sets of labels that levels of fixed effects connect.

    Levels of effects that vary with the period connect nothing, nor do those of effects that a finer one, such as the
    unit's, contains. Without any such effect, all rows are one level.

    Parameters
    ----------
    sample
        Rows from :func:`ruralpanel.estimation.sample.estimation_sample`.
    label
        Of each row, such as its event time; rows where it is missing share a label of their own.
    equation
        Gives fixed effects.
    computed
        What has been computed of the columns.

    Returns
    -------
    pandas.Series
        The number of each row's set.
    """
    computed = computed or Computed()
    labels = computed.levels(label)
    codes = np.where(labels.codes < 0, labels.number, labels.codes) if labels.has_gaps else labels.codes
    chosen = _of_units(sample, equation, computed) or [Levels(np.zeros_like(codes), 1)]
    before = np.cumsum([0, *(each.number for each in chosen)]).tolist()
    levels = np.stack([each.codes + first for each, first in zip(chosen, before, strict=False)])
    sets = connected_labels(codes, labels.number + int(labels.has_gaps), levels, before[-1])
    return pd.Series(sets[codes], index=sample.index)


def _of_units(sample: pd.DataFrame, equation: Equation, computed: Computed) -> list[Levels]:
    """Give the levels of fixed effects that do not vary with the period, without those that a finer one contains."""
    names = [each for each in intercepts(equation.fixed_effects) if equation.period not in columns_of(each)]
    kept: list[Levels] = []
    for level in sorted((computed.levels(sample[effect_name(each)]) for each in names), key=lambda each: -each.number):
        if not any(finer.lies_within(level) for finer in kept):
            kept.append(level)
    return kept


def base_of(event_times: Iterable[int], equation: Equation) -> int | None:
    """Choose the event time before treatment, and before its anticipation, that the others are measured from.

    It is the reference period. Where that is not among them and ``missing_reference`` allows another, it is the last
    one before, or else the first one after the reference.
    """
    times, reference = set(event_times), equation.reference_period
    if reference in times:
        return reference
    if equation.missing_reference != "earlier":
        return None
    (treatment,) = equation.treatments
    before = [each for each in times if each < -equation.anticipation.get(treatment, 0)]
    return max((each for each in before if each <= reference), default=min(before, default=None))


def why_zero(bases: Mapping[int, Sequence[int]], base: int, equation: Equation) -> Reason:
    """Say of a reference why its coefficient is zero.

    Parameters
    ----------
    bases
        By reference, the cohorts that are measured from it.
    base
        The reference in question.
    equation
        Gives the reference period asked for.
    """
    if set(bases) == {equation.reference_period} == {base}:
        return ZERO
    cohorts = cohorts_named(bases[base], equation)
    if base == equation.reference_period:
        return because("reference_period_of", cohorts=cohorts)
    return because("reference_of", wave=_last_wave(base, equation), cohorts=cohorts)


def _last_wave(base: int, equation: Equation) -> Reason:
    """Say which wave a base other than the reference period is."""
    (treatment,) = equation.treatments
    anticipation = equation.anticipation.get(treatment, 0)
    last = equation.reference_period == -1 - anticipation or base > equation.reference_period
    up_to = None if last else because("up_to", time=equation.reference_period)
    return because("last_wave", up_to=up_to, anticipated=because("and_anticipation") if anticipation else None)


def why_not(curve: Curve, equation: Equation) -> Reason:
    """Say why the event times of a curve without a base cannot be measured, and what would help."""
    (treatment,) = equation.treatments
    whom = {"times": curve.event_times, "cohorts": cohorts_named(curve.cohorts, equation)}
    anticipation = equation.anticipation.get(treatment, 0)
    before = [each for each in curve.event_times if each < -anticipation]
    if not before:
        within = because("and_anticipation_of", periods=anticipation) if anticipation else None
        return because("not_connected_before", **whom, anticipated=within)
    return because("not_connected", **whom, reference=equation.reference_period, last=max(before))


def moved_curves(curves: Iterable[Curve], equation: Equation) -> Reason | None:
    """Say for the ledger which curves are measured from another event time than the reference period."""
    moved = [curve for curve in curves if curve.base not in (None, equation.reference_period)]
    if not moved:
        return None
    parts = [
        because(
            "times_from",
            times=[each for each in curve.event_times if each != curve.base],
            base=curve.base,
            cohorts=cohorts_named(curve.cohorts, equation),
        )
        for curve in moved
    ]
    return because("curves_moved", reference=equation.reference_period, curves=several(parts))


def identified(
    fit: Fit, names: Sequence[str], terms: Sequence[str], equation: Equation
) -> tuple[Fit, dict[str, Reason]]:
    """Set aside coefficients that the data do not determine, whichever of their columns was dropped.

    Parameters
    ----------
    fit
        A regression, from :func:`ruralpanel.estimation.absorbed.fit_absorbed`.
    names
        The columns whose coefficients stand beside each other, such as indicators of event times.
    terms
        All columns of the regression's right-hand side.
    equation
        What was estimated.

    Returns
    -------
    tuple of (Fit, dict)
        The regression without them, and by column of ``names`` that has no coefficient the reason.

    Raises
    ------
    CannotEstimate
        If none is left.
    """
    dropped = [name for name in fit.collinear if name in set(names)]
    reasons: dict[str, Reason] = {}
    for name in dropped:
        others = _moved_into(fit, name, terms, equation)
        among = [other for other in others if other in set(names)]
        together = because("not_told_apart", columns=[*among, name])
        reasons |= dict.fromkeys((*among, name), together if among else COLLINEAR)
    lost = [name for name in fit.coefficients.index if name in reasons]
    if not lost:
        return fit, reasons
    kept = [name for name in fit.coefficients.index if name not in reasons]
    if not kept:
        raise CannotEstimate(next(iter(reasons.values())))
    matrix = fit.covariance.matrix.loc[kept, kept]
    covariance = replace(fit.covariance, matrix=matrix)
    return replace(
        fit, coefficients=fit.coefficients[kept], covariance=covariance, collinear=[*fit.collinear, *lost]
    ), reasons


def _moved_into(fit: Fit, name: str, terms: Sequence[str], equation: Equation) -> list[str]:
    """List the columns that were kept and that a dropped one is a sum of, beside the fixed effects."""
    assert fit.absorbed is not None
    sample = fit.absorbed.sample
    weights = sample[equation.weights] if equation.weights else None
    kept = [term for term in terms if term in fit.coefficients.index]
    try:
        regression = absorbed_regression(sample, sample[name], weights, kept, fit.absorbed.effects, equation)
    except CannotEstimate:  # fixed effects alone leave nothing of it
        return []
    found = dict(zip(regression.terms, regression.coefficients * regression.influences.units, strict=True))
    return [term for term in kept if abs(found.get(term, 0.0)) > MOVED]


def cohorts_named(cohorts: Sequence[int], equation: Equation) -> Reason:
    """Name cohorts, or say how many there are: ``cohorts 2014 and 2016``."""
    names = [equation.label(each) for each in sorted(cohorts)]
    if len(names) > NAMED:
        return because("many_cohorts", number=len(names), first=names[0], last=names[-1])
    return because("cohorts", names=names)
