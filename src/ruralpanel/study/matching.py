"""The ``matching`` key of a specification: the treated are made comparable with others before the estimation."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ruralpanel.study.base import Name, Section
from ruralpanel.study.periods import PeriodValue

MatchingMethod = Literal["entropy", "nearest_neighbours", "inverse_odds"]
METHOD_WORDS: dict[MatchingMethod, str] = {
    "entropy": "entropy balancing",
    "nearest_neighbours": "propensity matching",
    "inverse_odds": "inverse odds",
}
"""The methods as tables name the weights that come of them."""

KEYS_OF_METHODS: dict[str, tuple[MatchingMethod, ...]] = {
    "moments": ("entropy",),
    "neighbours": ("nearest_neighbours",),
    "replacement": ("nearest_neighbours",),
    "caliper": ("nearest_neighbours",),
    "common_support": ("nearest_neighbours", "inverse_odds"),
}
"""Keys that belong to some methods only."""

Periods = Annotated[list[PeriodValue], Field(min_length=1)]


class Matching(Section):
    """Weights with which units never treated resemble those treated at some time, before anything happened."""

    method: MatchingMethod = "entropy"
    """How weights are found. `entropy` (Hainmueller 2012): those nearest to equal ones with which the means of the
    never treated are exactly the means of the treated. `nearest_neighbours`: each treated unit gets those never treated
    whose propensity score, from a logit of being treated, is nearest on the scale of the logit. `inverse_odds`: the
    odds of being treated, by the same logit. A treated unit keeps a weight of one, or its own in `weights` of the
    specification, and the weights of the never treated add up to those of the treated."""
    treatment: Name | None = None
    """The designation whose treated units are matched, one of the equation's; left out: its only one."""
    covariates: list[Name] = []
    """Columns of numbers, as they are in the `baseline` period."""
    outcome_path: Periods | None = None
    """Periods in which the equation's own outcome, transformed as it is in the equation, is matched on."""
    paths: dict[Name, Periods] = {}
    """Further columns that are matched on in several periods: `share_away: [2010, 2012]`."""
    baseline: PeriodValue | None = None
    """The period of the covariates; left out: the panel's last before anybody in the equation's sample is treated and
    before the anticipation of that. No period that is matched on may be later than this last one."""
    moments: Annotated[int, Field(ge=1, le=2)] | None = None
    """Entropy balancing: `1`, the default, balances means; `2` also variances, by the means of squares."""
    neighbours: Annotated[int, Field(ge=1, le=100)] | None = None
    """Nearest neighbours: how many each treated unit gets; left out: one."""
    replacement: bool | None = None
    """Nearest neighbours: whether a unit can be the neighbour of several, the default. With `false`, treated units
    choose in the order of their scores, the highest first."""
    caliper: Annotated[float, Field(gt=0)] | None = None
    """Nearest neighbours: how far a neighbour may be, in standard deviations of the logit of the score over all units;
    left out: any distance. Treated units without a neighbour leave."""
    common_support: bool | None = None
    """Propensity scores: whether treated units leave whose score is higher, or lower, than any of the never treated;
    left out: they stay."""

    @model_validator(mode="after")
    def _keys_go_with_the_method(self) -> Matching:
        for key, methods in KEYS_OF_METHODS.items():
            if getattr(self, key) is not None and self.method not in methods:
                raise ValueError(f"`{key}` goes with `method: {' or '.join(methods)}`")
        if not self.covariates and self.outcome_path is None and not self.paths:
            raise ValueError("there is nothing to match on; name `covariates`, an `outcome_path` or `paths`")
        for key, periods in {"outcome_path": self.outcome_path or [], **self.paths}.items():
            if len(set(periods)) < len(periods):
                raise ValueError(f"`{key}` lists a period twice")
        return self

    def weights_name(self, base_weights: str | None) -> str:
        """Name the weights that come of this, with those of the specification that they multiply."""
        return METHOD_WORDS[self.method] + (f" × {base_weights}" if base_weights else "")
