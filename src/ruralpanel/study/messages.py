"""Turn what pydantic found wrong into sentences with file, line, key and the nearest valid word."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError

from ruralpanel.errors import Problem, closest, nearest
from ruralpanel.study.exhibits import KINDS
from ruralpanel.study.sensitivity import ANALYSES
from ruralpanel.study.yaml_file import KeyPath, YamlFile, dotted

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "model_attributes_type": "keys with values",
}


_CALLED_OTHERWISE = {
    "control": "regressors",
    "controls": "regressors",
    "covariate": "regressors",
    "covariates": "regressors",
    "absorb": "fixed_effects",
    "fe": "fixed_effects",
    "dependent": "outcomes",
    "filter": "sample",
    "if": "sample",
    "keep": "sample",
    "subset": "sample",
    "where": "sample",
}
"""What other programs and papers call a key of a specification."""

_Found = list[tuple[tuple[Any, ...], Any]]
"""What pydantic found wrong at a place of the file: its own location, and all it says."""


@cache
def _schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """Give a model's schema, which takes longer to write than a study to check."""
    return model.model_json_schema(by_alias=True)


def problems_of(error: ValidationError, file: YamlFile, model: type[BaseModel]) -> list[Problem]:
    """Describe every validation error of a study file.

    Parameters
    ----------
    error
        What pydantic raised.
    file
        The file that was validated, for line numbers.
    model
        The model it was validated against, for the valid words at each place.

    Returns
    -------
    list of Problem
        One for each place in the file, in the file's order.
    """
    schema = _schema_of(model)
    by_place: dict[KeyPath, _Found] = {}
    for found in _errors(error):
        place = _path_in_file(found["loc"], file.data, found["type"])
        by_place.setdefault(place, []).append((found["loc"], found))
    for missing in _misspelt(by_place, file.data, schema):
        del by_place[missing]
    located = [(file.line_of(place), _describe(place, found, file, schema)) for place, found in by_place.items()]
    return [problem for _, problem in sorted(located, key=lambda pair: pair[0])]


def _misspelt(by_place: Mapping[KeyPath, _Found], data: Any, schema: dict[str, Any]) -> set[KeyPath]:
    """List the keys that are missing because they are written wrong: the wrong key beside them says so."""
    kinds = {place: found[0][1]["type"] for place, found in by_place.items()}
    missing = {place for place, kind in kinds.items() if kind == "missing"}
    meant = {
        (*place[:-1], closest(place[-1], _keys_left(place, by_place[place][0][0], data, schema)))
        for place, kind in kinds.items()
        if kind == "extra_forbidden"
    }
    return missing & meant


def places_of(error: ValidationError, file: YamlFile) -> list[KeyPath]:
    """List the places in a file that validation errors are about."""
    return [_path_in_file(found["loc"], file.data, found["type"]) for found in _errors(error)]


def _errors(error: ValidationError) -> list[Any]:
    """List what pydantic found wrong, without defaults that it could not tell because of what they follow from."""
    return [found for found in error.errors(include_url=False) if found["type"] != "default_factory_not_called"]


def _path_in_file(location: tuple[Any, ...], data: Any, kind: str) -> KeyPath:
    """Drop from pydantic's location what is not in the file, such as the branch of a union that was tried."""
    path: list[str | int] = []
    here = data
    last = len(location) - 1
    for position, part in enumerate(location):
        if (isinstance(here, dict) and part in here) or (
            isinstance(here, list) and isinstance(part, int) and part < len(here)
        ):
            path.append(part)
            here = here[part]
        elif kind == "missing" and position == last:
            path.append(part)
    return tuple(path)


