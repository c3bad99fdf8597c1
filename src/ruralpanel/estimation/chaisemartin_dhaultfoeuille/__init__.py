r"""Effects of first changes of a treatment that may come, go and vary in intensity.

Estimand: for the units that have been away from their first treatment for :math:`\ell` periods, the average difference
between the outcome under the treatments they had and under their first treatment kept throughout, :math:`\delta_\ell`
(de Chaisemartin & D'Haultfœuille 2024, Difference-in-differences estimators of intertemporal treatment effects, Review
of Economics and Statistics, section 3). With :math:`F_g` the period of a unit's first change, :math:`DID_\ell` is the
mean over these units of :math:`Y_{g,F_g-1+\ell} - Y_{g,F_g-1}` less the mean of the same difference over units with
the same first treatment that have kept it until then; changes to less treatment enter with the opposite sign, so that
an effect is of more treatment. Placebos are the same comparison from :math:`F_g-1` back to :math:`F_g-1-\ell`.

Standard errors are those of the official packages did_multiplegt_dyn: contributions of units are centred at the mean of
their cohort (first treatment, period and size of the first change; for comparison units, first treatment), inflated by
:math:`\sqrt{n/(n-1)}` for the :math:`n` clusters of the cohort, and added up within clusters. A cohort in one cluster
is centred at the mean of itself and its comparison together. They are conservative. p-values and intervals are from
the normal distribution.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralpanel.estimation.absorbed import Fit
from ruralpanel.estimation.adoption import clustered_fit, numbers_of
from ruralpanel.estimation.chaisemartin_dhaultfoeuille.contrasts import (
    Contrast,
    average_total_effect,
    contrast,
    same_switchers,
)
from ruralpanel.estimation.chaisemartin_dhaultfoeuille.histories import IN, OUT, Histories, histories_of
from ruralpanel.estimation.covariance import at_event_times, covariances
from ruralpanel.estimation.estimates import left_out_of, no_estimate
from ruralpanel.estimation.leads import joint_test_of, null_of_weights
from ruralpanel.estimation.result import TREATED_CLUSTERS, EquationResult, place_of
from ruralpanel.estimation.sample import CannotEstimate, estimation_sample
from ruralpanel.estimation.treated_clusters import Counts, CountsOfRow
from ruralpanel.frames.ledger import Ledger
from ruralpanel.inference.sign_changes import Contributions
from ruralpanel.reasons import Reason, because
from ruralpanel.study.blocks import Equation
from ruralpanel.study.switching import Switching
from ruralpanel.treatment_columns import cohort_column

OVERALL = "overall"
SIDES = {"all": (IN, OUT), "in": (IN,), "out": (OUT,)}
"""The directions of first changes that count, by what the study says."""


def estimate(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> EquationResult:
    """Estimate effects by periods since the first change of treatment.

    Parameters
    ----------
    panel
        The panel, with the designation's columns.
    equation
        Has one treatment; ``window`` holds the first placebo and the last effect, ``switching`` says whose changes
        count.
    ledger
        Gets a line for every reason for which rows leave, and one for every effect with how many are compared.

    Returns
    -------
    EquationResult
        Placebos at negative event times and effects from event time 0, in periods since the first change; the
        reference before it at zero; the average total effect per unit of treatment, without event time; and the joint
        test of the placebos.

    Raises
    ------
    CannotEstimate
        If no change of treatment can be compared, a cluster or a column of ``within`` varies within a unit, or there
        is one cluster only.
    """
    (treatment,) = equation.treatments
    column = equation.intensities.get(treatment, treatment)
    choice = equation.switching or Switching()
    sample = estimation_sample(panel, equation, ledger)
    _require_constant(sample, [*(equation.inference.cluster or []), *choice.within], equation)
    histories, sample = histories_of(panel, sample, column, choice.within, equation, ledger)
    count = _effects_asked(histories, equation)
    kept = same_switchers(histories, count) if choice.same_switchers else histories.changes
    kept = kept & np.isin(histories.direction, SIDES[choice.switchers])
    effects = _by_event_time(histories, kept, range(1, count + 1), placebo=False)
    placebos = _by_event_time(histories, kept, range(1, _placebos_asked(histories, equation) + 1), placebo=True)
    found = [each for each in effects.values() if each is not None]
    if not found:
        raise CannotEstimate("no_change_compared")
    overall = average_total_effect(found)
    sample, left_out = _compared(histories, sample, kept, overall, equation, ledger)
    by_time = dict(sorted((placebos | effects).items()))
    _note_counts(by_time, histories, sample, ledger)
    contrasts = {
        _name(time): each.per_dose() if choice.normalised else each
        for time, each in by_time.items()
        if each is not None
    }
    fit = _fit(contrasts | {OVERALL: overall}, histories, sample, equation)
    reference = {"event_time": -histories.step, "estimate": 0.0, "reason": because("effects_measured_from")}
    rows: list[dict[str, Any]] = [reference]
    for time in by_time:
        if _name(time) in contrasts:
            of_time = _clusters(contrasts[_name(time)], histories, fit)
            rows.append({"event_time": time, **of_time, **numbers_of(fit, _name(time), equation)})
        else:
            reason = because("no_change_compared_at", event_time=time)
            rows.append(no_estimate(equation, reason, event_time=time))
    rows.sort(key=lambda each: int(each["event_time"]))
    rows.append(_clusters(overall, histories, fit) | numbers_of(fit, OVERALL, equation))
    between = _between_periods(sample, treatment, equation)
    without = left_out_of(equation, *_changes_used(choice), left_out, between)
    shared = fit.shared | {"left_out": without, "regressors": [], "fixed_effects": []}
    tested = [_name(time) for time in placebos if _name(time) in contrasts]
    null = _null(histories, [contrasts[name] for name in tested])
    test = joint_test_of(fit, tested, equation, null, "placebo")
    rows = [shared | each | {"term": column} for each in rows]
    names = at_event_times(column, {time: _name(time) for time in by_time})
    covariance = covariances(rows, names | {place_of({"term": column}): OVERALL}, fit)
    return EquationResult([*rows, test | shared], covariance)


def _between_periods(sample: pd.DataFrame, treatment: str, equation: Equation) -> Reason | None:
    """Say how event times count for units that are first treated between two periods that are observed."""
    cohort = sample.drop_duplicates(equation.unit)[cohort_column(treatment)].dropna()
    observed = sample[equation.period]
    between = cohort[(cohort > observed.min()) & (cohort < observed.max()) & ~cohort.isin(observed)]
    if between.empty:
        return None
    return because("treated_between_periods", units=len(between))


def _name(event_time: int) -> str:
    return f"event time {event_time}"


def _require_constant(sample: pd.DataFrame, columns: list[str], equation: Equation) -> None:
    """Refuse columns that have to hold whole units and do not."""
    for name in columns:
        if (sample.groupby(equation.unit)[name].nunique() > 1).any():
            raise CannotEstimate("column_changes", name=name)


def _effects_asked(histories: Histories, equation: Equation) -> int:
    """Count the effects up to the end of the window; the first is at event time 0."""
    most = histories.periods - 1
    return min(most, equation.window[1] // histories.step + 1) if equation.window else most


def _placebos_asked(histories: Histories, equation: Equation) -> int:
    """Count the placebos from the beginning of the window; the first is at event time -2, in steps."""
    most = (histories.periods - 1) // 2
    return min(most, -equation.window[0] // histories.step - 1) if equation.window else most


def _by_event_time(
    histories: Histories, kept: NDArray[np.bool_], distances: range, *, placebo: bool
) -> dict[int, Contrast | None]:
    """Compare at each distance up to the last at which anybody can be compared, and index by event time."""
    found = {distance: contrast(histories, distance, kept, placebo=placebo) for distance in distances}
    last = max((distance for distance, each in found.items() if each is not None), default=0)
    step = histories.step
    return {
        step * (-distance - 1 if placebo else distance - 1): each
        for distance, each in found.items()
        if distance <= last
    }


def _compared(
    histories: Histories,
    sample: pd.DataFrame,
    kept: NDArray[np.bool_],
    overall: Contrast,
    equation: Equation,
    ledger: Ledger,
) -> tuple[pd.DataFrame, Reason | None]:
    """Leave out units with whose first treatment nobody is ever compared; count changes that are not compared."""
    used = np.isin(histories.group, histories.group[overall.switchers])
    inside = sample[equation.unit].isin(histories.units[used])
    left_out = None
    if not inside.all():
        rest = sample[inside].reset_index(drop=True)
        units = int(sample.loc[~inside, equation.unit].nunique())
        within = equation.switching.within if equation.switching else []
        alike = because("first_treatment_and", names=within) if within else because("first_treatment")
        ledger.note("nobody to compare", len(sample), rest, because("nobody_alike", units=units, alike=alike))
        left_out, sample = because("without_uncompared", units=units), rest
    lost = kept & ~overall.switchers & np.isin(histories.units, sample[equation.unit])
    if lost.any():
        ledger.note("changes not compared", len(sample), sample, because("changes_without_effect", units=lost.sum()))
    return sample, left_out


def _note_counts(
    by_time: dict[int, Contrast | None], histories: Histories, sample: pd.DataFrame, ledger: Ledger
) -> None:
    """Write into the ledger how many units are compared with how many at each event time."""
    for time, each in by_time.items():
        if each is not None:
            sides, waiting = histories.direction[each.switchers], int(each.comparisons.sum())
            more, less = (int((sides == side).sum()) for side in (IN, OUT))
            words = because("changes_compared", units=len(sides), more=more, less=less, waiting=waiting)
            ledger.note(because("event_time", time=time), len(sample), sample, words)


def _clusters(contrast: Contrast, histories: Histories, fit: Fit) -> dict[str, Any]:
    """Count the clusters with a change and those compared with: event times are not those since a cohort's period."""
    sides = (contrast.switchers, contrast.comparisons)
    counts = fit.shared.get(TREATED_CLUSTERS)
    if not isinstance(counts, Counts):
        return {}
    return {TREATED_CLUSTERS: CountsOfRow(counts, *(len(np.unique(histories.cluster[side])) for side in sides))}


