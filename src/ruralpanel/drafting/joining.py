"""Which files of a draft are joined to its panel, and by what: columns with the same values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from pandas.api.types import is_numeric_dtype

from ruralpanel.drafting.described_files import DraftSource, free_name
from ruralpanel.drafting.variables import Variable
from ruralpanel.study.source_columns import DIGITS_OF_LEVEL

MATCHES = 0.5
"""At least this share of the panel's rows has to find its key in a table for the table to be joined."""

NEARLY_ALL_THERE = 0.9
"""Of a table with few of the panel's units, this share of rows has to be found in the panel."""


@dataclass
class Joined:
    """A source joined to the panel, and the share of the panel's rows that it has."""

    source: DraftSource
    share: float


def join_files(
    base: DraftSource, others: Sequence[DraftSource], questions: list[str]
) -> tuple[list[Joined], list[DraftSource], pd.DataFrame]:
    """Join what shares a key, those that share most first; a code of a higher level is read from the unit's own.

    Parameters
    ----------
    base
        The file whose rows are the panel's.
    others
        The other files; their keys are renamed to the panel's.
    questions
        What the user is told; files that share no key are added.

    Returns
    -------
    tuple
        What is joined, in order; the yearly lists, which stay beside the panel; and the panel.
    """
    unit, period = base.key.unit[0], str(base.key.period)
    panel, joins, beside = base.table.copy(), [], []
    waiting = list(others)
    _add_levels(base, waiting)
    panel = base.table.copy()
    while waiting:
        found = [(matched, each) for each in waiting if (matched := keys_in(panel, base, each)) is not None]
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
            source.rename(name, free_name(f"{source.name}_{name}"[:55], {*panel.columns, *source.table.columns}))
        panel = panel.merge(source.table, how="left", on=source.key.columns)
        joins.append(Joined(source, share))
    for each in waiting:
        what = f"{each.origin} is left out: the panel has no columns for its key ({', '.join(each.key.columns)})"
        by_name = any(name.endswith("_name") for name in each.key.columns)
        questions.append(what + ("; `match_names` of a table finds places by their names" if by_name else ""))
    return joins, beside, panel


def keys_in(panel: pd.DataFrame, base: DraftSource, other: DraftSource) -> tuple[dict[str, str], float] | None:
    """Find, for each key column of a table, the column of the panel that has its values; and the share that match.

    Parameters
    ----------
    panel
        The panel as it is joined so far.
    base
        The file whose rows are the panel's.
    other
        The table.

    Returns
    -------
    tuple or None
        The panel's column by the table's, and the share of the panel's rows, from 0 to 1, that find theirs; None where
        they share no key.
    """
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


def _rename_key(source: DraftSource, pairs: dict[str, str]) -> None:
    for old, new in pairs.items():
        if old != new and new in source.table.columns:
            source.rename(new, free_name(f"{new}_here", set(source.table.columns)))
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
                name = free_name(level, set(base.table.columns))
                values = base.table[unit.name].str.slice(0, DIGITS_OF_LEVEL[level])
                keys = {"from": unit.keys["from"], "type": "code", "level": level}
                why = [f"the first digits of the same codes, for {other.path}"]
                base.variables.insert(1, Variable(unit.header, name, "code", values, keys, why))
                base.table = base.table.assign(**{name: values})
                there.add(level)
