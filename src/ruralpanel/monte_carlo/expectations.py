"""What theory says of intervals: which should hold the truth as often as they claim, and why the others need not.

The economy is known, so that every reason below is known to apply or not. An interval is expected to cover where none
does.
"""

from __future__ import annotations

from dataclasses import dataclass

from ruralpanel.monte_carlo.plan import Design
from ruralpanel.study.blocks import Inference

FEW = 50
"""Fewer clusters than this are few for standard errors whose theory lets their number grow; practice puts the limit
between 20 and 50 (Cameron & Miller 2015, A Practitioner's Guide to Cluster-Robust Inference, section VI)."""

SELECTION = (
    "Who is listed follows the shocks to income, so that trends are not parallel; no estimator here allows for that"
)
TWO_WAY = (
    "Effects differ by cohort and time, and two-way fixed effects compare newly treated villages with villages treated "
    "before, whose effects still change"
)
EVENT_STUDY = (
    "Effects differ by cohort, and a two-way event study lets the coefficient of one event time pick up effects of "
    "others (Sun and Abraham 2021)"
)
ROWS = (
    "Rows are taken for independent, while shocks last from year to year and villages of a county share them, and so "
    "does treatment"
)
VILLAGES = "Villages are taken for independent, while those of a county share shocks and are often listed together"
YEARS = "The years are one of the dimensions, and they are few clusters"
SATURATED = (
    "With a coefficient for every cohort and event time, what is left adds up to zero over the villages of each year: "
    "the years as a second dimension of clusters add nothing, and the overlap with the counties is taken away all the "
    "same, so that standard errors are too small with any number of years"
)
KERNEL = "The kernel counts villages of one county less than fully, while they share their county's shock fully"
AREAS = (
    f"With fewer than {FEW} counties, spatial standard errors, which have no small-sample correction, average few areas"
)
PERIODS = "There are few periods, and these standard errors let their number grow"
CLUSTERS = (
    f"With fewer than {FEW} counties, clustered standard errors are too small on average, and more so as treated "
    "counties are fewer; the wild bootstrap is made for that"
)
FEW_LEFT_OUT = (
    f"With fewer than {FEW} counties, jackknife standard errors are uncertain themselves, and intervals from the "
    "normal distribution leave no room for that"
)
JACKKNIFE = (
    "The jackknife holds the weights of villages and years fixed while counties are left out, though they were chosen "
    "to make up for what is then missing: its standard errors are rather too large, so that intervals hold the truth "
    "at least as often as they claim (Arkhangelsky and others 2021, theorem 2)"
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
    why = _reason(design, estimator, inference)
    if not why and design.is_heterogeneous:
        return Expectation(True, DIFFERENCES)
    if not why and estimator == "synthetic_difference_in_differences":
        return Expectation(True, JACKKNIFE)
    return Expectation(not why, why)


def _reason(design: Design, estimator: str, inference: Inference) -> str:
    """Give the first reason against coverage: what biases the estimate, then what its standard errors leave out."""
    clusters = inference.cluster or ["village"]
    if design.is_selected:
        return SELECTION
    if design.is_heterogeneous and estimator in ("two_way_fixed_effects", "event_study"):
        return TWO_WAY if estimator == "two_way_fixed_effects" else EVENT_STUDY
    if inference.vcov.many == "rows":
        return ROWS
    if inference.vcov.many == "periods":
        return PERIODS
    if inference.vcov.many == "places":
        if inference.kernel == "bartlett":
            return KERNEL
        return AREAS if design.clusters < FEW else ""
    if "year" in clusters:
        return SATURATED if estimator == "sun_abraham" else YEARS
    if "county" not in clusters:
        return VILLAGES
    if estimator == "synthetic_difference_in_differences":
        return FEW_LEFT_OUT if design.clusters < FEW else ""
    for_few = inference.bootstrap is not None or inference.correction.of_leverage
    return CLUSTERS if design.clusters < FEW and not for_few else ""
