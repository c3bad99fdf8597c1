"""What the rest of the product has to know of an estimator, as one light object."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from ruralpanel.study.blocks import Equation

Gives = Literal[
    "coefficient", "interaction", "event_time", "overall", "cell", "comparison", "cohort_mean", "group_mean", "dose"
]
"""What an exhibit can show of an estimator: coefficients of terms, those of treatments by moderators among them;
effects by event time, over all event times, or by cohort and period; comparisons of two groups; means; effects over
doses."""

OF_TERMS: tuple[Gives, ...] = ("coefficient", "interaction")
BY_EVENT_TIME_AND_OVERALL: tuple[Gives, ...] = ("event_time", "overall")

OWN_PATTERN = r"^[a-z][a-z0-9_]*\.py:[a-z][a-z0-9_]*$"
"""How an estimator of the study's own is named: a file beside the study file, and a function in it."""

TREATED_ROWS = "ruralpanel.monte_carlo.targets:over_treated_rows"
"""The target of estimators that average effects over all treated rows alike."""


class Finding(NamedTuple):
    """What is wrong with an equation for an estimator: it refuses the study."""

    what: str
    hint: str = ""
    key: tuple[str, ...] = ()
    """The key of the specification that is wrong; empty for the whole of it."""


Check = Callable[["Equation"], Iterator[Finding]]
"""Says what an estimator has no place for in an equation."""

Columns = Callable[["Equation"], list[str]]
"""Names columns of numbers that the keys of an estimator's own name."""


def _no_columns(_: Equation) -> list[str]:
    return []


@dataclass(frozen=True)
class Intervals:
    """Why intervals need not hold the truth as often as they claim, in the economies of the Monte Carlo.

    Where a reason is empty, what holds for most estimators does for this one.
    """

    heterogeneous: str = ""
    """Where effects differ between units or over time."""
    periods: str = ""
    """Where the periods are one of two dimensions of clusters."""
    few_clusters: str = ""
    """Where there are few clusters."""
    conservative: str = ""
    """Why they may hold it more often."""