def _describe(place: KeyPath, found: _Found, file: YamlFile, schema: dict[str, Any]) -> Problem:
    location, first = found[0]
    kind = first["type"]
    value = first.get("input")
    if len(found) > 1 and {item["type"] for _, item in found} <= set(_EXPECTED):
        expected = sorted({_EXPECTED[item["type"]] for _, item in found})
        return file.problem(place, f"is {_shown(value)}; expected {' or '.join(expected)}")
    if kind == "extra_forbidden":
        choices = _keys_left(place, location, file.data, schema)
        meant = _CALLED_OTHERWISE.get(str(place[-1]))
        hint = f"did you mean “{meant}”?" if meant in choices else nearest(place[-1], choices)
        meant = meant if meant in choices else closest(place[-1], choices)
        if meant is not None and isinstance(value, str) and _is_list(schema, location, meant):
            hint += f" Then {_how_to_write('list_type', value)}"
        if place[-1] == "drop" and "sample" in choices and isinstance(value, str):
            hint = f"write which rows stay: `sample: not ({value})`"
        return file.problem(place, "is not a key that is known here", hint)
    if kind == "missing":
        owner = dotted(place[:-1]) or "the study"
        description = _schema_at(schema, location).get("description", "")
        return Problem(
            f"{file.path}, line {file.line_of(place[:-1])}",
            f"the key `{place[-1]}` is missing in {owner}",
            dotted(place),
            " ".join(description.split()),
        )
    if kind in {"literal_error", "enum"}:
        choices = _choices_at(schema, location)
        return file.problem(place, f"{_shown(value)} is not one of the valid words", nearest(value, choices))
    if kind == "union_tag_not_found" or (kind == "union_tag_invalid" and first["ctx"]["tag"] == "None"):
        written = closest("kind", map(str, value)) if isinstance(value, dict) else None
        kinds = f"valid here: {', '.join(sorted(KINDS if place[0] == 'exhibits' else ANALYSES))}"
        hint = f"write `kind` in place of `{written}`" if written not in (None, "kind") else kinds
        return file.problem(place, "the key `kind` is missing", hint)
    if kind == "union_tag_invalid":
        choices = [choice.strip(" '") for choice in first["ctx"]["expected_tags"].split(",")]
        return file.problem(
            (*place, "kind"),
            f"{first['ctx']['tag']!r} is not a kind of {'exhibit' if place[0] == 'exhibits' else 'analysis'}",
            nearest(first["ctx"]["tag"], choices),
        )
    if kind in _EXPECTED:
        return file.problem(place, f"is {_shown(value)}; expected {_EXPECTED[kind]}", _how_to_write(kind, value))
    if kind == "string_pattern_mismatch":
        computed = isinstance(value, str) and "(" in value and r"\*" not in first["ctx"]["pattern"]
        hint = f"derive it under `panel.derived`, such as `computed: {value}`, and name that" if computed else ""
        return file.problem(place, _pattern_sentence(place, value, first["ctx"]["pattern"]), hint)
    if kind == "string_too_short":
        return file.problem(place, "is empty text")
    if kind == "too_short":
        return file.problem(
            place,
            f"has {first['ctx']['actual_length']} entries; at least {first['ctx']['min_length']} expected",
        )
    if kind == "too_long":
        return file.problem(place, f"has more than {first['ctx']['max_length']} entries")
    if kind == "value_error":
        return file.problem(place, str(first["ctx"]["error"]))
    message = str(first["msg"])
    return file.problem(place, f"is {_shown(value)}; {message[0].lower()}{message[1:]}")


def _shown(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return f"the truth value {str(value).lower()}"
    if isinstance(value, dict):
        return "a set of keys"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, (int, float)):
        return f"the number {value}" if abs(value) < 1e18 else "a number beyond all bounds"
    return f"the text {value!r}" if len(str(value)) < 80 else f"the text {str(value)[:60]!r} …"


def _how_to_write(kind: str, value: Any) -> str:
    if kind == "string_type" and isinstance(value, (int, float, bool)):
        shown = str(value).lower() if isinstance(value, bool) else value
        return f'if text is meant, write it in quotes: "{shown}"'
    if kind == "string_type" and isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        return f"write it without brackets: {value[0]}"
    if kind == "list_type" and isinstance(value, (str, int, float)):
        parts = [part.strip() for part in str(value).replace("+", ",").split(",")]
        several = len(parts) > 1 and all(part.isidentifier() for part in parts)
        return f"write a list: [{', '.join(parts)}]" if several else f"write a list, even of one: [{value}]"
    if kind == "bool_type" and isinstance(value, str):
        return nearest(value, ["true", "false"])
    if kind in {"int_type", "float_type"} and isinstance(value, str):
        return "write a number without quotes, units or thousands separators"
    return ""


