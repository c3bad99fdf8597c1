"""From described files to a study: the panel's rows, what is joined to them, a treatment and outcomes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from pandas.api.types import is_numeric_dtype

from ruralpanel.drafting.keys import Key, find_key, tried
from ruralpanel.drafting.reading import open_file, readable_members, unlike_data
from ruralpanel.drafting.variables import Variable, describe, name_from, period_of_wide
from ruralpanel.errors import DataError, Problem, StudyError, counted
from ruralpanel.frames.periods.frequency import FIRST_YEAR, LAST_YEAR, Frequency, frequency, is_finer
from ruralpanel.sources.table import read_source
from ruralpanel.study.source_formats import is_packed
from ruralpanel.study.sources import DIGITS_OF_LEVEL, Source

MATCHES = 0.5
"""At least this share of the panel's rows has to find its key in a table for the table to be joined."""

NEARLY_ALL_THERE = 0.9
"""Of a table with few of the panel's units, this share of rows has to be found in the panel."""

VARIES = 0.5
"""An outcome varies over time within at least this share of units."""

MOST_OUTCOMES = 12
IN_FIRST_BLOCK = 3
ENOUGH_CLUSTERS = 20
WIDEST = 5
"""The most periods before and after treatment that the first event study shows."""

_MONEY = re.compile(
    r"income|wage|output|gdp|revenue|price|expend|sales|population|resident|registered|yuan|元|人口|收入", re.I
)
_FIRST_TREATED = re.compile(r"first|cohort|treat|adopt|start|listed|g$|首次|入选|开始", re.IGNORECASE)


@dataclass
class DraftSource:
    """One file of the draft.

    Parameters
    ----------
    name
        Its name in the study.
    path
        The file, from the top of the repository.
    variables
        Its columns.
    key
        What tells its rows apart.
    settings
        The keys of the source that say how it is read.
    evidence
        By key of the source, what was guessed and why.
    table
        The table as the product reads it.
    """

    name: str
    path: str
    variables: list[Variable]
    key: Key
    settings: dict[str, Any]
    evidence: dict[str, str]
    table: pd.DataFrame

    @property
    def origin(self) -> str:
        """The file, and where it is in a zip file."""
        return _origin(self.path, self.settings.get("member"))

    def role(self, column: str) -> str:
        """Tell what a column may be; the period of a wide file is one."""
        return next((each.role for each in self.variables if each.name == column), "period")

    @property
    def frequency(self) -> str | None:
        """What the periods of the key are, where they are more than whole numbers."""
        of_key = (each for each in self.variables if each.name == self.key.period)
        return next((each.keys.get("frequency") for each in of_key), None)

    def rename(self, old: str, new: str) -> None:
        """Give a column another name, everywhere."""
        for variable in self.variables:
            if variable.name == old:
                if not {"from", "wide"} & set(variable.keys):
                    variable.keys = {"from": old, **variable.keys}
                variable.name = new
        period = new if self.key.period == old else self.key.period
        self.key = Key([new if each == old else each for each in self.key.unit], period, self.key.share)
        if self.settings.get("wide_into") == old:
            self.settings["wide_into"] = new
        self.settings["fill_down"] = [new if each == old else each for each in self.settings.get("fill_down", [])]
        self.table = self.table.rename(columns={old: new})


@dataclass
class Joined:
    """A source joined to the panel, and the share of the panel's rows that it has."""

    source: DraftSource
    share: float


@dataclass
class Treatment:
    """A designation: its keys, what was seen, and the columns it was dated from."""

    name: str
    keys: dict[str, Any]
    evidence: str
    cohorts: pd.Series
    absorbing: bool = True


@dataclass
class Draft:
    """A study as far as it could be guessed."""

    sources: list[DraftSource]
    base: DraftSource
    joins: list[Joined]
    beside: list[DraftSource]
    treatments: list[Treatment]
    outcomes: dict[str, dict[str, Any]]
    evidence_of_outcomes: dict[str, str]
    cluster: str
    panel: pd.DataFrame
    open_questions: list[str] = field(default_factory=list)

    @property
    def frequency(self) -> str | None:
        """What the panel's periods are, where they are more than whole numbers."""
        return self.base.frequency


