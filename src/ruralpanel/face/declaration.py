"""A call written down as a study of one block, and the frame as the panel of that study."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import ValidationError

from ruralpanel.absorption.level_kernels import SEVERAL
from ruralpanel.errors import DataError, Problem, counted
from ruralpanel.face import columns as read
from ruralpanel.face.errors import FrameError
from ruralpanel.face.parameters import Argument, arguments_of
from ruralpanel.face.renaming import WAYS, Renaming, listed, named, plain, renamed
from ruralpanel.frames.computed import Computed
from ruralpanel.frames.ledger import Ledger
from ruralpanel.frames.periods.frequency import frequency
from ruralpanel.panel.designation import date_designation, treatment_spans
from ruralpanel.study.blocks import Equation
from ruralpanel.study.checks.blocks import blocks
from ruralpanel.study.checks.context import Context
from ruralpanel.study.designation import designation_columns
from ruralpanel.study.estimators import ESTIMATORS
from ruralpanel.study.messages import problems_of
from ruralpanel.study.model import Study
from ruralpanel.study.periods import context_of
from ruralpanel.study.yaml_file import KeyPath, YamlFile

FRAME = "frame"
"""What source, block and study are called."""

_NUMBERS = ("outcome", "intensity", "controls", "moderators", "weights", "instruments", "covariates", "latitude")
_NUMBERS_TOO = (
    "longitude",
    "endogenous",
    "along",
    "matching",
    "eligible",
    "dose",
    "running",
    "mediators",
    "intermediate",
)


@dataclass(frozen=True)
class Declared:
    """A call as the product understands it.

    Parameters
    ----------
    study
        The study that it is.
    panel
        The frame's columns that are used, under the names of the study, with treatment dated.
    names
        What columns, and the treatment, are called in the call, by their names in the study.
    ledger
        How treatment was dated, and what has been computed of the panel's columns.
    """

    study: Study
    panel: pd.DataFrame
    names: Mapping[str, str]
    ledger: Ledger

    @property
    def equation(self) -> Equation:
        """What is estimated."""
        return self.study.equations(FRAME)[0]


@dataclass(frozen=True)
class Call(YamlFile):
    """Stands for the file of a study, so that what is wrong is told by argument and not by line."""

    door: str = ""
    above: int = 2

    def problem(self, key_path: KeyPath, what: str, hint: str = "") -> Problem:
        """Describe a problem with an argument of the call."""
        key = next((str(part) for part in reversed(key_path[self.above :]) if isinstance(part, str)), "")
        called = {"regressors": "controls", "indicator": "treated", "inference": "variance"}.get(key, key)
        return Problem(self.door, what, "" if key == "frame" else called, hint)


def declare(estimator: str, door: str, panel: object, given: Mapping[str, Any]) -> Declared:
    """Write a call down as a study, and make its panel.

    Parameters
    ----------
    estimator
        The estimator.
    door
        The function that was called, for messages.
    panel
        The frame; it is not changed.
    given
        The arguments that were stated, by name.

    Returns
    -------
    Declared
        The study, whose equation the checks of a study accept, and its panel.

    Raises
    ------
    FrameError
        If the frame or an argument cannot be used: all that is wrong of one kind at once.
    """
    frame = read.checked_frame(panel, door)
    arguments = arguments_of(estimator)
    stated = {name: value for name, value in given.items() if value is not None}
    _who_is_treated(estimator, door, stated)
    _nothing_twice(door, stated, arguments)
    used = [(name, each) for name, value in stated.items() for each in named(arguments[name], value, frame, door)]
    read.existing(frame, used, door)
    renaming = Renaming.of(stated, list(dict.fromkeys(each for _, each in used)))
    computed = Computed()
    table = _table(frame, stated, used, renaming, door, computed)
    data = _as_study(estimator, stated, arguments, renaming, table, computed)
    call = Call(Path(door), data, {}, door)
    try:
        study = Study.model_validate(data, context=context_of(data))
    except ValidationError as error:
        raise FrameError(_of_the_call(problems_of(error, call, Study), door)) from None
    problems = list(blocks(Context(study, call, Path(), tuple(study.panel_columns()))))
    if problems:
        raise FrameError(dict.fromkeys(problems))
    dated, ledger = _dated(table, study, door, computed)
    return Declared(study, dated, renaming.shown, ledger)


def _nothing_twice(door: str, stated: Mapping[str, Any], arguments: Mapping[str, Argument]) -> None:
    """Check that no list of columns names one twice."""
    problems = []
    for name, value in stated.items():
        items = listed(value) if arguments[name].holds_columns and not isinstance(value, Mapping) else []
        twice = [each for each in items if items.count(each) > 1]
        if twice:
            problems.append(Problem(door, f"lists `{twice[0]}` twice", name))
    if problems:
        raise FrameError(problems)


def _of_the_call(problems: Iterable[Problem], door: str) -> list[Problem]:
    """Say of problems that pydantic found in which function they are."""
    return [each if each.where == door else Problem(door, each.what, "", each.hint) for each in problems]


def _who_is_treated(estimator: str, door: str, stated: Mapping[str, Any]) -> None:
    """Check that treatment is given in one way, where the estimator cannot do without."""
    ways = [name for name in WAYS if name in stated]
    if len(ways) > 1:
        what = f"gives {' and '.join(f'`{name}`' for name in ways)}; treatment is read from one column"
        raise FrameError([Problem(door, what, hint="leave all but one out")])
    if not ways and not (ESTIMATORS[estimator].has_treatment_terms and ("controls" in stated)):
        what = "nothing says who is treated when"
        hint = "cohort='the column with the first period treated', or treated='a column of 0 and 1'"
        raise FrameError([Problem(door, what, hint=hint)])
    if stated.get("variance") == "spatial" and not {"latitude", "longitude"} <= set(stated):
        what = "`spatial` needs the columns that say where units are"
        raise FrameError([Problem(door, what, "variance", "latitude=…, longitude=…, in degrees")])
    if "never" in stated and "cohort" not in stated:
        what = "says which cohorts mean never treated, and there is no `cohort`"
        raise FrameError([Problem(door, what, "never")])


def _table(
    frame: pd.DataFrame,
    stated: Mapping[str, Any],
    used: Sequence[tuple[str, Hashable]],
    renaming: Renaming,
    door: str,
    computed: Computed,
) -> pd.DataFrame:
    """Read the columns that are used, put rows in order, and check that unit and period tell them apart."""
    roles: dict[Hashable, str] = {}
    for argument, name in used:
        if name not in roles or argument in (*_NUMBERS, *_NUMBERS_TOO):
            roles[name] = argument
    unit, period, of = stated["unit"], stated["period"], stated.get("frequency")
    numbers = {name for name, argument in roles.items() if argument in (*_NUMBERS, *_NUMBERS_TOO, "treated")}
    if unit == period:
        raise FrameError([Problem(door, f"`{unit}` is the unit too", "period", "name the column that says when")])
    read.without_gaps(frame[unit], "unit", door)
    read.without_gaps(frame[period], "period", door)
    rows = pd.RangeIndex(len(frame))
    given = {name: frame[name] for name in roles}
    if not frame.index.equals(rows):
        given = {name: column.set_axis(rows) for name, column in given.items()}
    of_numbers = [given[name] for name in numbers if given[name].dtype in ("int64", "float64")]
    groups = [name for name in roles if name not in numbers or name == stated.get("treated")]
    computed.ahead(of_numbers, [given[name] for name in groups if given[name].dtype == "int64"])
    values = {renaming.names[unit]: read.labels(given[unit], "unit", door)}
    values[renaming.names[period]] = when = read.periods(given[period], of, "period", door, computed)
    for column, argument in roles.items():
        if column in (unit, period):
            continue
        if column == stated.get("cohort"):
            never = listed(stated["never"]) if "never" in stated else []
            found = read.cohorts(given[column], never, when, of, door, computed)
        elif column == stated.get("treated"):
            found = _zero_or_one(given[column], door, computed)
        elif column in numbers:
            found = read.numbers(given[column], argument, door, computed)
        else:
            found = read.labels(given[column], argument, door)
            found = found.astype("int64") if found.dtype == bool else found
        values[renaming.raw if column == stated.get("treated") else renaming.names[column]] = found
    table = pd.DataFrame({name: found.array for name, found in values.items()}, rows, copy=False)
    table.columns = pd.Index(list(values), dtype="object")  # by which columns are found in less time
    key = [renaming.names[unit], renaming.names[period]]
    units, periods = (computed.levels(table[name]) for name in key)
    if not units.rises_with(periods):  # in order, no two rows are alike
        table = table.sort_values(key, kind="stable")
        _one_row_each(frame, table.duplicated(key, keep=False), unit, period, door)
        table = table.reset_index(drop=True)
    if "cohort" in stated:
        _one_cohort(frame, table, stated, renaming, door, computed)
    return table


def _one_row_each(frame: pd.DataFrame, twice: pd.Series, unit: Hashable, period: Hashable, door: str) -> None:
    """Check that unit and period tell rows apart."""
    if twice.any():
        place = frame.loc[twice.sort_index().to_numpy(), [unit, period]].iloc[0].tolist()
        what = f"`{unit}` and `{period}` do not tell rows apart: {int(twice.sum()):,} rows share them with another, "
        what += f"such as {place[0]!r} in {place[1]!r}"
        hint = f"panel.groupby([{unit!r}, {period!r}], as_index=False).mean(numeric_only=True), if they are to be one"
        raise FrameError([Problem(door, what, "unit", hint)])


def _one_cohort(
    frame: pd.DataFrame,
    table: pd.DataFrame,
    stated: Mapping[str, Any],
    renaming: Renaming,
    door: str,
    computed: Computed,
) -> None:
    """Check that those who are treated have one first period in all their rows."""
    cohort, of = stated["cohort"], stated.get("assigned_to", stated["unit"])
    whose = computed.levels(table[renaming.names[of]])
    changing = np.flatnonzero(whose.only(computed.levels(table[renaming.raw])) == SEVERAL)
    if len(changing):
        shown = ", ".join(map(str, table[renaming.names[of]].iloc[whose.first_rows[changing[:3]]]))
        what = f"`{cohort}` changes within {counted(len(changing), 'value')} of `{of}`: {shown}"
        hint = "it is the first period treated, the same in all rows; a column of 0 and 1 is given as `treated`"
        if set(frame[cohort].dropna().unique()) <= {0, 1}:
            hint = f"`{cohort}` is 0 or 1: treated={cohort!r}"
        raise FrameError([Problem(door, what, "cohort", hint)])


def _zero_or_one(values: pd.Series, door: str, computed: Computed) -> pd.Series:
    found = read.numbers(values, "treated", door, computed)
    if not np.isin(computed.distinct(found), [0, 1]).all():
        odd = found[found.notna() & ~found.isin([0, 1])]
        what = f"`{values.name}` holds {', '.join(f'{each:g}' for each in odd.unique()[:3])}; expected 0 and 1"
        name = values.name
        hint = f"intensity={name!r} is for a treatment in degrees, cohort={name!r} for the first period treated"
        raise FrameError([Problem(door, what, "treated", hint)])
    return found


def _as_study(
    estimator: str,
    stated: Mapping[str, Any],
    arguments: Mapping[str, Argument],
    renaming: Renaming,
    table: pd.DataFrame,
    computed: Computed,
) -> dict[str, Any]:
    """Write the call as the file of a study would have it."""
    outcome = renaming.names[stated["outcome"]]
    sections: dict[str, Any] = {"outcomes": {}, "panel": {}, "designation": {}, "blocks": {}, "inference": {}}
    sections |= {"places": {}, "seed": stated.get("seed", 0)}
    frame = pd.DataFrame(columns=list(renaming.names))
    for name, value in stated.items():
        argument = arguments[name]
        if not argument.place or name == "seed":
            continue
        written = renamed(argument, value, renaming.names.__getitem__, frame)
        written = listed(written) if isinstance(argument.default, tuple) else written
        *above, key = argument.place
        inside = sections
        for part in above:
            inside = inside.setdefault(part, {})
        inside[key] = plain(written)
    label = str(stated.get("label", stated["outcome"]))
    block: dict[str, Any] = {"estimators": [estimator], "outcomes": [outcome], **sections["blocks"]}
    if sections["inference"]:
        block["inference"] = sections["inference"]
    panel = sections["panel"] | ({"places": sections["places"]} if sections["places"] else {})
    return {
        "study": FRAME,
        "title": label,
        "authors": ["nobody"],
        "seed": sections["seed"],
        "data_standing": "public",
        "sources": {
            FRAME: {
                "path": "frame.csv",
                "key": [panel["unit"], panel["period"]],
                "columns": {name: {"label": renaming.shown.get(name, name)} for name in table.columns},
            }
        },
        "panel": panel,
        "designation": _designation(stated, sections["designation"], renaming, table, panel, computed),
        "outcomes": {outcome: {"label": label, **sections["outcomes"], "column": outcome}},
        "blocks": {FRAME: block},
        "exhibits": {"table": {"kind": "regression_table", "title": label, "blocks": [FRAME]}},
    }


def _designation(
    stated: Mapping[str, Any],
    keys: dict[str, Any],
    renaming: Renaming,
    table: pd.DataFrame,
    panel: dict[str, Any],
    computed: Computed,
) -> dict[str, Any]:
    """Declare the treatment, where there is one; it may end if it does."""
    if not renaming.treatment:
        return {}
    way = next(each for each in WAYS if each in stated)
    declared = {**keys, WAYS[way]: renaming.raw, "label": renaming.shown[renaming.treatment]}
    if way != "cohort":
        of = keys.get("level", panel["unit"])
        if way == "treated" and of == panel["unit"]:
            spans = treatment_spans(table[of], table[panel["period"]], table[renaming.raw], computed)
            return {renaming.treatment: declared | {"absorbing": not (spans.last_off > spans.begun).any()}}
        known = table[[of, panel["period"], renaming.raw]]
        known = known.dropna(subset=[of, renaming.raw]) if known.isna().any(axis=None) else known
        if of != panel["unit"]:  # rows are in the order of units and periods
            known = known.sort_values([of, panel["period"]])
        on, who = (known[renaming.raw] > 0).to_numpy(), known[of].to_numpy()
        ends = on[:-1] & ~on[1:] & (who[1:] == who[:-1])
        declared["absorbing"] = not ends.any()
    return {renaming.treatment: declared}


def _dated(table: pd.DataFrame, study: Study, door: str, computed: Computed) -> tuple[pd.DataFrame, Ledger]:
    """Date the treatment as the panel stage does."""
    unit, period = study.panel.unit, study.panel.period
    ledger = Ledger("panel", FRAME, unit, period, list(study.designation), study.levels, computed=computed)
    of = frequency(study.panel.frequency) if study.panel.frequency else None
    for name, designation in study.designation.items():
        try:
            table = date_designation(table, name, designation, unit, period, ledger, of=of)
        except DataError as error:
            raise FrameError(Problem(door, each.what, "", each.hint) for each in error.problems) from None
        assert set(designation_columns(name, designation)) <= set(table)
    return table, ledger
