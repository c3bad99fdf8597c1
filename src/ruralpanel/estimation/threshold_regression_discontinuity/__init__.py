r"""Regression discontinuity at a threshold of a running variable, with the test of its density there.

Estimand: with :math:`X` the running variable and :math:`c` the threshold, :math:`\lim_{x \downarrow c} E[Y \mid X = x]
- \lim_{x \uparrow c} E[Y \mid X = x]`, the effect on units at the threshold if all are treated from there on and they
would otherwise have been alike on both sides (sharp); over the jump of the treatment, the effect on those at the
threshold whom it moves (fuzzy). The limits are those of local polynomials, within the bandwidth with the smallest mean
squared error. The estimate is corrected for the bias of these, and its standard error has the correction's error in it
(Calonico, Cattaneo & Titiunik 2014); the uncorrected one is reported beside it.

Where clusters are single rows, errors are estimated by the three nearest neighbours, else they are added up within
clusters. p-values and intervals are from the normal distribution, as the R package rdrobust has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.arrays import Numbers
from ruralpanel.estimation.estimates import left_out_of, no_estimate, statistics
from ruralpanel.estimation.result import EquationResult
from ruralpanel.estimation.rounding import NOISE
from ruralpanel.estimation.sample import OUTCOME, CannotEstimate, clusters_of, estimation_sample
from ruralpanel.estimation.terms import average, density_at, first_stage
from ruralpanel.estimation.threshold_regression_discontinuity.density import density_jump
from ruralpanel.estimation.threshold_regression_discontinuity.local_polynomials import (
    NEIGHBOURS,
    Level,
    Side,
    TooFew,
    best_bandwidths,
    level_at_threshold,
)
from ruralpanel.estimation.treated_clusters import counts_of
from ruralpanel.frames.ledger import Ledger
from ruralpanel.reasons import because
from ruralpanel.study.blocks import Equation
from ruralpanel.study.threshold import Threshold


def estimate(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> EquationResult:
    """Estimate the jump at a threshold.

    Parameters
    ----------
    panel
        The panel, with the running variable.
    equation
        Has one treatment and ``threshold``; ``sample`` picks the period in which rows are compared.
    ledger
        Gets a line for every reason for which rows leave, and one for the bandwidth.

    Returns
    -------
    EquationResult
        The effect, corrected for bias; the same uncorrected; in a fuzzy design, the jump of the treatment; and the jump
        of the running variable's density with its test.

    Raises
    ------
    CannotEstimate
        If there are no rows on one side, too few near the threshold, or a sharp design in which treatment does not
        follow from the threshold.
    """
    (treatment,) = equation.treatments
    asked = equation.threshold
    assert asked is not None
    sample = estimation_sample(panel, equation, ledger)
    distance = sample[asked.running].to_numpy(dtype="float64") - asked.at
    beyond = distance >= 0
    if beyond.all() or not beyond.any():
        side = "below" if beyond.all() else "at_or_above"
        raise CannotEstimate("nobody_on_one_side", running=asked.running, cutoff=asked.at, side=side)
    against = int((sample[treatment].to_numpy(dtype="float64") != beyond).sum())
    if asked.design == "sharp" and against:
        raise CannotEstimate("threshold_not_followed", treatment=treatment, rows=against, running=asked.running)
    clusters = clusters_of(sample, equation)
    jumping = [OUTCOME, treatment] if asked.design == "fuzzy" else [OUTCOME]
    order = np.argsort(distance, kind="stable")
    rows = Side(
        distance[order],
        sample[jumping].to_numpy(dtype="float64")[order],
        clusters[order] if clusters.max() + 1 < len(sample) else None,
    )
    try:
        jump = _jump(rows, asked)
    except TooFew as error:
        raise CannotEstimate("no_jump", running=asked.running, why=error.reason) from None
    used = sample[np.abs(distance) <= jump.bandwidth]
    reason = because("beyond_bandwidth", running=asked.running, bandwidth=jump.bandwidth, cutoff=asked.at)
    ledger.note("near the threshold", len(sample), used, reason)
    near = because(
        "near_threshold",
        running=asked.running,
        cutoff=asked.at,
        bandwidth=jump.bandwidth,
        bias=jump.bias_bandwidth,
    )
    # Who is beyond the threshold counts as treated, whatever the treatment was for before.
    counted = used.assign(**{treatment: (used[asked.running] >= asked.at).astype(int)})
    by_row = rows.cluster is None
    shared = {
        "left_out": left_out_of(equation, near),
        "observations": len(used),
        "units": int(used[equation.unit].nunique()),
        "clusters": int(pd.Series(clusters[np.abs(distance) <= jump.bandwidth]).nunique()),
        "outcome_mean": float(used[OUTCOME].mean()),
        "variance": "nearest neighbours" if by_row else equation.inference.variance,
        "resampling": because("nearest_neighbours", number=NEIGHBOURS) if by_row else None,
        "clustered_by": [] if by_row else equation.inference.cluster or [equation.unit],
        "small_sample": "none",
        "fixed_effects": [],
        **counts_of(counted, equation.model_copy(update={"absorbing": True})),
    }
    known_to = (NOISE * float(sample[OUTCOME].abs().max()),) * 2
    found = _rows(jump, treatment, asked, shared, equation, known_to)
    return EquationResult([*found, _density_row(sample, asked, equation)])


@dataclass(frozen=True)
class _Jump:
    """What jumps at the threshold: the outcome, and the treatment of a fuzzy design."""

    below: Level
    above: Level
    bandwidth: float
    bias_bandwidth: float

    @property
    def plain(self) -> Numbers:
        return self.above.plain - self.below.plain

    @property
    def corrected(self) -> Numbers:
        return self.above.corrected - self.below.corrected

    @property
    def plain_covariance(self) -> Numbers:
        return self.above.plain_covariance + self.below.plain_covariance

    @property
    def corrected_covariance(self) -> Numbers:
        return self.above.corrected_covariance + self.below.corrected_covariance


def _jump(rows: Side, asked: Threshold) -> _Jump:
    below, above = rows.among(rows.distance < 0), rows.among(rows.distance >= 0)
    if asked.bandwidth is None:
        width, bias_width = best_bandwidths(below, above, asked.order, asked.kernel)
    else:
        width = bias_width = asked.bandwidth
    bias_width = asked.bias_bandwidth or bias_width
    low, high = (level_at_threshold(side, asked.order, width, bias_width, asked.kernel) for side in (below, above))
    return _Jump(low, high, width, bias_width)


def _rows(
    jump: _Jump,
    treatment: str,
    asked: Threshold,
    shared: dict[str, Any],
    equation: Equation,
    known_to: tuple[float, float],
) -> list[dict[str, Any]]:
    """Write the jump down; in a fuzzy design that of the outcome over that of the treatment, and this."""
    level = equation.inference.level

    def numbers(estimate: float, variance: float, rounding: tuple[float, float]) -> dict[str, Any]:
        return statistics(estimate, float(np.sqrt(variance)), np.inf, level, rounding)

    place, plainly = {"term": treatment}, average(treatment, "not corrected for bias")
    if asked.design != "fuzzy":
        found = numbers(jump.corrected[0], jump.corrected_covariance[0, 0], known_to)
        plain = numbers(jump.plain[0], jump.plain_covariance[0, 0], known_to)
        return [{**shared, **place, **found}, {**shared, **plainly, **plain}]
    stage = numbers(jump.corrected[1], jump.corrected_covariance[1, 1], (NOISE, NOISE))
    stages = {**shared, **first_stage(treatment, asked.running), **stage}
    if "standard_error" not in stage and abs(jump.plain[1]) <= NOISE:
        reason = because("treatment_does_not_jump", treatment=treatment, running=asked.running)
        return [no_estimate(equation, reason, treatment, **shared), stages]
    # The ratio, corrected by what it changes with the biases of the two jumps to a first order.
    ratio = float(jump.plain[0] / jump.plain[1])
    slopes = np.array([1.0, -ratio]) / jump.plain[1]
    corrected = ratio - float(slopes @ (jump.plain - jump.corrected))
    strength: dict[str, Any] = {}
    if "statistic" in stage:
        strength = {"first_stage_f": stage["statistic"] ** 2, "first_stage": because("wald_f", instruments=1)}
    known_to = (known_to[0] / abs(float(jump.plain[1])),) * 2
    found = numbers(corrected, float(slopes @ jump.corrected_covariance @ slopes), known_to)
    plain = numbers(ratio, float(slopes @ jump.plain_covariance @ slopes), known_to)
    return [{**shared, **strength, **place, **found}, {**shared, **plainly, **plain}, stages]


def _density_row(sample: pd.DataFrame, asked: Threshold, equation: Equation) -> dict[str, Any]:
    """Test the density of the running variable, once for each unit of which it is a constant."""
    constant = (sample.groupby(equation.unit)[asked.running].nunique() == 1).all()
    rows = sample.drop_duplicates(equation.unit) if constant else sample
    distance = rows[asked.running].to_numpy(dtype="float64") - asked.at
    place = density_at(asked.running)
    shared = {"units": int(rows[equation.unit].nunique()), "regressors": [], "fixed_effects": []}
    try:
        clusters = clusters_of(rows, equation)
        found = density_jump(distance, clusters if clusters.max() + 1 < len(rows) else None, asked.kernel)
    except TooFew as error:
        return {**place, **shared, "reason": because("no_density", running=asked.running, why=error.reason)}
    numbers = statistics(found.above - found.below, found.standard_error, np.inf, equation.inference.level)
    said = because("densities_at", below=found.below, above=found.above, bandwidth=found.bandwidth)
    left_out = left_out_of(equation, said)
    by_row = clusters.max() + 1 == len(rows)
    made = {
        "variance": "jackknife" if by_row else equation.inference.variance,
        "resampling": because("jackknife_of_units") if by_row else None,
        "clustered_by": [] if by_row else equation.inference.cluster or [equation.unit],
        "small_sample": "none",
    }
    return {**place, **shared, **made, "left_out": left_out, "observations": found.units, **numbers}