def draft_study(paths: Sequence[str], root: Path) -> Draft:
    """Guess a study from raw files.

    Parameters
    ----------
    paths
        The files, from the top of the repository.
    root
        The top of the repository.

    Returns
    -------
    Draft
        What was guessed, and what was not.

    Raises
    ------
    StudyError
        If no file has a unit and a period, or no column can be an outcome; with what is wrong with each file.
    """
    questions: list[str] = []
    sources: list[DraftSource] = []
    for path, member in _with_members(paths, root, questions):
        stem = name_from(Path(member or path).name.split(".")[0])
        name = _free_name(stem or "source", {each.name for each in sources})
        try:
            found = _draft_source(name, path, root, questions, member)
        except DataError as error:
            questions += [
                f"{_origin(path, member)} is left out: {problem.what}" + (f"; {problem.hint}" if problem.hint else "")
                for problem in error.problems[:3]
            ]
            continue
        if found is not None:
            sources.append(found)
    panels = [each for each in sources if len(each.key.unit) == 1 and each.key.period and _varying(each)]
    if not panels:
        what = "no file has a column that identifies units and one that says when, with numbers that vary within units"
        questions += [_why_no_panel(each) for each in sources]
        more = [Problem("new-study", question) for question in questions]
        raise StudyError([Problem("new-study", what, hint="config/README.md describes how to declare them"), *more])
    base = max(panels, key=lambda each: (len(_varying(each)), _joinable(each, sources), len(each.table)))
    questions += [
        f"{each.origin} could give the panel's rows too: {each.key.unit[0]} by {each.key.period}"
        for each in panels
        if each is not base
    ]
    unit, period = base.key.unit[0], str(base.key.period)
    joins, beside, panel = _joined(base, [each for each in sources if each is not base], questions)
    treatments = [
        *_from_lists(beside, panel, unit, period),
        *_from_columns(panel, unit, period, frequency(base.frequency), questions),
    ]
    taken = {unit, period, *(value for each in treatments for value in each.keys.values() if isinstance(value, str))}
    outcomes, why = _outcomes([base, *(join.source for join in joins)], panel, unit, taken, questions)
    used = [base, *(join.source for join in joins), *(each for each in beside if _is_listed_in(each, treatments[:1]))]
    for name in [str(each) for each in panel if not is_numeric_dtype(panel[each])]:
        if (
            panel[name].dropna().astype("str").str.fullmatch(r"(?:19|20)[0-9]{2}\D.*").all()
            and panel[name].notna().any()
        ):
            questions.append(f"{name} holds dates as text; a column of a table can make years of them, for a `cohort`")
    if not treatments:
        questions.append(
            "no treatment was found: no 0/1 column that switches on, no year first treated, no yearly list"
        )
    return Draft(
        used, base, joins, beside, treatments, outcomes, why, _cluster(panel, unit, questions), panel, questions
    )


def _with_members(paths: Sequence[str], root: Path, questions: list[str]) -> list[tuple[str, str | None]]:
    """List the files to read, each that can be read within a zip file."""
    found: list[tuple[str, str | None]] = []
    for path in paths:
        if not is_packed(path):
            found.append((path, None))
            continue
        members = readable_members(root / path)
        found += [(path, name) for name, is_readable in members.items() if is_readable]
        others = [name for name, is_readable in members.items() if not is_readable]
        if others:
            questions.append(f"{path} also holds {', '.join(others[:10])}, of no format that can be read")
    return found


def _origin(path: str, member: str | None) -> str:
    return path if member is None else f"{member} in {path}"


