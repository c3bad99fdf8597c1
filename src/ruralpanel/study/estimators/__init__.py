"""Every estimator by name: what it reads of a study, what it needs, what is said of it and what it gives.

An estimator is its module under :mod:`ruralpanel.estimation` and a module of its name here. Both are found by their
name: nothing lists estimators, and no other file names one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from ruralpanel.study.estimators.estimator import OWN_PATTERN, Estimator, is_own, own_estimator

__all__ = ["OWN_PATTERN", "Estimator", "is_own"]


class _Registry(dict[str, Estimator]):
    """Estimators by name; one of the study's own is described from its name."""

    def __missing__(self, name: str) -> Estimator:
        if is_own(name):
            return own_estimator(name)
        raise KeyError(name)


def _registered() -> list[Estimator]:
    """Find the estimator of every module here but the one that says what an estimator is."""
    names = [each.name for each in iter_modules(__path__) if each.name != "estimator"]
    return sorted(
        (import_module(f"{__name__}.{name}").ESTIMATOR for name in names), key=lambda each: (each.rank, each.name)
    )


ESTIMATORS = _Registry({each.name: each for each in _registered()})
"""The estimators, in the order in which a study's author is told of them."""

KEYS_OF_SOME = tuple(dict.fromkeys(key for each in ESTIMATORS.values() for key in each.keys))
"""Keys of a specification that belong to some estimators only."""

INFERENCE_OF_SOME = tuple(dict.fromkeys(key for each in ESTIMATORS.values() for key in each.inference))
"""Keys of `inference` that belong to some estimators only."""


def _with(property_: str) -> tuple[str, ...]:
    """Name the estimators that have a property."""
    return tuple(name for name, each in ESTIMATORS.items() if getattr(each, property_))


WITH_TREATMENT_TERMS = _with("has_treatment_terms")
LEAST_SQUARES = _with("least_squares")
BY_COHORT = _with("by_cohort")
BY_PARTS = _with("by_parts")
WITH_ONE_CURVE = _with("one_curve")
MAY_END = _with("treatment_may_end")
OF_ADOPTION = _with("of_adoption")
TESTING_LEADS = _with("tests_leads")
DIAGNOSING = {each.diagnosing: name for name, each in ESTIMATORS.items() if each.diagnosing}
"""By what the diagnosis of every study needs of one, the estimator."""
OF_CROSS_SECTIONS = tuple(name for name, each in ESTIMATORS.items() if each.follows_units is None)


def _known(name: str) -> str:
    if name in ESTIMATORS or is_own(name):
        return name
    raise PydanticCustomError("literal_error", "is no estimator")


if TYPE_CHECKING:
    EstimatorName = str
else:
    EstimatorName = Annotated[
        str,
        AfterValidator(_known),
        WithJsonSchema(
            {"anyOf": [{"enum": list(ESTIMATORS), "type": "string"}, {"pattern": OWN_PATTERN, "type": "string"}]}
        ),
    ]


def described(name: str, labels: Mapping[str, str] | None) -> Estimator:
    """Give an estimator; one of the study's own with what the study calls it, which is among its labels."""
    return own_estimator(name, (labels or {}).get(name, "")) if is_own(name) else ESTIMATORS[name]


def may_draw(estimator: str) -> bool:
    """Tell whether an estimator may need random numbers that nobody asks for.

    Those with leads test them with changes of clusters' signs; two-way fixed effects permute where few clusters are
    treated; what one of the study's own does is not known.
    """
    each = ESTIMATORS[estimator]
    return each.tests_leads or each.draws or each.permutes_itself or each.is_own


def giving(shown: Iterable[str], named: Iterable[str] = ()) -> tuple[str, ...]:
    """Name the estimators that give any of what is shown, those of the study's own among ``named`` too."""
    own = dict.fromkeys(name for name in named if is_own(name))
    return tuple(name for name in (*ESTIMATORS, *own) if set(shown) & set(ESTIMATORS[name].gives))


def reading(key: str) -> tuple[str, ...]:
    """Name the estimators that read a key of a specification, or of its `inference`, that belongs to some only."""
    return tuple(name for name, each in ESTIMATORS.items() if key in (*each.keys, *each.inference))


def meanings() -> str:
    """Say of every estimator what it estimates, for the reference of study files."""
    told = " ".join(f"`{name}`: {each.meaning}." for name, each in ESTIMATORS.items())
    return f"{told} `FILE.py:FUNCTION`: an estimator of your own, in a file beside the study file."