def _pattern_sentence(place: KeyPath, value: Any, pattern: str) -> str:
    if r"\*" in pattern:
        what, single, joined = {
            "fixed_effects": (
                "a fixed effect",
                "a column (`village`) or columns joined by a star (`region*year`), ",
                "with a column in brackets for a slope in each (`village[year]`)",
            ),
            "interactions": ("an interaction", "", "treatments joined by a star (`taobao_village*station`)"),
        }.get(str(place[-2]), ("a term", "a column or ", "an interaction with a star (`taobao_village*station`)"))
        return f"{value!r} is not {what}; write {single}{joined}"
    of_key = {
        "jel": "is not a code of the JEL classification; write a letter and one or two digits: `O13`",
        "delimiter": "is not one character, which stands between columns: `delimiter: ;`",
        "fonts": "is not a file of a font, whose name ends in .otf or .ttf",
        "date": "is not a date; write year, month and day: `2024-05-31`",
        "marked": "is not a block and a specification; write them with a slash between: `main/baseline`",
    }
    for key in (place[-1], *place[-2:-1]):
        if key in of_key:
            return f"{value!r} {of_key[str(key)]}"
    if "a-z" not in pattern:
        if "0-9" in pattern and "A-Z" not in pattern:
            return f"{value!r} is not a year; write a whole number"
        return f"{value!r} does not fit the pattern {pattern}"
    name = place[-1] if isinstance(place[-1], str) and value == place[-1] else value
    return f"{name!r} is not a valid name; use lower-case letters, digits and underscores, beginning with a letter"


def _resolve(schema: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """Follow references and optional values to the schema that describes a place."""
    description = part.get("description")
    while True:
        if "$ref" in part:
            part = schema["$defs"][part["$ref"].rsplit("/", 1)[-1]]
        elif "anyOf" in part and any(option.get("type") == "null" for option in part["anyOf"]):
            options = [option for option in part["anyOf"] if option.get("type") != "null"]
            if len(options) != 1:
                return part
            part = options[0]
        else:
            return {**part, "description": description} if description else part


def _schema_at(schema: dict[str, Any], location: tuple[Any, ...]) -> dict[str, Any]:
    here = _resolve(schema, schema)
    for part in location:
        if isinstance(part, int):
            here = _resolve(schema, here.get("items", {}))
        elif "discriminator" in here:
            here = _resolve(schema, {"$ref": here["discriminator"]["mapping"].get(part, "#/$defs/Exhibit")})
        elif part in here.get("properties", {}):
            here = _resolve(schema, here["properties"][part])
        elif "patternProperties" in here:  # a mapping from names, which have a pattern
            here = _resolve(schema, next(iter(here["patternProperties"].values())))
    return here


def _keys_at(schema: dict[str, Any], location: tuple[Any, ...]) -> list[str]:
    return list(_schema_at(schema, location).get("properties", {}))


def _keys_left(place: KeyPath, location: tuple[Any, ...], data: Any, schema: dict[str, Any]) -> list[str]:
    """List the keys that could be meant by one that is not known: where one is near, those not given beside it."""
    for part in place[:-1]:
        data = data[part]
    keys = _keys_at(schema, location[:-1])
    left = [key for key in keys if key not in data]
    return left if closest(place[-1], left) is not None else keys


def _is_list(schema: dict[str, Any], location: tuple[Any, ...], key: str) -> bool:
    """Tell whether a key beside one that is not known holds a list."""
    beside = _schema_at(schema, location[:-1]).get("properties", {})
    return key in beside and _resolve(schema, beside[key]).get("type") == "array"


def _choices_at(schema: dict[str, Any], location: tuple[Any, ...]) -> list[str]:
    here = _schema_at(schema, location)
    here = next((option for option in here.get("anyOf", []) if "enum" in option), here)
    return [str(choice) for choice in here.get("enum", [here["const"]] if "const" in here else [])]