def _why_no_panel(source: DraftSource) -> str:
    """Say of a file that could be read why it gives no panel its rows."""
    periods = [each.name for each in source.variables if each.role == "period"]
    key = " and ".join(source.key.columns)
    if source.key.period is None and periods:
        return (
            f"{source.origin}: {key} tells its rows apart and recurs in no other {periods[0]}, so that no unit is "
            f"followed over time: rows of new units in every {periods[0]} are counted or averaged by place and "
            f"{periods[0]} by a table with `group`"
        )
    if source.key.period is None:
        return f"{source.origin}: {key} tells its rows apart, and no column says when"
    if len(source.key.unit) != 1:
        return (
            f"{source.origin}: {key} tell its rows apart; a panel has one column for units: put several into one first"
        )
    return f"{source.origin}: {key} tell its rows apart, and no numbers vary over time within {source.key.unit[0]}"


def _draft_source(
    name: str, path: str, root: Path, questions: list[str], member: str | None = None
) -> DraftSource | None:
    """Describe a file, find its key, and read it once more as it is declared then."""
    opened = open_file(path, root, member)
    variables, left_out = describe(opened)
    questions += [f"{_origin(path, member)}: {each}" for each in left_out]
    settings, evidence = dict(opened.settings), {}
    if opened.evidence:
        evidence["header_row"] = opened.evidence
    filled = [each.name for each in variables if _is_merged(each)]
    if filled:
        settings["fill_down"] = filled
        evidence["fill_down"] = "each value stands once, and the cells below it are empty"
        for each in variables:
            if each.name in filled and each.values is not None:
                each.values = each.values.ffill()
    fixed = [each for each in variables if each.values is not None]
    key = find_key(fixed)
    if any(each.values is None for each in variables):
        into = _free_name(period_of_wide(variables), {each.name for each in variables})
        settings["wide_into"] = into
        evidence["wide_into"] = f"columns that differ by a {into} become one row a {into}"
        key = Key(key.unit, into, key.share) if key is not None and key.period is None else None
    if key is None:
        questions.append(
            f"{_origin(path, member)} is left out: no columns were found that tell its rows apart; {tried(fixed)}"
            + unlike_data(opened.raw)
        )
        return None
    if key.share < 1:
        settings["on_violation"] = "quarantine"
        evidence["on_violation"] = f"in {1 - key.share:.2%} of the rows the key is missing or shared"
    share = "all" if key.share == 1 else f"{key.share:.2%} of"
    evidence["key"] = f"tells {share} {counted(len(opened.raw.values), 'row')} apart"
    draft = DraftSource(name, path, variables, key, settings, evidence, pd.DataFrame())
    _take_periods_of_key(draft)
    draft.table = read_source(name, as_source(draft), root / path).table
    return draft


def _take_periods_of_key(draft: DraftSource) -> None:
    """Read dates, months and the like as the longer periods of the key in which they lie: an opening in 2014 is one."""
    key = next((each for each in draft.variables if each.name == draft.key.period), None)
    if key is None or key.values is None:
        return
    of = key.keys.get("frequency") or ("year" if key.values.between(FIRST_YEAR, LAST_YEAR).all() else None)
    for each in draft.variables:
        own = each.keys.get("frequency")
        if each is not key and of is not None and own is not None and is_finer(own, of):
            each.keys = {**each.keys, "frequency": of}
            each.evidence.append(f"read as the {frequency(of).noun} it lies in")


def as_source(draft: DraftSource) -> Source:
    """Make the declaration that the study file will hold."""
    columns = {each.name: each.keys for each in draft.variables}
    declared = {"path": draft.path, "key": draft.key.columns, "columns": columns, **draft.settings}
    return Source.model_validate(declared)


def _is_merged(variable: Variable) -> bool:
    """Tell a column of merged cells: text with gaps, not in the first row, and no value again in the cell below it."""
    values = variable.values
    if variable.role != "text" or values is None or values.isna().iloc[0] or not 0.2 < values.isna().mean() < 1:
        return False
    again = values.notna() & (values == values.shift())
    return bool(not again.any() and values.isna().sum() >= values.notna().sum())


def _varying(source: DraftSource) -> list[str]:
    """List the columns of numbers that vary within the units of a panel."""
    unit = source.key.unit[0]
    names = [each.name for each in source.variables if each.role == "number" and each.name not in source.key.columns]
    return [name for name in names if _varies(source.table, name, unit)]


