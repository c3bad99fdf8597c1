"""What happens without being asked for, by name: lines of ledgers carry the names, and ``strict`` lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator

Unasked = Literal[
    "dropped_rows",
    "collinear",
    "singletons",
    "not_converged",
    "repaired_variance",
    "few_clusters",
    "separated",
]
"""What happens without being asked for."""


@dataclass(frozen=True)
class Kind:
    """One of them.

    Parameters
    ----------
    what
        What it is, in a few words.
    remedy
        What to do where it is not wanted.
    codes
        The codes of the reasons that tell of it; of ``dropped_rows``, all that no study asks for.
    """

    what: str
    remedy: str
    codes: tuple[str, ...] = ()


KINDS: Mapping[str, Kind] = {
    "dropped_rows": Kind(
        "rows that are set aside",
        "state which rows are meant, with `sample` or `panel.sample`, or complete the columns",
    ),
    "collinear": Kind(
        "terms left out as collinear",
        "take the term out of the specification, or the fixed effect that holds it",
        (
            "collinear",
            "collinear_term",
            "terms_collinear",
            "instruments_collinear",
            "and_instruments_collinear",
            "endogenous_collinear",
            "cell_collinear",
            "covariates_collinear",
            "mediation_collinear",
            "collinear_among_never_treated",
            "no_error_collinear",
            "matched_on_collinear",
            "nothing_left",
            "not_told_apart",
            "left_out_of_averages",
        ),
    ),
    "singletons": Kind(
        "rows alone in a fixed effect",
        "keep units and groups that are seen more than once, with `sample`",
        ("singletons", "singletons_kept", "all_singletons"),
    ),
    "not_converged": Kind(
        "estimates that did not settle",
        "simplify the specification: fewer fixed effects, factors, moments or covariates",
        (
            "levels_hardly_connected",
            "effects_not_taken_out",
            "factors_do_not_settle",
            "does_not_settle",
            "moments_not_at_once",
            "no_solution",
            "weights_not_settled",
            "scores_not_settled",
        ),
    ),
    "repaired_variance": Kind(
        "variances that were not positive",
        "choose one dimension of clusters, or another cutoff or kernel",
        ("variance_raised", "variance_of_two_dimensions", "negative_variance"),
    ),
    "few_clusters": Kind(
        "few clusters",
        "ask for `inference.bootstrap` or `permutation`, or cluster at a level of which there are more",
        ("few_clusters", "few_clusters_and_no_error", "rests_on_few_clusters", "one_cluster"),
    ),
    "separated": Kind(
        "outcomes or treatment that are predicted perfectly",
        "leave out the fixed effects or regressors that settle the outcome, or the covariates that settle treatment",
        (
            "zero_in_a_fixed_effect",
            "does_not_settle",
            "outcome_settled",
            "outcome_zero",
            "outcome_the_same",
            "settled_levels",
            "perfect_prediction",
            "covariates_separate",
            "covariates_nearly_separate",
            "matching_separates",
        ),
    ),
}
"""All of them, in the order of :data:`Unasked`."""

ASKED = (
    "sample_of_specification",
    "not_near_threshold",
    "far_above_threshold",
    "event_times_left_out",
    "left_out_by_donut",
    "no_longer_at_risk",
    "beyond_bandwidth",
    "off_common_support",
    "without_neighbour",
    "not_matched_to_anybody",
)
"""The codes of the reasons for which a study has rows left out."""

ALL = "all"
"""Stands in ``strict`` for every one of them."""


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Strict = Annotated[list[Unasked | Literal["all"]], BeforeValidator(_as_list)]
"""Those that are an error; ``all`` for every one."""


def spelled_out(strict: list[str]) -> list[str]:
    """Give the names that a list of them stands for, in their order."""
    return [name for name in get_args(Unasked) if name in strict or ALL in strict]
