"""Hold a typed table to what its source declares: keys, ranges, allowed values and checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from ruralpanel.errors import DataError, Problem, counted
from ruralpanel.frames.periods.column import with_labels
from ruralpanel.frames.periods.frequency import Frequency, frequency
from ruralpanel.frames.storage import is_in_order, listed_rows
from ruralpanel.frames.time_limit import PATIENCE, TakesTooLong, limited
from ruralpanel.sources.checks import failed_checks
from ruralpanel.sources.rules import HINTS, NO_KEY
from ruralpanel.study.period_columns import PeriodColumn
from ruralpanel.study.sources import Source

VIOLATION = ["index", "column", "value", "rule"]
"""The columns of a table of violations: the row's index, the column, what it holds and what it should."""


def violations(table: pd.DataFrame, source: Source, periods: Mapping[str, PeriodColumn] | None = None) -> pd.DataFrame:
    """Check a typed table against its source's declarations.

    Parameters
    ----------
    table
        The typed table.
    source
        The declaration of the source.
    periods
        The columns that hold periods.

    Returns
    -------
    pandas.DataFrame
        The columns of :data:`VIOLATION`, one row for each cell that breaks a rule, and for each row whose key is
        missing or shared or that fails a check.
    """
    of = {column: frequency(each.frequency) for column, each in (periods or {}).items()}
    found = [pd.DataFrame(columns=VIOLATION), *_out_of_bounds(table, source), *_key_violations(table, source, of)]
    found += [as_violations(values, column, rule) for values, column, rule in failed_checks(table, source, of)]
    for name, declared in source.columns.items():
        bounded = declared.minimum is not None or declared.maximum is not None
        if bounded and not pd.api.types.is_numeric_dtype(table[name]):
            text = table[name][table[name].notna()]
            found.append(as_violations(text, name, "holds text, which has no minimum or maximum"))
    return pd.concat(found, ignore_index=True)


def as_violations(values: pd.Series, column: str, rule: str) -> pd.DataFrame:
    """Lay out cells that break one rule."""
    frame = pd.DataFrame(
        {"index": values.index, "column": column, "value": values.astype(object).to_numpy(), "rule": rule}
    )
    return frame[VIOLATION]


def _key_violations(table: pd.DataFrame, source: Source, periods: Mapping[str, Frequency]) -> list[pd.DataFrame]:
    if is_in_order(table, source.key):
        return []
    keys = table[source.key]
    named = ", ".join(source.key)
    missing = keys.isna().any(axis=1)
    shared = keys.duplicated(keep=False) & ~missing

    def shown(rows: pd.Series) -> pd.Series:
        """Write out keys at fault; there are few beside those in order."""
        faulty = keys[rows]
        texts = with_labels(faulty, periods).astype(object).where(faulty.notna(), "missing").map(str)
        return texts.agg(" / ".join, axis=1) if len(texts) else pd.Series(dtype="str")

    return [
        as_violations(shown(missing), named, NO_KEY),
        as_violations(shown(shared), named, "is the key and must not repeat"),
    ]


def _out_of_bounds(table: pd.DataFrame, source: Source) -> Iterator[pd.DataFrame]:
    """Hold columns to their ranges, patterns and allowed values; a missing value breaks none."""
    for name, declared in source.columns.items():
        values = table[name]
        held: list[tuple[pd.Series, str]] = []
        if pd.api.types.is_numeric_dtype(values):
            if declared.minimum is not None:
                held.append((values >= declared.minimum, f"must be at least {declared.minimum:g}"))
            if declared.maximum is not None:
                held.append((values <= declared.maximum, f"must be at most {declared.maximum:g}"))
        if declared.matches is not None:
            fits = _fitting(values.astype("str"), declared.matches, name)
            held.append((fits, f"must fit {declared.matches}"))
        if declared.allowed is not None:
            allowed = ", ".join(map(str, declared.allowed))
            held.append((values.isin(declared.allowed), f"must be one of {allowed}"))
        for holds, rule in held:
            broken = ~holds & values.notna()
            if broken.any():
                yield as_violations(values[broken], name, rule)


def as_problems(found: pd.DataFrame, rows: pd.Series, where: str, shows: bool = True) -> list[Problem]:
    """Describe violations, one problem a column and rule, with rows and values.

    Parameters
    ----------
    found
        From :func:`violations`.
    rows
        For each index value, the row number in the raw file.
    where
        The file, for messages.
    shows
        Whether values may be shown, which those of restricted sources may not.
    """
    problems = []
    for (column, rule), group in found.groupby(["column", "rule"], sort=False):
        values = list(dict.fromkeys(_shown(value) for value in group["value"]))
        shown = ", ".join(values[:5]) + (f", … ({counted(len(values), 'different value')})" if len(values) > 5 else "")
        bad = rows.loc[group["index"].tolist()]
        problems.append(
            Problem(
                where,
                f"column `{column}` {rule}; found {shown if shows else 'what is not shown'} in {listed_rows(bad)}",
                hint=HINTS.get(str(rule), ""),
            )
        )
    return problems


def _shown(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, float):
        return f"{value:.10g}"
    shown = repr(value) if isinstance(value, str) else str(value)
    return shown if len(shown) <= 60 else shown[:57] + "…"


def _fitting(texts: pd.Series, pattern: str, name: str) -> pd.Series:
    """Tell which texts a pattern fits as a whole."""
    try:
        with limited(PATIENCE):
            return texts.str.fullmatch(pattern, na=False)
    except TakesTooLong:
        what = f"the pattern {pattern!r} takes more than {PATIENCE:g} seconds on the cells of this column"
        hint = "write it without a repetition inside a repetition"
        raise DataError([Problem(f"column `{name}`", what, hint=hint)]) from None
