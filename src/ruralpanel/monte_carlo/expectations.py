"""What theory says of intervals: which should hold the truth as often as they claim, and why the others need not.

The economy is known, so that every reason below is known to apply or not. An interval is expected to cover where none
does.
"""

from __future__ import annotations

from dataclasses import dataclass

from ruralpanel.monte_carlo.plan import Design
from ruralpanel.study.blocks import Inference
from ruralpanel.study.estimators import ESTIMATORS
from ruralpanel.study.estimators.estimator import Intervals

FEW = 50
"""Fewer clusters than this are few for standard errors whose theory lets their number grow; practice puts the limit
between 20 and 50 (Cameron & Miller 2015, A Practitioner's Guide to Cluster-Robust Inference, section VI)."""

SELECTION = (
    "Who is listed follows the shocks to income, so that trends are not parallel; no estimator here allows for that"
)
ROWS = (
    "Rows are taken for independent, while shocks last from year to year and villages of a county share them, and so "
    "does treatment"
)
VILLAGES = "Villages are taken for independent, while those of a county share shocks and are often listed together"
YEARS = "The years are one of the dimensions, and they are few clusters"
KERNEL = "The kernel counts villages of one county less than fully, while they share their county's shock fully"
AREAS = (
    f"With fewer than {FEW} counties, spatial standard errors, which have no small-sample correction, average few areas"
)
PERIODS = "There are few periods, and these standard errors let their number grow"
CLUSTERS = (
    f"With fewer than {FEW} counties, clustered standard errors are too small on average, and more so as treated "
    "counties are fewer; the wild bootstrap is made for that"
)
DIFFERENCES = (
    "Effects differ between villages, and standard errors count that as noise, as if the villages and their cohorts "
    "had been drawn from more of them; the truth here is the average over these very villages, so that intervals hold "
    "it at least as often as they claim (Neyman 1923; for two stages and Callaway–Sant’Anna, also differences between "
    "cohorts and years)"
)


@dataclass(frozen=True)
class Expectation:
    """What theory says of an interval.

    Parameters
    ----------
    covers
        Whether it should hold the truth at least as often as it claims.
    why
        The first reason why it need not, or why it may more often; empty where it should just as often.
    """

    covers: bool
    why: str

    @property
    def exactly(self) -> bool:
        """Whether it should hold the truth no more often than it claims either."""
        return self.covers and not self.why


def expectation(design: Design, estimator: str, inference: Inference) -> Expectation:
    """Say what theory says of an estimator's intervals in a kind of economy.

    Parameters
    ----------
    design
        The kind of economy.
    estimator
        Its name.
    inference
        Its standard errors.
    """
    about = ESTIMATORS[estimator].intervals
    why = _reason(design, about, inference)
    if not why and design.is_heterogeneous:
        return Expectation(True, DIFFERENCES)
    if not why and about.conservative:
        return Expectation(True, about.conservative)
    return Expectation(not why, why)


def _reason(design: Design, about: Intervals, inference: Inference) -> str:
    """Give the first reason against coverage: what biases the estimate, then what its standard errors leave out."""
    clusters = inference.cluster or ["village"]
    if design.is_selected:
        return SELECTION
    if design.is_heterogeneous and about.heterogeneous:
        return about.heterogeneous
    if inference.vcov.many == "rows":
        return ROWS
    if inference.vcov.many == "periods":
        return PERIODS
    if inference.vcov.many == "places":
        if inference.kernel == "bartlett":
            return KERNEL
        return AREAS if design.clusters < FEW else ""
    if "year" in clusters:
        return about.periods or YEARS
    if "county" not in clusters:
        return VILLAGES
    if about.few_clusters:
        return about.few_clusters.format(few=FEW) if design.clusters < FEW else ""
    for_few = inference.bootstrap is not None or inference.correction.of_leverage
    return CLUSTERS if design.clusters < FEW and not for_few else ""
