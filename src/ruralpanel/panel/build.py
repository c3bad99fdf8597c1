"""Typed tables → one panel, with every row accounted for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from ruralpanel.errors import DataError, Problem
from ruralpanel.ledger import Ledger
from ruralpanel.panel.designation import date_designation
from ruralpanel.panel.expressions import evaluate_condition, evaluate_number
from ruralpanel.panel.keys import require_same_kind, with_whole_numbers
from ruralpanel.panel.lists import no_events, read_lists
from ruralpanel.panel.places import Lines, add_places
from ruralpanel.storage import key_problems
from ruralpanel.study.designation import Designation
from ruralpanel.study.panel import Join, Panel


class BuiltPanel(NamedTuple):
    """What building a panel gives.

    Parameters
    ----------
    panel
        One row a unit and period, sorted by them.
    ledger
        How it came about.
    events
        What yearly lists say of units, one row an event, with the columns
        :data:`ruralpanel.panel.lists.EVENT_COLUMNS`; without rows where no designation is read from lists.
    """

    panel: pd.DataFrame
    ledger: Ledger
    events: pd.DataFrame


def build_panel(
    tables: Mapping[str, pd.DataFrame],
    panel: Panel,
    base: str,
    designations: Mapping[str, Designation],
    lines: Mapping[str, Lines] | None = None,
) -> BuiltPanel:
    """Build the panel: join, derive, date designation, add what is around units, restrict.

    Parameters
    ----------
    tables
        The typed table of every source.
    panel
        The study's ``panel`` section.
    base
        The source whose rows are the panel's rows.
    designations
        The study's ``designation`` section.
    lines
        For every GeoJSON file that ``panel.places`` names its lines, with longitude and latitude in degrees.

    Returns
    -------
    BuiltPanel
        The panel, its ledger, and what yearly lists say of units.

    Raises
    ------
    DataError
        If a join does not have the declared cardinality, keys are of different types, a period is not a whole
        number, designation cannot be dated, a unit's coordinates are missing, impossible or not the same in all its
        rows, or no row is left.
    """
    ledger = Ledger("panel", "panel", panel.unit, panel.period)
    table = tables[base]
    table = with_whole_numbers(table, panel.period, f"source {base}", "period")
    ledger.note(f"base {base}", len(table), table, "its rows are the panel's rows")
    for join in panel.joins:
        table = _joined(table, tables[join.source], join, ledger)
    for name, derived in panel.derived.items():
        values, lost = evaluate_number(table, derived.expression)
        table = table.assign(**{name: values})
        ledger.note(f"derive {name}", len(table), table, "; ".join(part for part in (derived.expression, lost) if part))
    table = table.sort_values([panel.unit, panel.period], kind="stable").reset_index(drop=True)
    events = []
    for name, designation in designations.items():
        reading = None
        if designation.listed is not None:
            lists = tables[designation.listed.source]
            reading = read_lists(lists, name, designation.listed, table, panel.unit, panel.period)
            events.append(reading.events)
        table = date_designation(table, name, designation, panel.unit, panel.period, ledger, reading)
    if panel.places is not None:
        table = add_places(table, panel.places, designations, tables, lines or {}, panel.unit, panel.period, ledger)
    for restriction in panel.sample:
        holds, unknown = evaluate_condition(table, restriction.keep)
        kept = table[holds].reset_index(drop=True)
        reason = "; ".join(part for part in (restriction.reason, unknown) if part)
        ledger.note(f"keep {restriction.keep}", len(table), kept, reason)
        if kept.empty:
            raise DataError([Problem("panel", f"no row is left after `keep: {restriction.keep}`")])
        table = kept
    problems = key_problems(table, [panel.unit, panel.period], "panel")
    if problems:
        raise DataError(problems)
    return BuiltPanel(table, ledger, pd.concat(events, ignore_index=True) if events else no_events())


def _joined(left: pd.DataFrame, right: pd.DataFrame, join: Join, ledger: Ledger) -> pd.DataFrame:
    """Join one table, and say in the ledger how much of either side found a partner."""
    for column in join.on:
        require_same_kind(left, right, column, join.source, f"join of {join.source}")
    repeated = left.duplicated(join.on, keep=False)
    if join.expect == "one_to_one" and repeated.any():
        raise DataError(
            [
                Problem(
                    f"join of {join.source}",
                    f"declared one_to_one, but {int(repeated.sum())} rows of the panel share {', '.join(join.on)}",
                    hint="declare `expect: many_to_one`",
                )
            ]
        )
    merged = left.merge(right, on=join.on, how="left", validate="many_to_one", indicator="_found")
    alone = merged["_found"] == "left_only"
    unused = len(right) - len(right.merge(left[join.on].drop_duplicates(), on=join.on))
    table = merged.drop(columns="_found")
    if alone.any() and join.unmatched == "fail":
        examples = "; ".join(
            " / ".join(map(str, row)) for row in table.loc[alone, join.on].drop_duplicates().head(5).to_numpy()
        )
        raise DataError(
            [
                Problem(
                    f"join of {join.source}",
                    f"{int(alone.sum())} rows of the panel have no partner: {examples}",
                    hint="declare what that means: `unmatched: missing` or `drop`",
                )
            ]
        )
    if join.unmatched == "drop":
        table = table[~alone].reset_index(drop=True)
    consequence = {"missing": "their new columns are missing", "drop": "dropped", "fail": ""}[join.unmatched]
    matched = f"{int((~alone).sum()):,} rows matched on {', '.join(join.on)}"
    without = f", {int(alone.sum()):,} without a partner" + (f" ({consequence})" if alone.any() and consequence else "")
    ledger.note(
        f"join {join.source}",
        len(left),
        table,
        f"{matched}{without}, {unused:,} rows of {join.source} unused",
    )
    if table.empty:
        raise DataError([Problem(f"join of {join.source}", f"no row of the panel has a partner in `{join.source}`")])
    return table