def _fit(contrasts: dict[str, Contrast], histories: Histories, sample: pd.DataFrame, equation: Equation) -> Fit:
    """Add the units' contributions up within clusters."""
    first_rows = ~sample[equation.unit].duplicated()
    units = np.searchsorted(histories.units, sample.loc[first_rows, equation.unit].to_numpy())
    contributions = np.zeros((len(sample), len(contrasts)))
    by_unit = np.column_stack([each.contributions for each in contrasts.values()])
    contributions[first_rows.to_numpy()] = by_unit[units]
    estimates = np.array([each.estimate for each in contrasts.values()])
    fit = clustered_fit(list(contrasts), estimates, contributions, sample, equation)
    return replace(fit, covariance=replace(fit.covariance, degrees_of_freedom=np.inf))


def _null(histories: Histories, contrasts: list[Contrast]) -> Contributions | None:
    """Give what clusters contribute to placebos, beside effects of units and of periods by first treatment.

    The rows are those before a unit's treatment changes, on which alone placebos rest.
    """
    if not contrasts:
        return None
    at = np.arange(histories.periods)
    unit, period = np.nonzero((at < histories.change[:, None]) & ~np.isnan(histories.outcome) & (histories.weight > 0))
    by_group = histories.group[unit] * histories.periods + period
    return null_of_weights(
        np.column_stack([each.weights[unit, period] for each in contrasts]),
        histories.outcome[unit, period],
        pd.DataFrame({"unit": unit, "period": by_group}),
        histories.cluster[unit],
    )


def _changes_used(choice: Switching) -> list[Reason]:
    """Say whose changes count, and in what unit effects are."""
    said = {
        "changes_to_more": choice.switchers == "in",
        "changes_to_less": choice.switchers == "out",
        "compared_at_every_event_time": choice.same_switchers,
        "compared_within": bool(choice.within),
        "per_unit_of_treatment": choice.normalised,
    }
    return [
        because(code, **({"names": choice.within} if code == "compared_within" else {}))
        for code, holds in said.items()
        if holds
    ]