def _varies(table: pd.DataFrame, name: str, unit: str) -> bool:
    if not is_numeric_dtype(table[name]) or table[name].nunique() <= 2:
        return False
    return bool((table.groupby(unit)[name].nunique() > 1).mean() >= VARIES)


def _joinable(base: DraftSource, sources: Sequence[DraftSource]) -> int:
    return sum(_keys_in(base.table, base, other) is not None for other in sources if other is not base)


def _keys_in(panel: pd.DataFrame, base: DraftSource, other: DraftSource) -> tuple[dict[str, str], float] | None:
    """Find, for each key column of a table, the column of the panel that has its values; and the share that match."""
    pairs: dict[str, str] = {}
    for name in other.key.columns:
        if other.role(name) == "period":
            pairs[name] = str(base.key.period)
            continue
        best = _column_with(panel, base, other, name, set(pairs.values()))
        if best is None:
            return None
        pairs[name] = best
    keys = other.table[other.key.columns].rename(columns=pairs).drop_duplicates()
    if keys.columns.duplicated().any() or keys.duplicated().any():
        return None
    with_partner = panel[list(pairs.values())].merge(keys.assign(_there=1), how="left", on=list(pairs.values()))
    share = float(with_partner["_there"].notna().mean())
    return (pairs, share) if share > 0 else None


def _column_with(panel: pd.DataFrame, base: DraftSource, other: DraftSource, name: str, taken: set[str]) -> str | None:
    """Find the column of the panel that has the values of a key.

    Numbers are alike by chance, so that they count only under the same name or as the panel's unit. Of codes, those of
    a table may be few, such as units that are treated; of text, most of the panel's must be there.
    """
    wanted = other.table[name]
    shares = {}
    for column in [each for each in panel if each not in taken]:
        values = panel[column]
        if is_numeric_dtype(values) != is_numeric_dtype(wanted):
            continue
        if is_numeric_dtype(values) and column != name and column != base.key.unit[0]:
            continue
        here, there = _share_found(values, wanted), _share_found(wanted, values)
        few = there >= NEARLY_ALL_THERE and (column == base.key.unit[0] or other.role(name) == "code")
        if (here >= MATCHES and there >= MATCHES) or (here > 0 and few):
            shares[str(column)] = round(here + there, 3)
    return max(shares, key=lambda column: (shares[column], column == name), default=None)


def _share_found(values: pd.Series, among: pd.Series) -> float:
    return float(values.isin(set(among.dropna())).mean())


def _joined(
    base: DraftSource, others: Sequence[DraftSource], questions: list[str]
) -> tuple[list[Joined], list[DraftSource], pd.DataFrame]:
    """Join what shares a key, those that share most first; a code of a higher level is read from the unit's own."""
    unit, period = base.key.unit[0], str(base.key.period)
    panel, joins, beside = base.table.copy(), [], []
    waiting = list(others)
    _add_levels(base, waiting)
    panel = base.table.copy()
    while waiting:
        found = [(matched, each) for each in waiting if (matched := _keys_in(panel, base, each)) is not None]
        lists = [(matched[0], each) for matched, each in found if _is_list(each, matched[0], unit, period)]
        for of_list, each in lists:
            _rename_key(each, of_list)
            beside.append(each)
            waiting.remove(each)
        found = [(matched, each) for matched, each in found if each in waiting]
        if not found:
            break
        (pairs, share), source = max(found, key=lambda each: each[0][1])
        waiting.remove(source)
        _rename_key(source, pairs)
        for name in [each for each in source.table.columns if each in panel.columns and each not in pairs.values()]:
            source.rename(name, _free_name(f"{source.name}_{name}"[:55], {*panel.columns, *source.table.columns}))
        panel = panel.merge(source.table, how="left", on=source.key.columns)
        joins.append(Joined(source, share))
    for each in waiting:
        what = f"{each.origin} is left out: the panel has no columns for its key ({', '.join(each.key.columns)})"
        by_name = any(name.endswith("_name") for name in each.key.columns)
        questions.append(what + ("; `match_names` of a table finds places by their names" if by_name else ""))
    return joins, beside, panel


