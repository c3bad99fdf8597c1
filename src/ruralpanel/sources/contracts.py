"""Hold a typed table to what its source declares: keys, ranges and allowed values, through pandera."""

from __future__ import annotations

import pandas as pd

from ruralpanel.errors import Problem
from ruralpanel.storage import key_problems, listed_rows
from ruralpanel.study.sources import Column, Source


def violations(table: pd.DataFrame, source: Source, rows: pd.Series, where: str) -> list[Problem]:
    """Check a table against its source's declarations.

    Parameters
    ----------
    table
        The typed table.
    source
        The declaration of the source.
    rows
        For each index value, the row number in the raw file.
    where
        The file, for messages.

    Returns
    -------
    list of Problem
        Every violation, with the rows and values it was found in; empty when the contract holds.
    """
    problems = key_problems(table, source.key, where, rows)
    for name, declared in source.columns.items():
        if _bounded(declared) and not pd.api.types.is_numeric_dtype(table[name]):
            what = f"column `{name}` holds text, which has no minimum or maximum"
            problems.append(Problem(where, what, hint="give it `type: number` to see which rows are not numbers"))
    failures = _failures(table, source)
    for (column, check), group in failures.groupby(["column", "check"], sort=False):
        bad = rows.loc[group["index"].tolist()]
        values = ", ".join(dict.fromkeys(str(value) for value in group["failure_case"].head(5)))
        problems.append(Problem(where, f"column `{column}` {check}; found {values} in {listed_rows(bad)}"))
    return problems


def _bounded(column: Column) -> bool:
    return column.minimum is not None or column.maximum is not None


def _failures(table: pd.DataFrame, source: Source) -> pd.DataFrame:
    """Run the range and set checks of all columns and collect what failed."""
    import pandera.pandas as pandera

    columns = {}
    for name, declared in source.columns.items():
        checks = []
        if _bounded(declared) and not pd.api.types.is_numeric_dtype(table[name]):
            continue
        if declared.minimum is not None:
            checks.append(pandera.Check.ge(declared.minimum, error=f"must be at least {declared.minimum:g}"))
        if declared.maximum is not None:
            checks.append(pandera.Check.le(declared.maximum, error=f"must be at most {declared.maximum:g}"))
        if declared.allowed is not None:
            allowed = ", ".join(map(str, declared.allowed))
            checks.append(pandera.Check.isin(declared.allowed, error=f"must be one of {allowed}"))
        if checks:
            columns[name] = pandera.Column(checks=checks, nullable=True)
    if not columns:
        return pd.DataFrame(columns=["column", "check", "failure_case", "index"])
    try:
        pandera.DataFrameSchema(columns).validate(table, lazy=True)
    except pandera.errors.SchemaErrors as error:
        return pd.DataFrame(error.failure_cases[["column", "check", "failure_case", "index"]])
    return pd.DataFrame(columns=["column", "check", "failure_case", "index"])
