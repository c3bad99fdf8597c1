"""Withhold counts of few units, and what describes so few, as the terms of restricted sources ask.

A cell is what a row of a table is about: a cohort, a period, a value of a column. Where a total of several cells is
shown too, one withheld count follows from the others; then the next smallest is withheld with it (complementary
suppression; Hundepool et al. 2012, Statistical Disclosure Control, section 4.3).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralpanel.reasons import Reason, because, read, read_reason, written

MANY = 100
"""Different values from which on the mean of whole numbers does not tell how many have each."""

EFFECTS = ["cohort", "cell", "event_time", "period"]
"""Kinds of estimates that are of some of the treated, and add up to an average that is there too."""


COUNTS = frozenset({"rows", "units", "treated", "never", "entering", "zeros", "clusters"})
"""Names of arguments of reasons that are how many there are."""

COUNTS_OF = frozenset(
    {
        *(
            (code, "number")
            for code in ("of_them_treated", "treated_clusters", "clusters_to_compare_with", "level_missing")
        ),
        ("differences_of", "controls"),
        *(("changes_compared", name) for name in ("more", "less")),
    }
)
"""Arguments that are so in reasons of one code, with this code."""

_COUNTED = re.compile(r"(?<![\w.,])\d+(?:,\d{3})*(?= (?:value|row|unit|level|name|cell|place|pair)s?\b)")
"""A count before what is counted."""


def fewer_than(minimum: int) -> str:
    """Write what is printed in the place of a count that is withheld: ``<10``."""
    return f"<{minimum}"


def is_small(counts: Any, minimum: int) -> NDArray[np.bool_]:
    """Mark counts of some, and fewer than the minimum; nobody at all is no cell."""
    numbers = pd.to_numeric(pd.Series(counts), errors="coerce").to_numpy(dtype="float64")
    return np.asarray((numbers > 0) & (numbers < minimum))


def withheld(counts: Sequence[float] | pd.Series, minimum: int, total_shown: bool = True) -> NDArray[np.bool_]:
    """Mark the counts of a one-dimensional table that are not to be shown.

    Parameters
    ----------
    counts
        Of the cells, which do not overlap.
    minimum
        Counts of some below this are withheld.
    total_shown
        Whether their sum is known: then as many more are withheld, the smallest first, that two at least are, with at
        least ``minimum`` in all.

    Returns
    -------
    numpy.ndarray
        One truth value a count.
    """
    numbers = np.asarray(counts, dtype="float64")
    hidden = is_small(numbers, minimum)
    if not total_shown or not hidden.any():
        return hidden
    for position in np.argsort(numbers, kind="stable"):
        if hidden.sum() >= 2 and numbers[hidden].sum() >= minimum:
            break
        if numbers[position] > 0:
            hidden[position] = True
    return hidden


def codebook_without_small(codebook: pd.DataFrame, panel: Any, unit: pd.Series, minimum: int) -> pd.DataFrame:
    """Withhold from a codebook what is of few units: ends of ranges, commonest values, means, and counts.

    Parameters
    ----------
    codebook
        From :func:`ruralpanel.panel.codebook.codebook`.
    panel
        The panel, or its columns by name.
    unit
        The panel's column of units.
    minimum
        The least number of units.

    Returns
    -------
    pandas.DataFrame
        The ends of a range are empty unless that many units have each; examples are of values that as many have; counts
        of missing values below it are ``<10``.
    """
    told = codebook.astype("object")
    told.loc[is_small(codebook["missing"], minimum), "missing"] = fewer_than(minimum)
    told.loc[is_small(codebook["distinct"], minimum), "distinct"] = fewer_than(minimum)
    for position, name in zip(told.index, codebook["column"], strict=True):
        values = panel[name]
        by_value = unit.groupby(values).nunique()
        common = by_value[by_value >= minimum]
        if pd.api.types.is_numeric_dtype(values):
            ends = {"minimum": by_value.index.min(), "maximum": by_value.index.max()} if len(by_value) else {}
            for end, value in ends.items():
                if value not in common.index:
                    told.loc[position, end] = None
            # Of a few whole numbers, such as cohorts, a mean tells how often each is there.
            if len(common) < len(by_value) <= MANY and (by_value.index.to_numpy(dtype="float64") % 1 == 0).all():
                told.loc[position, "mean"] = None
        else:
            order = values[values.isin(common.index)].value_counts().head(3).index
            told.loc[position, "examples"] = ", ".join(map(str, order))
        if unit[values.notna()].nunique() < minimum:
            told.loc[position, "mean"] = None
    return told


def missingness_without_small(missingness: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """Withhold from counts by cohort and period those of small cohorts, and of few who are there or missing.

    Cohorts add up to all units, which are shown, so that of a designation's cohorts two at least are withheld.
    """
    hidden = pd.Series(False, index=missingness.index)
    for _, part in missingness.groupby(["designation", "period", "column"], sort=False):
        whole = withheld(part["units"], minimum, total_shown=len(part) > 1)
        there = withheld(part["present"], minimum, total_shown=len(part) > 1)
        hidden.loc[part.index] = whole | there
    # A cohort that is withheld in one period is in all, or what is left of its numbers would tell them.
    of_cohort = hidden.groupby([missingness["designation"], missingness["cohort"]]).transform("any")
    told = missingness.copy()
    numbers = ["units", "present", "missing", "attrition", "missing_share"]
    told[numbers] = told[numbers].astype("float64")
    told.loc[of_cohort, numbers] = np.nan
    few = is_small(missingness["missing"], minimum) | is_small(missingness["present"] - missingness["missing"], minimum)
    told.loc[few, ["missing", "missing_share"]] = np.nan
    gone = is_small((missingness["attrition"] * missingness["units"]).round(), minimum)
    told.loc[gone, ["present", "attrition"]] = np.nan
    return told


def balance_without_small(balance: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """Withhold from counts of who is observed when those of few units, with another beside one alone."""
    told = balance.astype({"units": "Float64", "share": "float64"})
    for _, part in balance.groupby(["designation", "status", "measure"], sort=False):
        hidden = withheld(part["units"], minimum, total_shown=len(part) > 1)
        told.loc[part.index[hidden], ["units", "share"]] = np.nan
    return told


def estimates_without_small(estimates: pd.DataFrame, unit: str, minimum: int) -> pd.DataFrame:
    """Withhold means of few units and effects on few, with their reason, and counts of few.

    Parameters
    ----------
    estimates
        Those of a block. Coefficients of all rows stay. Effects by cohort, event time or period are withheld where
        clusters are units, which tells how many are treated; of treated clusters above them only the number is.
    unit
        The column of units.
    minimum
        The least number of units.
    """
    told = estimates.copy()
    described = estimates["kind"].isin(["mean", "cohort_size"]) & estimates["units"].notna()
    keys = ["specification", "outcome", "estimator", "kind", "period"]
    hidden = pd.Series(False, index=estimates.index)
    for _, part in estimates[described].groupby(keys, sort=False, dropna=False):
        hidden.loc[part.index] = withheld(part["units"], minimum, total_shown=len(part) > 1)
    by_unit = estimates["kind"].isin(EFFECTS) & estimates["clustered_by"].eq(written([unit]))
    by_unit &= ~(estimates["event_time"] < 0).fillna(False) & estimates["treated_clusters"].notna()
    for _, part in estimates[by_unit].groupby(["specification", "outcome", "estimator", "kind"], sort=False):
        hidden.loc[part.index] = withheld(part["treated_clusters"], minimum)
    numbers = [name for name in told if told[name].dtype.kind == "f" and name != "interval_level"]
    told.loc[hidden, [*numbers, "observations", "units", "clusters", "treated_clusters"]] = pd.NA
    told = _reasons_without_small(told, ["reason"], minimum)
    reason = because("below_minimum_cell", minimum=minimum)
    told.loc[hidden, ["reason", "reason_arguments"]] = [reason.code, written(reason.arguments)]
    for name in ("observations", "units", "clusters", "treated_clusters"):
        told.loc[is_small(estimates[name], minimum), name] = pd.NA
    # Of an equation some of whose treated are few, only the number of all that are treated is told.
    all_of = estimates.groupby(["specification", "outcome", "estimator"])["treated_clusters"].transform("max")
    some = pd.Series(is_small(estimates["treated_clusters"], minimum), index=estimates.index)
    some = some.groupby([estimates[name] for name in ("specification", "outcome", "estimator")]).transform("any")
    told.loc[some & (estimates["treated_clusters"] < all_of).fillna(False), "treated_clusters"] = pd.NA
    return told


def ledger_without_small(ledger: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """Withhold from a ledger the numbers of units, of treated units and of rows lost that are few.

    Where a step loses few rows, what is left after it is withheld as far down as few are lost in all; the steps below
    begin with what is left then. Counts in reasons are ``<10``, those in words among them.
    """
    told = ledger.copy()
    told.loc[is_small(ledger["units"], minimum), "units"] = pd.NA
    kept = [
        {name: number for name, number in (read(cell) or {}).items() if not 0 < number < minimum}
        for cell in ledger["treated_units"]
    ]
    told["treated_units"] = [written(each) if each else "" for each in kept]
    told["reason"] = [_cell_without_small(cell, minimum) for cell in ledger["reason"]]
    told[["rows_in", "rows_out"]] = told[["rows_in", "rows_out"]].astype("Int64")
    for _, lines in ledger.groupby(["stage", "table"], sort=False):
        known, before = int(lines["rows_in"].iloc[0]), None
        for line, left in lines["rows_out"].items():
            if before is not None:
                told.loc[line, "rows_in"] = pd.NA
            few = 0 < abs(known - left) < minimum
            if few:
                told.loc[line, "rows_out"] = pd.NA
            known, before = (known, line) if few else (left, None)
    return told


def findings_without_small(findings: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """Write ``<10`` in the place of the counts of few in findings, and leave such numbers out."""
    told = _reasons_without_small(findings, ["flaw", "remedy"], minimum)
    numbers = [
        {name: each for name, each in (read(cell) or {}).items() if not (name in COUNTS and 0 < each < minimum)}
        for cell in findings["numbers"]
    ]
    return told.assign(numbers=[written(each) for each in numbers])


def _reasons_without_small(frame: pd.DataFrame, apart: Sequence[str], minimum: int) -> pd.DataFrame:
    """Do so in all cells of a frame with reasons, and where a code and its arguments stand apart."""
    told = frame.copy()
    for name in told.columns[told.dtypes.map(pd.api.types.is_string_dtype)]:
        of_reasons = told[name].str.startswith(('{"code"', '[{"code"'), na=False)
        told.loc[of_reasons, name] = [_cell_without_small(cell, minimum) for cell in told.loc[of_reasons, name]]
    for name in apart:
        pairs = zip(told[name].fillna(""), told[f"{name}_arguments"].fillna(""), strict=True)
        reasons = [reason_without_small(read_reason(code, cell), minimum) for code, cell in pairs]
        told[f"{name}_arguments"] = [written(each.arguments) if each else "" for each in reasons]
    return told


def reason_without_small(reason: Reason | None, minimum: int) -> Reason | None:
    """Write ``<10`` in the place of the counts of few that a reason tells."""
    if reason is None:
        return None
    return because(reason.code, **{name: _argument(reason.code, name, each, minimum) for name, each in reason.pairs})


def _argument(code: str, name: str, value: Any, minimum: int) -> Any:
    if isinstance(value, Reason):
        return reason_without_small(value, minimum)
    if isinstance(value, tuple):
        return tuple(_argument(code, name, each, minimum) for each in value)
    counts = name in COUNTS or (code, name) in COUNTS_OF
    return fewer_than(minimum) if counts and isinstance(value, int | float) and 0 < value < minimum else value


def _cell_without_small(cell: Any, minimum: int) -> Any:
    """Do so in a cell with a reason, or in one with words, in which a count stands before what is counted."""
    if not isinstance(cell, str) or not cell:
        return cell
    if cell.startswith(("{", "[")):
        return written(_argument("", "", read(cell), minimum))
    few = fewer_than(minimum)
    return _COUNTED.sub(lambda found: few if 0 < int(found.group().replace(",", "")) < minimum else found.group(), cell)


def matches_without_small(matches: pd.DataFrame, counted: str, minimum: int) -> pd.DataFrame:
    """Withhold from counts of rows by place and period those of few."""
    told = matches.copy()
    told[counted] = told[counted].astype("Int64")
    told.loc[is_small(matches[counted], minimum), counted] = pd.NA
    return told
