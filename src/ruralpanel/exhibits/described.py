"""The words for columns, sources and outcomes, which exhibits that show no estimates need of a study."""

from __future__ import annotations

from pydantic import BaseModel

from ruralpanel.frames.periods.frequency import FrequencyName


class ColumnWords(BaseModel):
    """How a column of the panel, or an outcome, is called and measured."""

    label: str
    unit: str | None = None


class SourceWords(BaseModel):
    """What a reader is told of data that came as one or several files."""

    title: str
    citation: str | None
    files: list[str]
    row: str
    periods: dict[str, str]
    frequencies: dict[str, FrequencyName] = {}
    years: list[int | str]
    licence: str | None
    redistributable: bool
    access: str | None
    standing: str