def _rename_key(source: DraftSource, pairs: dict[str, str]) -> None:
    for old, new in pairs.items():
        if old != new and new in source.table.columns:
            source.rename(new, _free_name(f"{new}_here", set(source.table.columns)))
        if old != new:
            source.rename(old, new)


def _is_list(source: DraftSource, pairs: dict[str, str], unit: str, period: str) -> bool:
    """Tell a yearly list: its key is the unit and a year, it says nothing more in numbers, and few units are on it."""
    numbers = [each for each in source.variables if each.role in ("number", "binary") and each.name not in pairs]
    return set(pairs.values()) == {unit, period} and not numbers


def _add_levels(base: DraftSource, others: Sequence[DraftSource]) -> None:
    """Read codes of counties and provinces from the unit's own, where another file has them in its key."""
    unit = next((each for each in base.variables if each.name == base.key.unit[0]), None)
    if unit is None or unit.role != "code":
        return
    there = {each.keys.get("level") for each in base.variables}
    for other in others:
        for variable in other.variables:
            level = variable.keys.get("level")
            in_key = variable.name in other.key.columns
            if in_key and level and level not in there and DIGITS_OF_LEVEL[level] < DIGITS_OF_LEVEL[unit.keys["level"]]:
                name = _free_name(level, set(base.table.columns))
                values = base.table[unit.name].str.slice(0, DIGITS_OF_LEVEL[level])
                keys = {"from": unit.keys["from"], "type": "code", "level": level}
                why = [f"the first digits of the same codes, for {other.path}"]
                base.variables.insert(1, Variable(unit.header, name, "code", values, keys, why))
                base.table = base.table.assign(**{name: values})
                there.add(level)


def _from_lists(beside: Sequence[DraftSource], panel: pd.DataFrame, unit: str, period: str) -> list[Treatment]:
    found = []
    for source in beside:
        first = source.table.groupby(unit)[period].min()
        cohorts = panel[unit].map(first)
        share = panel.loc[cohorts.notna(), unit].nunique() / panel[unit].nunique()
        why = f"{source.path} has one row a unit and year and no numbers; {share:.0%} of units are on it"
        keys = {"list": {"source": source.name, "year": period}}
        found.append(Treatment(_free_name(f"{source.name}_listed"[:50], set(panel)), keys, why, cohorts))
    return found


def _from_columns(panel: pd.DataFrame, unit: str, period: str, of: Frequency, questions: list[str]) -> list[Treatment]:
    """Find columns with the first period treated, and 0/1 columns that switch on, not in all units at once."""
    ordered = panel.sort_values([unit, period], kind="stable")
    first, last = panel[period].min(), panel[period].max()
    cohorts_found, indicators, of_periods, of_units = [], [], [], []
    for name in [str(each) for each in panel if each not in (unit, period) and is_numeric_dtype(panel[each])]:
        values = ordered[name]
        by_unit = values.groupby(ordered[unit])
        known = values.dropna()
        if known.isin([0, 1]).all() and known.nunique() == 2:
            if (values.groupby(ordered[period]).nunique() <= 1).all():
                of_periods.append(name)
                continue
            change = by_unit.diff()
            on, off = int((change == 1).sum()), int((change == -1).sum())
            if not on and not off:
                of_units.append(name)
            if on and values.notna().all():
                stays = off == 0
                cohorts = ordered[unit].map(ordered.loc[values == 1].groupby(unit)[period].min()).reindex(panel.index)
                keys: dict[str, Any] = {"indicator": name} | ({} if stays else {"absorbing": False})
                why = f"0 or 1, switches on in {counted(on, 'unit')}"
                why += f" and off {counted(off, 'time')}" if off else " and never off"
                indicators.append(
                    Treatment(_free_name(_name_of_treatment(name), set(panel)), keys, why, cohorts, stays)
                )
            continue
        is_constant = bool((by_unit.nunique() <= 1).all())
        when = known[known.between(first, last + 1)]
        others = sorted(set(known) - set(when))
        if (
            not is_constant
            or len(when) == 0
            or (known != known.round()).any()
            or len(others) > 1
            or when.nunique() > 60
        ):
            continue
        if others and others[0] not in (0, 9999, 10000):
            continue
        if not _FIRST_TREATED.search(name):
            continue
        keys = {"cohort": name} | ({"never": [int(others[0])]} if others else {})
        cohorts = panel[name].where(panel[name].between(first, last + 1))
        why = f"constant within units, {when.nunique()} periods from {of.label(when.min())} to {of.label(when.max())}"
        why += f"; {int(others[0])} taken for never" if others else "; missing taken for never"
        cohorts_found.append(Treatment(_free_name(_name_of_treatment(name), set(panel)), keys, why, cohorts))
    if of_periods:
        questions.append(
            f"no treatments, for they are 0 or 1 in all units of a {period} alike: {', '.join(of_periods)}"
        )
    if of_units:
        questions.append(f"no treatments, for they never change within {unit}: {', '.join(of_units)}")
    return [*cohorts_found, *sorted(indicators, key=lambda each: not each.absorbing)]


