"""The arguments of an estimator's function, from what the registry and the model of a study say of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from inspect import Parameter, Signature
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import StringConstraints, WithJsonSchema
from pydantic.fields import FieldInfo

from ruralpanel.study.base import Name, Section, descriptions
from ruralpanel.study.blocks import GroupTime, Inference, Specification
from ruralpanel.study.dose_response import DoseResponse
from ruralpanel.study.estimators import ESTIMATORS, INFERENCE_OF_SOME, Estimator
from ruralpanel.study.factors import Factors
from ruralpanel.study.groups import Groups
from ruralpanel.study.mediation import Mediation
from ruralpanel.study.outcomes import Outcome
from ruralpanel.study.switching import Switching
from ruralpanel.study.synthetic import Synthetic
from ruralpanel.study.threshold import Threshold

SPREAD: dict[str, type[Section]] = {
    "group_time": GroupTime,
    "synthetic": Synthetic,
    "dose_response": DoseResponse,
    "factors": Factors,
    "mediation": Mediation,
    "threshold": Threshold,
    "switching": Switching,
    "groups": Groups,
}
"""Keys of a specification that are sections of their own: each of their keys is an argument."""

REQUIRED = Parameter.empty

_NAME_PATTERN = next(each.pattern for each in get_args(Name) if isinstance(each, StringConstraints))


@dataclass(frozen=True)
class Argument:
    """An argument of a function that estimates.

    Parameters
    ----------
    name
        What it is called.
    place
        The key of the study that it becomes, with the section before it; empty for what has no key.
    annotation
        Its type, as it is written in a signature.
    default
        What it is when left out; :data:`REQUIRED` where it cannot be.
    description
        For the docstring.
    holds_columns
        Whether it names columns of the frame.
    """

    name: str
    place: tuple[str, ...]
    annotation: str
    default: Any
    description: str
    holds_columns: bool = False


_COLUMNS = "str | Sequence[str] | None"

_KEYS = (
    Argument("outcome", ("outcomes", "column"), "str", REQUIRED, "The column that is explained.", True),
    Argument("unit", ("panel", "unit"), "str", REQUIRED, "The column that says which village, county or person.", True),
    Argument("period", ("panel", "period"), "str", REQUIRED, "The column that says when: whole numbers, one apart, "
             "such as years; with `frequency`, whatever people write for quarters, months and the like.", True),
)  # fmt: skip

_TREATMENT = (
    Argument("cohort", ("designation", "cohort"), "str | None", None, "The column with the first period treated, the "
             "same in all rows of a unit. Missing or infinite means never treated.", True),
    Argument("treated", ("designation", "indicator"), "str | None", None, "In place of `cohort`: a column of 0 and 1.",
             True),
    Argument("intensity", ("designation", "intensity"), "str | None", None, "In place of `cohort`: a column that is 0 "
             "before treatment and positive after, such as a share.", True),
    Argument("never", (), "object", (), "Values of `cohort` that mean never treated, such as 0."),
    Argument("assigned_to", ("designation", "level"), "str | None", None, "The column of those who are treated, where "
             "that is not the unit: the village, where rows are of households that are seen once.", True),
    Argument("anticipation", ("designation", "anticipation"), "int", 0, "For how many periods before treatment an "
             "effect may already have begun."),
    Argument("reference_period", ("designation", "reference_period"), "int | None", None, "The event time that effects "
             "are measured from; left out, the last before anticipation."),
    Argument("donut", ("designation", "donut"), "Sequence[int]", (), "Event times whose rows are left out."),
)  # fmt: skip

_RIGHT_HAND = (
    Argument("controls", ("blocks", "regressors"), _COLUMNS, None, "Further columns on the right-hand side.", True),
    Argument("moderators", ("blocks", "moderators"), _COLUMNS, None, "Columns by which the effect may differ: "
             "`'distance'`, and a product as `'distance*income'`.", True),
    Argument("fixed_effects", ("blocks", "fixed_effects"), _COLUMNS, None, "Columns whose levels have an intercept "
             "each: `'village'`, pairs as `'province*year'`, slopes as `'village[year]'`. Left out: unit and "
             "period.", True),
)  # fmt: skip

_ROWS = (
    Argument("weights", ("blocks", "weights"), "str | None", None, "A column of weights.", True),
    Argument("sample", ("blocks", "sample"), "str | None", None, "A condition on the rows used: `'year >= 2012'`.",
             True),
    Argument("matching", ("blocks", "matching"), "Mapping[str, object] | None", None, "Matching or balancing before "
             "the estimation: `{'covariates': ['distance']}`.", True),
    Argument("near_misses", ("blocks", "near_misses"), "Mapping[str, object] | None", None, "Of units never treated, "
             "those close below a threshold: `{'running': 'sales', 'threshold': 10.0, 'within': 2.0}`.", True),
)  # fmt: skip

_PLACES = (
    Argument("latitude", ("places", "latitude"), "str | None", None, "Spatial errors: the column of latitudes in "
             "degrees.", True),
    Argument("longitude", ("places", "longitude"), "str | None", None, "Spatial errors: that of longitudes.", True),
)  # fmt: skip

_CLUSTER = (
    "The column, or two, that define clusters. Left out: the unit (or `assigned_to`), or the coarsest of the columns "
    "named in the call within which all units are treated alike."
)

_REST = (
    Argument("frequency", ("panel", "frequency"), "str | None", None, "What a period is: `year`, `half_year`, "
             "`quarter`, `month`, `week`, `day`, or `number` for whole numbers whatever they look like."),
    Argument("seed", ("seed",), "int", 0, "What random draws derive from, where there are any."),
    Argument("label", ("outcomes", "label"), "str | None", None, "What the outcome is called in tables and figures."),
    Argument("measured_in", ("outcomes", "unit"), "str | None", None, "The unit of the outcome, for figures: "
             "`'yuan'`."),
)  # fmt: skip


@cache
def arguments_of(estimator: str) -> dict[str, Argument]:
    """List the arguments of the function of an estimator.

    Parameters
    ----------
    estimator
        A key of :data:`ruralpanel.study.estimators.ESTIMATORS`.

    Returns
    -------
    dict of str to Argument
        In the order of the signature, without the frame. What the estimator has no use for is not there.
    """
    declared = ESTIMATORS[estimator]
    unused = {"moderators"} if not (declared.has_treatment_terms or "groups" in declared.keys) else set()
    unused |= {{"regressors": "controls"}.get(key, key) for key in declared.without}
    errors = [*_inference(declared), *_PLACES] if "variance" not in declared.without else []
    transformation = _of_field(Outcome, "transformation", ("outcomes", "transformation"))
    listed = [*_KEYS, *_TREATMENT, *_RIGHT_HAND, *_own(estimator), *_ROWS, transformation, *errors, *_REST]
    return {each.name: each for each in listed if each.name not in unused}


def _inference(declared: Estimator) -> Iterator[Argument]:
    """Give the arguments for standard errors: what all estimators share, and what this one reads."""
    for key in Inference.model_fields:
        if key not in INFERENCE_OF_SOME or key in declared.inference:
            found = _of_field(Inference, key, ("inference", key))
            yield replace(found, description=_CLUSTER) if key == "cluster" else found


def _own(estimator: str) -> Iterator[Argument]:
    """Give the arguments for keys that belong to some estimators only."""
    for key in ESTIMATORS[estimator].keys:
        if key == "anticipation":  # which the treatment has
            continue
        if key in SPREAD:
            for name in SPREAD[key].model_fields:
                yield _of_field(SPREAD[key], name, ("blocks", key, name))
        else:
            required = key == "window" and ESTIMATORS[estimator].needs_window
            yield _of_field(Specification, key, ("blocks", key), required)


def _of_field(section: type[Section], key: str, place: tuple[str, ...], required: bool = False) -> Argument:
    """Make an argument of a key of a study, with its type, default and description."""
    field = section.model_fields[key]
    default = field.get_default(call_default_factory=False)
    required = required or field.is_required()
    if isinstance(default, list):
        default = tuple(default)
    written = annotation_of(Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation)
    return Argument(
        key, place, written, REQUIRED if required else default, described(section, key), holds_columns(field)
    )


def described(section: type[Section], key: str) -> str:
    """Give what a study says of a key of a section, on one line."""
    return " ".join(descriptions(section).get(key, "").split())


def holds_columns(field: FieldInfo) -> bool:
    """Tell whether a key of a study holds names of columns, itself or in what is within it."""
    return _is_name(field.metadata) or _names_within(field.annotation)


def _is_name(metadata: Any) -> bool:
    return any(isinstance(each, StringConstraints) and each.pattern == _NAME_PATTERN for each in metadata)


def _names_within(annotation: Any) -> bool:
    if get_origin(annotation) is Annotated:
        return _is_name(get_args(annotation)[1:]) or _names_within(get_args(annotation)[0])
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return any(holds_columns(field) for field in annotation.model_fields.values())
    return any(_names_within(each) for each in get_args(annotation))


def annotation_of(annotation: Any) -> str:
    """Write a type of the model as it stands in a signature: sections as mappings, lists as sequences."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        names = next((each.json_schema["enum"] for each in parts[1:] if _is_of_a_registry(each)), None)
        return f"Literal[{', '.join(map(repr, names))}]" if names else annotation_of(parts[0])
    if origin is Literal:
        return f"Literal[{', '.join(map(repr, parts))}]"
    if origin in (Union, UnionType):
        return " | ".join(dict.fromkeys(annotation_of(each) for each in parts))
    if origin is list:
        inside = annotation_of(parts[0])
        return f"Sequence[{inside}]" if inside != "str" else "str | Sequence[str]"
    if origin is dict:
        return "Mapping[str, object]"
    if annotation is NoneType:
        return "None"
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return "bool | Mapping[str, object]"
    return annotation.__name__ if isinstance(annotation, type) else "object"


def _is_of_a_registry(metadata: Any) -> bool:
    """Tell whether a text is one of the names of a registry."""
    return isinstance(metadata, WithJsonSchema) and "enum" in (metadata.json_schema or {})


def signature_of(estimator: str) -> Signature:
    """Give the signature of the function of an estimator: the frame, then all else by name."""
    parameters = [Parameter("panel", Parameter.POSITIONAL_OR_KEYWORD, annotation="DataFrame")]
    for each in arguments_of(estimator).values():
        parameters.append(
            Parameter(each.name, Parameter.KEYWORD_ONLY, default=each.default, annotation=each.annotation)
        )
    return Signature(parameters, return_annotation="Result")
