"""What estimators of staggered adoption share: who is treated when, averages by event time, and their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralpanel.arrays import Numbers
from ruralpanel.estimation.absorbed import Fit, inference_columns
from ruralpanel.estimation.average import Average
from ruralpanel.estimation.covariance import covariances
from ruralpanel.estimation.estimates import NOBODY, no_estimate
from ruralpanel.estimation.result import EquationResult, place_of
from ruralpanel.estimation.rounding import NOISE, rounding_of_sums
from ruralpanel.estimation.sample import (
    OUTCOME,
    CannotEstimate,
    clusters_of,
    estimation_sample,
    without_always_treated,
)
from ruralpanel.estimation.treated_clusters import counts_of
from ruralpanel.frames.ledger import Ledger
from ruralpanel.inference.covariance import Covariance, clustered_meat
from ruralpanel.inference.multiplier import multiplied
from ruralpanel.inference.random_draws import generator
from ruralpanel.inference.wild_bootstrap import wild_weights
from ruralpanel.reasons import Reason, because
from ruralpanel.study.blocks import Equation
from ruralpanel.treatment_columns import cohort_column, event_time_column

Rows = NDArray[np.bool_]
"""Which rows of a sample an average is over."""


@dataclass(frozen=True)
class Adoption:
    """A sample with the times at which its units are treated.

    Parameters
    ----------
    sample
        From :func:`ruralpanel.estimation.sample.estimation_sample`, without units treated throughout.
    treatment
        The designation.
    begins
        The event time from which a row no longer counts as untreated: 0, or less with anticipation.
    left_out
        In words, units that are not in the sample.
    """

    sample: pd.DataFrame
    treatment: str
    begins: int
    left_out: Reason | None

    @property
    def event_time(self) -> Numbers:
        """Periods since treatment began; missing for the never treated."""
        return self.sample[event_time_column(self.treatment)].to_numpy(dtype="float64")

    @property
    def cohort(self) -> Numbers:
        """The first period treated; missing for the never treated."""
        return self.sample[cohort_column(self.treatment)].to_numpy(dtype="float64")

    @property
    def untreated(self) -> NDArray[np.bool_]:
        """Which rows are not treated, and not about to be within the anticipation."""
        return ~(self.event_time >= self.begins)


def adoption_of(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> Adoption:
    """Pick the sample of an estimator of staggered adoption.

    Parameters
    ----------
    panel
        The panel, with the designation's cohort and event time.
    equation
        Has one treatment.
    ledger
        Gets a line for every reason for which rows leave.

    Returns
    -------
    Adoption
        The sample.

    Raises
    ------
    CannotEstimate
        If no row is treated, or none is untreated.
    """
    (treatment,) = equation.treatments
    sample, left_out = without_always_treated(estimation_sample(panel, equation, ledger), treatment, equation, ledger)
    found = Adoption(sample, treatment, -equation.anticipation.get(treatment, 0), left_out)
    if not (found.event_time >= 0).any():
        raise CannotEstimate("nobody_treated")
    if not found.untreated.any():
        raise CannotEstimate("every_row_treated")
    return found


def averages_by_event_time(adoption: Adoption, first: int, window: list[int] | None) -> list[Average[Rows]]:
    """List the averages by event time, and the overall one over all treated rows at the end.

    Parameters
    ----------
    adoption
        The sample.
    first
        The first event time to be reported.
    window
        The equation's; event times beyond its ends are binned there.
    """
    event_time = adoption.event_time
    seen = event_time[event_time >= first]
    lowest, highest = int(seen.min()), int(seen.max())
    low, high = (max(lowest, window[0]), min(highest, window[1])) if window else (lowest, highest)
    binned = np.clip(event_time, low, max(high, low))
    averages = []
    for value in range(low, high + 1):
        rows = (event_time >= first) & (binned == value)
        at = event_time[rows]
        bins = "and earlier" if (at < value).any() else "and later" if (at > value).any() else ""
        averages.append(Average({"event_time": value, "event_time_bin": bins}, rows))
    return [*averages, Average({}, event_time >= 0)]


def clustered_fit(
    names: list[str], estimates: Numbers, contributions: Numbers, sample: pd.DataFrame, equation: Equation
) -> Fit:
    """Turn each row's contribution to the error of estimates into their clustered covariance, uncorrected.

    Parameters
    ----------
    names
        Of the estimates.
    estimates
        In the outcome's unit.
    contributions
        Rows of ``sample`` by estimates.
    sample
        The rows used.
    equation
        Says which column holds the clusters.

    Returns
    -------
    Fit
        With t degrees of freedom of the number of clusters less one.
    """
    meat, count = clustered_meat(contributions, clusters_of(sample, equation))
    matrix = pd.DataFrame(meat, index=names, columns=names)
    weights = sample[equation.weights] if equation.weights else None
    shared: dict[str, object] = {
        "observations": len(sample),
        "units": int(sample[equation.unit].nunique()),
        "clusters": count,
        "outcome_mean": float(np.average(sample[OUTCOME], weights=weights)),
        **inference_columns(equation),
        "small_sample": "none",
        **counts_of(sample, equation),
    }
    # Averages of outcomes, and their residuals, are known to the last digits of outcomes.
    known_to = NOISE * float(sample[OUTCOME].abs().max())
    rounding = pd.DataFrame({"estimate": known_to, "error": known_to}, index=names)
    found = Covariance(matrix, count - 1, count, rounding=rounding)
    if equation.inference.bootstrap is not None:
        found = replace(found, contributions=by_cluster(contributions, names, sample, equation))
    return Fit(pd.Series(estimates, index=names), found, [], shared)


def name_of(average: Average[Rows]) -> str:
    """Name an average within a fit."""
    return f"event time {average.place['event_time']}" if average.place else "overall"


def average_rows(
    averages: Sequence[Average[Rows]], fit: Fit, treatment: str, equation: Equation, why_not: Reason
) -> EquationResult:
    """Write the rows of averages, and how those by event time covary.

    Parameters
    ----------
    averages
        In the order of the rows.
    fit
        Holds those that could be estimated, under :func:`name_of`.
    treatment
        The designation, the rows' term.
    equation
        Gives the intervals' level.
    why_not
        Why an average over existing rows is not in the fit.
    """
    rows = []
    for average in averages:
        name = name_of(average)
        if name in fit.coefficients.index:
            rows.append({"term": treatment, **average.place, **fit.shared, **numbers_of(fit, name, equation)})
            continue
        reason = why_not if average.over.any() else because(NOBODY, times=[average.place["event_time"]])
        rows.append(no_estimate(equation, reason, treatment, **average.place, **fit.shared))
    names = {place_of({"term": treatment, **each.place}): name_of(each) for each in averages}
    return EquationResult(rows, covariances(rows, names, fit))


def numbers_of(fit: Fit, name: str, equation: Equation) -> dict[str, Any]:
    """Give estimate, standard error, test and interval of a coefficient, and those of the bootstrap it asks for."""
    found = fit.statistics(name, equation.inference.level)
    contributions = fit.covariance.contributions
    if equation.inference.bootstrap is None or contributions is None or pd.isna(found.get("standard_error")):
        return found
    return found | bootstrapped(float(fit.coefficients[name]), contributions[name], equation)


def with_combinations(fit: Fit, combinations: pd.DataFrame) -> Fit:
    """Replace coefficients by linear combinations of them.

    Parameters
    ----------
    fit
        A regression.
    combinations
        Weights of coefficients (rows, by name) in combinations (columns, by name). A combination that gives weight to
        a coefficient which could not be estimated is collinear.
    """
    lost = combinations.columns[(combinations.reindex(fit.collinear).fillna(0.0) != 0).any()]
    weights = combinations.drop(columns=lost).reindex(fit.coefficients.index).fillna(0.0)
    covariance = fit.covariance.matrix.loc[weights.index, weights.index].to_numpy()
    matrix = pd.DataFrame(weights.T.to_numpy() @ covariance @ weights.to_numpy(), weights.columns, weights.columns)
    bounds = fit.covariance.rounding.reindex(weights.index, fill_value=0.0)
    freedom = fit.covariance.freedom_combined(weights)
    combined = replace(
        fit.covariance, matrix=matrix, rounding=rounding_of_sums(weights, bounds), own_degrees_of_freedom=freedom
    )
    if fit.covariance.contributions is not None:
        combined = replace(combined, contributions=fit.covariance.contributions[weights.index] @ weights)
    return Fit(weights.T @ fit.coefficients, combined, list(lost), fit.shared)


def by_cluster(contributions: Numbers, names: list[str], sample: pd.DataFrame, equation: Equation) -> pd.DataFrame:
    """Add contributions of rows up within clusters, which are named."""
    (cluster,) = equation.inference.cluster or [equation.unit]
    return pd.DataFrame(contributions, columns=names).groupby(sample[cluster].to_numpy(), sort=True).sum()


def bootstrapped(estimate: float, contributions: pd.Series, equation: Equation) -> dict[str, Any]:
    """Give the columns of a wild bootstrap of what clusters contribute.

    Parameters
    ----------
    estimate
        Of an effect.
    contributions
        Of clusters, by name in the order of names.
    equation
        With a bootstrap, and a seed.
    """
    options = equation.inference.bootstrap
    assert options is not None
    random = generator(equation.seed or 0, equation.block, "multiplier bootstrap")
    drawn = wild_weights(pd.Series(contributions.index), options.weights, options.draws, random)
    weights = drawn.values[drawn.of(contributions.index).codes]
    found = multiplied(estimate, contributions.to_numpy(dtype="float64"), weights, equation.inference.level)
    words = because(
        "multiplier_rademacher" if options.weights == "rademacher" else "multiplier_webb",
        draws=because("all_patterns" if drawn.exact else "draws", draws=drawn.draws),
        clusters=len(contributions),
    )
    return found | {"bootstrap": words} if found else {}
