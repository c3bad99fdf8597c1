"""Periods in a study file: values and keys that are written as the panel's frequency has them, and read to ordinals.

The frequency stands under ``panel``; that of a whole file is handed to every such value by the context of validation,
which :func:`context_of` makes. A study that has been read holds ordinals, so that reading it again changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, StringConstraints, ValidationInfo, WithJsonSchema

from ruralpanel.frames.periods.frequency import FREQUENCIES, Frequency
from ruralpanel.frames.periods.spelling import read_period


def context_of(data: Any) -> dict[str, str]:
    """Give the context in which a study file is validated.

    Parameters
    ----------
    data
        What the file holds.

    Returns
    -------
    dict
        ``frequency``, where the file declares one that there is.
    """
    panel = data.get("panel") if isinstance(data, Mapping) else None
    name = panel.get("frequency") if isinstance(panel, Mapping) else None
    return {"frequency": name} if name in FREQUENCIES else {}


def _ordinal(value: Any, info: ValidationInfo) -> Any:
    """Read a period as the panel's frequency has it; whole numbers stay what they are where nothing is declared."""
    of = (info.context or {}).get("frequency")
    if isinstance(value, bool) or not isinstance(value, (int, str, date)) or (isinstance(value, int) and not of):
        return value
    spelt = read_period(value)
    if of is None:
        if spelt is None or str(value).strip().isdigit():
            return value  # of the wrong type, as any other value would be
        noun = FREQUENCIES[spelt.of].noun
        raise ValueError(f"{value!r} is a {noun}, and not a whole number; write `frequency: {spelt.of}` under `panel`")
    frequency: Frequency = FREQUENCIES[of]
    if of == "number":
        return value
    if spelt is not None and spelt.of == of:
        return spelt.ordinal
    first, last = frequency.bounds()
    if isinstance(value, int) and first <= value <= last:
        return value  # it has been read before
    kind = f", which is a {FREQUENCIES[spelt.of].noun}" if spelt is not None and spelt.of != of else ""
    raise ValueError(f"is {value}{kind}; write a {frequency.noun} as the panel has them, such as {frequency.example}")


def _ordinal_as_key(value: Any, info: ValidationInfo) -> Any:
    """Read a period in front of a colon; keys are text, whatever they are made of."""
    whole = isinstance(value, str) and value.lstrip("-").isdigit()
    read = _ordinal(int(value) if whole else value, info)
    return str(read) if isinstance(read, int) else read


PeriodValue = Annotated[
    int, BeforeValidator(_ordinal), WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string"}]})
]
"""A period: a year, or as the panel's `frequency` has them (`2014Q3`)."""

PeriodAsKey = Annotated[
    str,
    StringConstraints(pattern=r"^(0|-?[1-9][0-9]*)$"),
    BeforeValidator(_ordinal_as_key),
    WithJsonSchema({"type": "string", "pattern": "^-?[0-9]"}),
]
"""A period in front of a colon; keys are text, whatever they are made of."""


def shown(period: int, info: ValidationInfo) -> str:
    """Write a period of a study file that is being read, for a message."""
    return FREQUENCIES[(info.context or {}).get("frequency") or "year"].label(period)
