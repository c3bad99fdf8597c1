"""Typed tables → one panel, with every row accounted for."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from ruralpanel.errors import DataError, Problem
from ruralpanel.frames.expressions import evaluate_condition
from ruralpanel.frames.keys import with_whole_numbers
from ruralpanel.frames.ledger import Ledger
from ruralpanel.frames.periods.column import with_labels
from ruralpanel.frames.periods.conditions import with_ordinals
from ruralpanel.frames.periods.frequency import FrequencyName
from ruralpanel.frames.sphere import Lines
from ruralpanel.frames.storage import key_problems, sorted_by
from ruralpanel.panel.designation import date_designation
from ruralpanel.panel.joins import join_table, no_matches
from ruralpanel.panel.legacies.capacities import add_legacies
from ruralpanel.panel.lists import no_events, read_lists
from ruralpanel.panel.measures import derive
from ruralpanel.panel.periods import PanelPeriods, panel_periods
from ruralpanel.panel.places import add_places
from ruralpanel.study.derived_order import stages_of
from ruralpanel.study.designation import Designation, designation_columns
from ruralpanel.study.legacies import Legacy
from ruralpanel.study.panel import Panel

LOG = logging.getLogger(__name__)


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
    matches
        For every join, how many rows found a partner and how many of either side did not, by period and region.
    legacies, capacities
        How capacities were measured by proxies, and how they correlate, as
        :class:`ruralpanel.panel.legacies.capacities.Measured` has it; without rows where a study has no legacies.
    """

    panel: pd.DataFrame
    ledger: Ledger
    events: pd.DataFrame
    matches: pd.DataFrame
    legacies: pd.DataFrame
    capacities: pd.DataFrame


def build_panel(
    tables: Mapping[str, pd.DataFrame],
    panel: Panel,
    base: str,
    designations: Mapping[str, Designation],
    lines: Mapping[str, Lines] | None = None,
    legacies: Mapping[str, Legacy] | None = None,
    periods: Mapping[str, Mapping[str, FrequencyName]] | None = None,
) -> BuiltPanel:
    """Build the panel: join, derive, date designation, add what is around units and what they inherited, restrict.

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
        For every file that ``panel.places`` names by its path its lines, with longitude and latitude in degrees.
    legacies
        The study's ``legacies`` section.
    periods
        By source or table, its columns that hold periods, with their frequencies.

    Returns
    -------
    BuiltPanel
        The panel, its ledger, and what yearly lists say of units.

    Raises
    ------
    DataError
        If a join does not have the declared cardinality, keys are of different types, a period is not a whole
        number, a derived column cannot be computed, designation cannot be dated, a unit's coordinates are missing,
        impossible or not the same in all its rows, proxies do not measure a capacity, or no row is left.
    """
    assigned = {name: each.assigned_to(panel.unit) for name, each in designations.items()}
    ledger = Ledger("panel", "panel", panel.unit, panel.period, designations, assigned)
    table = tables[base]
    read = panel_periods(panel, [base, *(join.source for join in panel.joins)], designations, periods or {})
    of = read.of if read.declared else None
    table = with_whole_numbers(table, panel.period, f"source {base}", "period", of)
    ledger.note(f"base {base}", len(table), table, "its rows are the panel's rows")
    matches = [no_matches()]
    for join in panel.joins:
        LOG.info("%s rows, joining %s", f"{len(table):,}", join.source)
        table, report = join_table(table, tables[join.source], join, panel, ledger, read.columns)
        matches.append(report)
    of_places = [column for each in designations.items() for column in designation_columns(*each)]
    of_places += panel.places.columns() if panel.places is not None else []
    of_legacies = [name for each in (legacies or {}).values() for name in each.capacities]
    stages = stages_of(panel.derived, of_places, of_legacies)
    table = _with_derived(table, "sources", stages, panel, tables, ledger, read)
    table = sorted_by(table, [panel.unit, panel.period])
    events = []
    for name, designation in designations.items():
        LOG.info("%s rows, dating %s", f"{len(table):,}", name)
        reading = None
        if designation.listed is not None:
            lists = tables[designation.listed.source]
            reading = read_lists(lists, name, designation.listed, table, assigned[name], panel.period, of)
            events.append(reading.events)
        table = date_designation(table, name, designation, panel.unit, panel.period, ledger, reading, of)
    if panel.places is not None:
        LOG.info("%s rows, measuring distances", f"{len(table):,}")
        table = add_places(table, panel.places, designations, tables, lines or {}, panel.unit, panel.period, ledger)
    table = _with_derived(table, "places", stages, panel, tables, ledger, read)
    LOG.info("%s rows, measuring capacities", f"{len(table):,}")
    table, measures, correlations = add_legacies(
        table, legacies or {}, list(designations), panel.unit, panel.region, ledger, read
    )
    table = _with_derived(table, "capacities", stages, panel, tables, ledger, read)
    for restriction in panel.sample:
        holds, unknown = evaluate_condition(table, with_ordinals(restriction.keep, read.columns))
        kept = table[holds].reset_index(drop=True)
        reason = "; ".join(part for part in (restriction.reason, unknown) if part)
        ledger.note(f"keep {restriction.keep}", len(table), kept, reason)
        if kept.empty:
            raise DataError([Problem("panel", f"no row is left after `keep: {restriction.keep}`")])
        table = kept
    problems = key_problems(with_labels(table, read.columns), [panel.unit, panel.period], "panel")
    if problems:
        raise DataError(problems)
    return BuiltPanel(
        table,
        ledger,
        with_labels(pd.concat(events, ignore_index=True), {"year": read.of}) if events else no_events(),
        pd.concat(matches, ignore_index=True),
        measures,
        correlations,
    )


def _with_derived(
    table: pd.DataFrame,
    stage: str,
    stages: Mapping[str, str],
    panel: Panel,
    tables: Mapping[str, pd.DataFrame],
    ledger: Ledger,
    read: PanelPeriods,
) -> pd.DataFrame:
    """Compute the derived columns whose parts are there after a stage, in the order of the study."""
    for name in [name for name in panel.derived if stages[name] == stage]:
        values, words = derive(table, panel.derived[name], panel, tables, read)
        table = table.assign(**{name: values})
        ledger.note(f"derive {name}", len(table), table, words, [name])
    return table