@dataclass(frozen=True, kw_only=True)
class Estimator:
    """What the rest of the product has to know of an estimator.

    An estimator is a module of :mod:`ruralpanel.estimation` of its name, with a function ``estimate``, and one of these
    in a module of its name beside this one, called ``ESTIMATOR``.
    """

    name: str
    """What a study file calls it."""
    rank: int = 1000
    """Where it stands among the others when they are listed; those of the same rank by name."""
    module: str = ""
    """The module with its function ``estimate``, if that has another name."""

    method: str
    """What a note under an exhibit calls it: ``Estimated by ...``."""
    detail: str = ""
    """What the note adds behind a comma."""
    log_of: str = ""
    """What its coefficients are changes in the log of, if they are not changes in the outcome: ``the mean``."""
    source: str = ""
    """Whose method it is, with the year, as a note cites it."""
    overall: str = ""
    """What its effect over all event times is, if not an average of those by event time."""
    short: str
    """How a legend or a row of a figure calls it, in a few characters."""
    in_a_sentence: str = ""
    """What an error calls it where its name would read badly."""
    meaning: str
    """What it estimates, for the reference of study files."""
    question: str
    """The question that it answers, for the page on which method to choose; may be shared with others."""
    page: str
    """The page on it, as a link of Markdown."""

    gives: tuple[Gives, ...]
    """What it gives. A kind of exhibit says what it shows of that."""
    keys: tuple[str, ...] = ()
    """Keys of a specification that belong to some estimators only and that it reads."""
    inference: tuple[str, ...] = ()
    """Keys of `inference` that belong to some estimators only and that it reads."""
    without: tuple[str, ...] = ()
    """Keys that most estimators read and that do not enter it: `regressors`, `fixed_effects` beyond unit and period,
    `small_sample` or `variance`. What a specification states of them is told with the estimates."""
    checks: tuple[Check, ...] = ()
    """What it has no place for in an equation, beyond what follows from the properties below."""

    knows: Columns = _no_columns
    """Columns of numbers that every row of its sample has to know, beyond those of keys that most estimators read."""

    has_treatment_terms: bool = False
    """Whether it has one coefficient for each treatment, interaction, and treatment by moderator."""
    least_squares: bool = False
    """Whether it is the regression by least squares that analyses of omitted variables are of."""
    tells_leverage: bool = False
    """Whether it is one regression by least squares, in which it is known how far each cluster moves its own fit."""
    by_cohort: bool = False
    """Whether it goes by the cohorts of one treatment, which has to stay but where it may end."""
    by_parts: bool = False
    """Whether its rows are of effects by cohort, and of several averages of these."""
    treatment_may_end: bool = False
    """Whether its one treatment may end."""
    averages_effects: bool = False
    """Whether it averages effects by event time and overall, with standard errors clustered in one dimension."""
    one_dimension: bool = False
    """Whether its standard errors are clustered in one dimension and nothing else, though that does not hold."""
    has_overall: bool = True
    """Whether it has an effect over all event times with a p-value."""
    one_curve: bool = False
    """Whether leads and effects are measured from one period, with their covariance, as `honest_did` needs them."""
    describes: bool = False
    """Whether it gives means and no effect."""
    effects_from: Literal["", "all_rows", "untreated_rows"] = ""
    """Where its one effect is a sum of means of cohorts, from which rows effects of units and periods come."""
    imposes_null: bool = False
    """Whether its bootstrap is of a regression in which the hypothesis can be imposed; that of others is of what
    clusters contribute to the estimate."""
    permutes_itself: bool = False
    """Whether its own module permutes cohorts; others that read `permutation` are estimated anew for each."""
    means_by_cohort: bool = False
    """Whether these are of cohorts."""
    assigned: bool = True
    """Whether its standard errors are clustered at the level at which treatment is assigned, if none is stated."""
    outcome: Literal["number", "count", "event"] = "number"
    """What its outcome is: any number, a number of zero or more, or 0 and 1."""
    of_adoption: bool = False
    """Whether its outcome may be the adoption of a treatment."""
    needs_window: bool = False
    """Whether it cannot do without a `window`."""
    reports_reference: bool = False
    """Whether the `window` has to hold the reference period."""
    tests_leads: bool = False
    """Whether it tests its leads together, by changes of clusters' signs, which are drawn."""
    draws: bool = False
    """Whether it always draws random numbers."""
    leads_apart: bool = False
    """Whether leads are measured from some period and effects from none."""
    moving_base: str = ""
    """What a note says of leads that are measured from one period to the next."""
    follows_units: str | None = None
    """Where it cannot do without seeing units again, and so not with repeated cross-sections: what it does with them,
    behind its name."""
    example: tuple[str, ...] = ()
    """What the example of its function, of states, adds to the call, and then lines of Python before it."""
    drafted: Literal["", "terms", "means", "event_times", "staggered"] = ""
    """What a drafted study takes it for: coefficients of terms, means, effects by event time, or also those where
    several cohorts and units never treated are there; empty where it takes others."""
    diagnosing: Literal["", "averages", "comparisons"] = ""
    """What the diagnosis of every study estimates with it: `averages` of effects by cohort, by event time and overall,
    or the `comparisons` that a two-way estimate is made of."""
    target: str = ""
    """What it would find without noise: a function of the Monte Carlo, as ``module:function``; empty for none."""
    crosscheck: str = ""
    """How it is written in R and Stata: a function of :mod:`ruralpanel.crosscheck.designs`, as ``module:function``,
    which gives what every language writes in its own words; empty where none has a form for it."""
    intervals: Intervals = Intervals()
    """What theory says of its intervals there."""

    @property
    def words(self) -> str:
        """The whole of what a note says of it, with what to cite."""
        cited = "; ".join(part for part in (self.source, self.overall) if part)
        return self.head + (f" ({cited})" if cited else "")

    @property
    def head(self) -> str:
        """The same without what to cite."""
        scale = f"whose coefficients are of the log of {self.log_of}" if self.log_of else ""
        return ", ".join(part for part in (self.method, self.detail, scale) if part)

    @property
    def in_words(self) -> str:
        """What an error calls it."""
        return self.in_a_sentence or self.name

    @property
    def is_own(self) -> bool:
        """Whether it is a function of a file beside the study file."""
        return is_own(self.name)


def is_own(name: str) -> bool:
    """Tell whether a name is that of an estimator of the study's own."""
    return re.match(OWN_PATTERN, name) is not None


def own_estimator(name: str, label: str = "") -> Estimator:
    """Describe an estimator of the study's own, of which no more is known than its name.

    Parameters
    ----------
    name
        Such as ``trimmed_means.py:estimate``.
    label
        What the study calls it; left out, it is called like its file.
    """
    called = label or name.partition(":")[0].removesuffix(".py").replace("_", " ")
    return Estimator(
        name=name,
        method=called,
        source=f"the study’s own, {name}",
        short=called[0].upper() + called[1:],
        meaning="a function of a file beside the study file",
        question="What no estimator here answers",
        page="[Your own estimator](../how-to/own-estimator.md)",
        gives=(*OF_TERMS, *BY_EVENT_TIME_AND_OVERALL),
    )
