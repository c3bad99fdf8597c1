"""Join tables to the panel with a declared cardinality, and report who met whom."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ruralpanel.errors import DataError, Problem, counted
from ruralpanel.frames.keys import require_same_kind
from ruralpanel.frames.ledger import Ledger
from ruralpanel.frames.periods.column import with_labels
from ruralpanel.frames.periods.frequency import YEAR, Frequency, labelled
from ruralpanel.study.panel import Join, Panel

MATCH_KEY = ["source", "side", "period", "region"]
"""The columns that identify a row of the match report."""

MATCHED, PANEL_ONLY, SOURCE_ONLY = "matched", "panel only", "source only"

CONSEQUENCES = {
    "missing": "their new columns are missing",
    "zero": "their new numbers are zero",
    "drop": "dropped",
    "fail": "",
}


def no_matches() -> pd.DataFrame:
    """Give the match report of a panel without joins."""
    return pd.DataFrame(columns=[*MATCH_KEY, "rows"]).astype({"rows": "int64"})


def join_table(
    left: pd.DataFrame,
    right: pd.DataFrame,
    join: Join,
    panel: Panel,
    ledger: Ledger,
    periods: Mapping[str, Frequency] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Join one table, and count who found a partner by period and region.

    Parameters
    ----------
    left
        The panel so far.
    right
        The typed table of the source; its key identifies its rows.
    join
        What is joined on what, and what unmatched rows mean.
    panel
        Names the period and the region by which matches are counted.
    ledger
        Gets a line.
    periods
        The frequencies of columns with periods that are more than whole numbers, so that a reader sees these.

    Returns
    -------
    tuple of (pandas.DataFrame, pandas.DataFrame)
        The panel with the source's columns; and the match report with :data:`MATCH_KEY` and ``rows``. Rows of the
        source that no row of the panel met are counted by their own period and region where the source has them.

    Raises
    ------
    DataError
        If keys are of different types, a row is met by more rows than declared, rows without a partner are an error,
        or no row has a partner.
    """
    where = f"join of {join.source}"
    periods = periods or {}
    for column in join.on:
        require_same_kind(left, right, column, join.source, where)
    repeated = left.duplicated(join.on, keep=False) if join.expect == "one_to_one" else pd.Series(dtype=bool)
    if repeated.any():
        what = f"declared one_to_one, but {counted(int(repeated.sum()), 'row')} of the panel share {', '.join(join.on)}"
        raise DataError([Problem(where, what, hint="declare `expect: many_to_one`")])
    # pandas would let a missing key meet another missing key; here what is unknown meets nothing.
    known = right[right[join.on].notna().all(axis=1)]
    merged = left.merge(known, on=join.on, how="left", validate="many_to_one", indicator="_found")
    alone = merged["_found"] == "left_only"
    table = merged.drop(columns="_found")
    met = left[join.on].drop_duplicates()
    unused = right.merge(met, on=join.on, how="left", indicator="_found")
    unused = unused[(unused["_found"] == "left_only") | unused[join.on].isna().any(axis=1)]
    report = pd.concat(
        [
            _counts(table, ~alone, MATCHED, join, panel, periods),
            _counts(table, alone, PANEL_ONLY, join, panel, periods),
            _counts(unused, pd.Series(True, index=unused.index), SOURCE_ONLY, join, panel, periods),
        ],
        ignore_index=True,
    )
    if alone.all():
        raise DataError(
            [
                Problem(
                    where,
                    f"no row of the panel has a partner in `{join.source}`",
                    hint=_examples(with_labels(left, periods), with_labels(right, periods), join),
                )
            ]
        )
    if alone.any() and join.unmatched == "fail":
        shown = (
            with_labels(table.loc[alone, join.on], periods).drop_duplicates().head(5).map(str).agg(" / ".join, axis=1)
        )
        what = f"{counted(int(alone.sum()), 'row')} of the panel have no partner: {'; '.join(shown)}"
        raise DataError([Problem(where, what, hint="declare what that means: `unmatched: missing`, `zero` or `drop`")])
    whole = alone.groupby(table[panel.period]).all() if panel.period in join.on else pd.Series(dtype=bool)
    if join.unmatched == "zero":
        table = _with_zeros(table, right, alone, join, where)
    if join.unmatched == "drop":
        table = table[~alone].reset_index(drop=True)
    consequence = CONSEQUENCES[join.unmatched] if alone.any() else ""
    words = (
        f"{counted(int((~alone).sum()), 'row')} matched on {', '.join(join.on)}, {int(alone.sum()):,} without a partner"
    )
    words += f" ({consequence})" if consequence else ""
    if whole.any():  # a period that the source does not cover is another matter than a unit that it does not have
        of = periods.get(panel.period, YEAR)
        words += f", among them every row of {', '.join(labelled(sorted(whole.index[whole]), of))}"
    words += f", {counted(len(unused), 'row')} of {join.source} unused"
    ledger.note(
        f"join {join.source}", len(left), table, words, unasked=["dropped_rows"] if len(table) < len(left) else []
    )
    return table, report


def _with_zeros(table: pd.DataFrame, right: pd.DataFrame, alone: pd.Series, join: Join, where: str) -> pd.DataFrame:
    """Set the new columns of rows without a partner to zero; what is missing in a partner stays missing."""
    new = [str(name) for name in right if name not in join.on]
    text = [name for name in new if not pd.api.types.is_numeric_dtype(table[name])]
    if text:
        what = f"`unmatched: zero`, but {', '.join(text)} holds text"
        raise DataError([Problem(where, what, hint="join text with `unmatched: missing`")])
    return table.assign(**{name: table[name].mask(alone, 0) for name in new})


def _counts(
    table: pd.DataFrame, rows: pd.Series, side: str, join: Join, panel: Panel, periods: Mapping[str, Frequency]
) -> pd.DataFrame:
    """Count rows by period and region, as far as they have them."""
    columns = {"period": panel.period, "region": panel.region}
    known = {column: name for column, name in columns.items() if name is not None and name in table}
    whole = bool(rows.all())
    counted = pd.DataFrame({column: table[name] if whole else table.loc[rows, name] for column, name in known.items()})
    counted = counted.assign(rows=1) if known else pd.DataFrame({"rows": [int(rows.sum())] if rows.any() else []})
    if known:  # what is written is looked at once, however many rows have it
        counted = counted.groupby(list(known), dropna=False)["rows"].sum().reset_index()
    counted = with_labels(counted, {column: periods[name] for column, name in known.items() if name in periods})
    places = pd.DataFrame({"source": join.source, "side": side}, index=counted.index)
    for column in columns:
        has = column in known
        places[column] = counted[column].map(_plain, na_action="ignore").astype(object).fillna("") if has else ""
    places = places.assign(rows=counted["rows"].astype("int64"))
    return places.groupby(MATCH_KEY, sort=True)["rows"].sum().reset_index()


def _plain(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _examples(left: pd.DataFrame, right: pd.DataFrame, join: Join) -> str:
    """Show keys of both sides, so that a person sees why none meets another."""
    here, there = (side[join.on].drop_duplicates().head(3).map(str).agg(" / ".join, axis=1) for side in (left, right))
    return f"the panel has {', '.join(here)}; `{join.source}` has {', '.join(there)}"