def _name_of_treatment(column: str) -> str:
    """Name a treatment by its column, of which it says that it is one unless the column does."""
    return "treatment" if column.startswith("treat") else f"treated_{column}"[:50]


def _is_listed_in(source: DraftSource, treatments: Sequence[Treatment]) -> bool:
    return any(each.keys.get("list", {}).get("source") == source.name for each in treatments)


def _outcomes(
    sources: Sequence[DraftSource], panel: pd.DataFrame, unit: str, taken: set[str], questions: list[str]
) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """List numbers that vary within units, in logs where they are amounts and always positive."""
    outcomes: dict[str, dict[str, Any]] = {}
    why: dict[str, str] = {}
    more = []
    for variable in (each for source in sources for each in source.variables):
        name = variable.name
        if name in taken or variable.role != "number" or name not in panel or name in outcomes:
            continue
        if not _varies(panel, name, unit):
            continue
        if len(outcomes) == MOST_OUTCOMES:
            more.append(name)
            continue
        share = (panel.groupby(unit)[name].nunique() > 1).mean()
        keys: dict[str, Any] = {}  # label and unit stand with the column
        why[name] = f"varies within {share:.0%} of units"
        in_words = f"{name} {variable.keys.get('label', '')} {variable.keys.get('unit', '')}"
        if (panel[name].dropna() > 0).all() and _MONEY.search(in_words) and not re.search("log|^ln_|^l_", name):
            keys["transformation"] = "log"
            why[name] += ", an amount that is always positive"
        outcomes[name] = keys or {"column": name}
    if more:
        questions.append(f"further numbers that vary within units and can be outcomes: {', '.join(more)}")
    if not outcomes:
        what = "no column of numbers varies over time within units, so there is nothing to explain"
        raise StudyError([Problem("new-study", what)])
    return outcomes, why


def _cluster(panel: pd.DataFrame, unit: str, questions: list[str]) -> str:
    """Choose what standard errors are clustered by: the county, where units lie in one and there are enough of them."""
    for name in [str(each) for each in panel if re.fullmatch("county|state|county_code", str(each)) and each != unit]:
        nested = (panel.groupby(unit)[name].nunique() == 1).all() and panel[name].notna().all()
        if nested and ENOUGH_CLUSTERS <= panel[name].nunique() < panel[unit].nunique():
            return name
    questions.append(
        f"standard errors are clustered by {unit}; if treatment is given to larger areas, cluster by these"
    )
    return unit


def _free_name(name: str, taken: set[Any]) -> str:
    """Add a number to a name that is taken."""
    return next(each for each in (name, *(f"{name}_{number}" for number in range(2, 10_000))) if each not in taken)
