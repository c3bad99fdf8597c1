"""Compute the derived columns of a panel: real values, values per head, winsorised ones, growth and its dispersion,
lags and baselines."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ruralpanel.errors import DataError, Problem, counted
from ruralpanel.frames.expressions import evaluate_number
from ruralpanel.frames.periods.column import with_labels
from ruralpanel.frames.periods.conditions import with_ordinals
from ruralpanel.frames.periods.frequency import YEAR, Frequency, is_finer, labelled
from ruralpanel.frames.storage import is_in_order, key_problems, sorted_by
from ruralpanel.panel.deflation import real_values
from ruralpanel.panel.periods import YEARS, PanelPeriods, spans
from ruralpanel.study.measures import Derived
from ruralpanel.study.panel import Panel

MOST_GROUPS = 20
"""Groups whose bounds the ledger tells one by one; of more it tells the range."""


def derive(
    table: pd.DataFrame,
    derived: Derived,
    panel: Panel,
    tables: Mapping[str, pd.DataFrame],
    periods: PanelPeriods = YEARS,
) -> tuple[pd.Series, str]:
    """Compute one derived column.

    Parameters
    ----------
    table
        The panel so far, one row a unit and period, in any order.
    derived
        How the column is computed.
    panel
        The study's ``panel`` section, for its keys and deflators.
    tables
        The typed table of every source, for prices.
    periods
        What the panel's periods are, and those of its columns.

    Returns
    -------
    tuple of (pandas.Series, str)
        The values, missing where they cannot be known or are not finite; and, for the ledger, what was done and how
        many values are missing for which reason.

    Raises
    ------
    DataError
        If a column holds text where numbers are needed, or prices or the period of a baseline are not there.
    """
    if derived.expression is not None:
        values, told = evaluate_number(table, with_ordinals(derived.expression, periods.columns))
        return values, _sentence(derived.expression, told)
    column = _numbers(table, derived.column, derived.way)
    if derived.real is not None:
        name = str(derived.deflator)
        deflator = panel.deflators[name]
        in_period = table[panel.period]
        of_prices = periods.prices.get(name, YEAR)
        # Prices of years deflate all quarters of a year.
        if is_finer(periods.of.name, of_prices.name):
            different = in_period.unique()
            in_period = in_period.map(
                {each: of_prices.ordinal_of_day(periods.of.first_day(each)) for each in different}
            )
        values, told = real_values(table, column, name, deflator, tables[deflator.source], in_period, of_prices)
    elif derived.per_head is not None:
        values, told = per_head(column, _numbers(table, str(derived.population), derived.way))
    elif derived.winsorise is not None:
        values, told = _winsorised(table, column, derived, periods)
    elif derived.growth is not None:
        values, told = _growth(table, column, derived, panel)
    elif derived.growth_dispersion is not None:
        values, told = _growth_dispersion(table, column, derived, panel, periods.of)
    elif derived.lag is not None:
        values, told = _lagged(table, column, derived, panel)
    else:
        values, told = _baseline(table, column, derived, panel, periods.of)
    beyond = np.isinf(values)
    lost = f"not a finite number in {counted(int(beyond.sum()), 'row')}, now missing" if beyond.any() else ""
    return values.mask(beyond), _sentence(derived.words(panel.deflators, panel.period, periods.of), told, lost)


def per_head(amount: pd.Series, population: pd.Series) -> tuple[pd.Series, str]:
    """Divide by a population; nobody, or fewer, is no population.

    Parameters
    ----------
    amount, population
        Of each row; the population in persons.

    Returns
    -------
    tuple of (pandas.Series, str)
        The amount a person, and what is missing and why.
    """
    nobody = population <= 0
    unknown = amount.isna() | population.isna()
    told = _missing(unknown, "an input is missing")
    empty = _missing(nobody & ~unknown, f"{population.name} is zero or negative", ", now missing")
    return amount / population.mask(nobody), _sentence(told, empty)


def quantile_bounds(
    values: pd.Series, groups: pd.Series, lower: float | None, upper: float | None
) -> tuple[pd.Series, pd.Series]:
    """Find the bounds of winsorising: quantiles of each group, interpolated linearly between values.

    Hyndman and Fan (1996), definition 7: of :math:`n` values in order, the quantile :math:`q` is at position
    :math:`1 + (n - 1) q`.

    Parameters
    ----------
    values
        Missing ones count for nothing.
    groups
        The group of each.
    lower, upper
        The quantiles; none where that side has no bound.

    Returns
    -------
    tuple of (pandas.Series, pandas.Series)
        The lower and the upper bound by group, infinite where there is none.
    """
    grouped = values.groupby(groups)
    low, high = (
        grouped.quantile(quantile) if quantile is not None else grouped.size().astype("float64") * 0 + side
        for quantile, side in ((lower, -np.inf), (upper, np.inf))
    )
    return low, high


def _winsorised(
    table: pd.DataFrame, values: pd.Series, derived: Derived, periods: PanelPeriods
) -> tuple[pd.Series, str]:
    by = derived.by or []
    groups = table.groupby(by, sort=True).ngroup() if by else pd.Series(0, index=table.index)
    grouped = groups.notna()
    low, high = quantile_bounds(values[grouped], groups[grouped], derived.lower, derived.upper)
    result = values.where(grouped).clip(groups.map(low), groups.map(high))
    told = [_missing(values.isna() | ~grouped, "an input is missing")]
    raised, lowered = int((values.where(grouped) < result).sum()), int((values.where(grouped) > result).sum())
    told += [f"{counted(raised, 'value')} raised"] if derived.lower is not None else []
    told += [f"{counted(lowered, 'value')} lowered"] if derived.upper is not None else []
    names = _group_names(with_labels(table[by], periods.columns), by, groups)
    bounds = pd.DataFrame({"low": low, "high": high}).dropna()
    if len(bounds) <= MOST_GROUPS:
        shown = [f"{names[group]}{_bounds_words(low, high)}" for group, low, high in bounds.itertuples(name=None)]
        told.append(f"bounds {'; '.join(shown)}")
    else:
        told.append(
            f"bounds of {counted(len(bounds), 'group')}: "
            + " and ".join(
                f"{side} ones from {_number(each.min())} to {_number(each.max())}"
                for side, each, quantile in (
                    ("lower", bounds["low"], derived.lower),
                    ("upper", bounds["high"], derived.upper),
                )
                if quantile is not None
            )
        )
    return result, _sentence(*told)


def _group_names(table: pd.DataFrame, by: list[str], groups: pd.Series) -> dict[int, str]:
    if not by:
        return {0: ""}
    first = table[by].assign(group=groups).dropna().drop_duplicates("group")
    return {int(row["group"]): ", ".join(str(row[name]) for name in by) + ": " for row in first.to_dict("records")}


def _bounds_words(low: float, high: float) -> str:
    if np.isinf(low):
        return f"at most {_number(high)}"
    return f"at least {_number(low)}" if np.isinf(high) else f"{_number(low)} to {_number(high)}"


def _growth(table: pd.DataFrame, now: pd.Series, derived: Derived, panel: Panel) -> tuple[pd.Series, str]:
    told = [_missing(now.isna(), f"{now.name} is missing")]
    if derived.periods is not None:
        then, there = _at_distance(table, now, derived.periods, panel)
        distance = pd.Series(float(derived.periods), index=table.index)
        before = f"{counted(derived.periods, panel.period)} before"
        told.append(_missing(now.notna() & ~there, f"no row {before}"))
        told.append(_missing(now.notna() & there & then.isna(), f"{now.name} is missing {before}"))
    else:
        then, distance = _previous_known(table, now, panel)
        told.append(_missing(now.notna() & then.isna(), f"no earlier value of {now.name}"))
        known = distance[now.notna() & then.notna()]
        if len(known):
            low, high = int(known.min()), int(known.max())
            told.append(f"since {counted(low, panel.period) if low == high else f'{low} to {high} {panel.period}s'}")
    both = now.notna() & then.notna()
    is_rate = derived.measure == "rate"
    defined = (then > 0) & ((now >= 0) if is_rate else (now > 0))
    ratio = (now / then).where(defined)
    logarithm = pd.Series(np.log(ratio.mask(ratio == 0)), index=table.index)
    values = ratio ** (1 / distance) - 1 if is_rate else logarithm / distance
    told.append(_missing(both & ~defined, "a zero or a negative value has no growth", ", now missing"))
    return values, _sentence(*told)


def _lagged(table: pd.DataFrame, values: pd.Series, derived: Derived, panel: Panel) -> tuple[pd.Series, str]:
    distance = derived.periods or 0
    found, there = _at_distance(table, values, distance, panel)
    where = f"{counted(abs(distance), panel.period)} {'before' if distance > 0 else 'later'}"
    told = [_missing(~there, f"no row {where}"), _missing(there & found.isna(), f"{values.name} is missing {where}")]
    return found, _sentence(*told)


def _baseline(
    table: pd.DataFrame, values: pd.Series, derived: Derived, panel: Panel, of: Frequency
) -> tuple[pd.Series, str]:
    first, last = derived.span
    period, unit = table[panel.period], table[panel.unit]
    within = period.between(first, last)
    if not within.any():
        what = f"`baseline: {derived.baseline}` is of {' to '.join(dict.fromkeys(labelled((first, last), of)))}, "
        hint = f"the panel has {spans(map(int, period.unique()), of=of)}"
        raise DataError([Problem("panel", what + f"and no row of the panel is of that {panel.period}", hint=hint)])
    code, units = pd.factorize(unit)
    known = pd.DataFrame({"unit": code, "period": period, "value": values})[within & values.notna() & (code >= 0)]
    # Sums of the same numbers in another order differ in their last digits, so the order is made one.
    of_unit = sorted_by(known, ["unit", "period"]).groupby("unit")["value"].agg(["mean", "size"])
    means = of_unit["mean"].reindex(range(len(units))).to_numpy(dtype="float64")
    result = pd.Series(np.append(means, np.nan)[code], index=table.index)
    lost = len(np.unique(code[result.isna() & (code >= 0)]))
    told = [f"not observed in {counted(lost, 'unit')}, so missing in {counted(int(result.isna().sum()), 'row')}"]
    told = told if lost else []
    periods = int(period[within].nunique())
    fewer = int((of_unit["size"] < periods).sum())
    if fewer:
        told.append(f"of fewer than all {counted(periods, panel.period)} in {counted(fewer, 'unit')}")
    return result, _sentence(*told)


def _growth_dispersion(
    table: pd.DataFrame, values: pd.Series, derived: Derived, panel: Panel, of: Frequency
) -> tuple[pd.Series, str]:
    """Take, by unit and window, the standard deviation of growth that period and group do not explain."""
    then, _ = _at_distance(table, values, 1, panel)
    ratio = (values / then).where((values > 0) & (then > 0))
    unit, period = table[panel.unit], table[panel.period].astype("int64")
    growth = pd.DataFrame({"unit": unit, "period": period, "growth": np.log(ratio)}, index=table.index)
    growth = growth.assign(**{f"group {name}": table[name] for name in derived.by or []})
    groups = ["period", *(f"group {name}" for name in derived.by or [])]
    # Sums of the same numbers in another order differ in their last digits, so the order is made one.
    known = growth.dropna().sort_values(["unit", "period"], kind="stable")
    same = known.groupby(groups)["growth"]
    known["residual"] = (known["growth"] - same.transform("mean")).where(same.transform("size") > 1)
    alone = int(known["residual"].isna().sum())
    told = [f"nobody to compare growth with in {counted(alone, 'row')}"] if alone else []
    result = pd.Series(np.nan, index=table.index)
    for first, last in derived.windows or []:
        of_unit = known[known["period"].between(first, last)].groupby("unit")["residual"].agg(["std", "count"])
        enough = of_unit["std"].where(of_unit["count"] >= (derived.at_least or last - first + 1))
        at_end = period == last
        result = result.where(~at_end, unit.map(enough))
        window = " to ".join(labelled((first, last), of))
        told.append(f"{window}: {counted(int(result[at_end].notna().sum()), 'unit')} of {int(at_end.sum()):,}")
    return result, _sentence(*told)


def _at_distance(table: pd.DataFrame, values: pd.Series, distance: int, panel: Panel) -> tuple[pd.Series, pd.Series]:
    """Look up the value of the same unit so many periods before, and whether it has a row then."""
    problems = key_problems(table, [panel.unit, panel.period], "panel")
    if problems:
        raise DataError(problems)
    code, period = pd.factorize(table[panel.unit])[0], table[panel.period].to_numpy()
    first, last = int(period.min()), int(period.max())
    place = code * (last - first + 1) + (period - first)
    order = np.argsort(place, kind="stable")
    then = period - distance
    within = (then >= first) & (then <= last)
    position = np.minimum(np.searchsorted(place, place - distance, sorter=order), len(place) - 1)
    found = order[position]
    there = pd.Series(within & (place[found] == place - distance), index=table.index)
    return pd.Series(values.to_numpy()[found], index=table.index).where(there), there


def _previous_known(table: pd.DataFrame, values: pd.Series, panel: Panel) -> tuple[pd.Series, pd.Series]:
    """Find the unit's latest known value before each row, and how many periods lie between."""
    code = pd.factorize(table[panel.unit])[0]
    frame = pd.DataFrame({"unit": code, "period": table[panel.period], "value": values})
    known = frame[values.notna() & (code >= 0)]
    if not is_in_order(known, ["unit", "period"]):
        known = known.sort_values(["unit", "period"], kind="stable")
    before = known.groupby("unit")[["period", "value"]].shift()
    then = before["value"].reindex(table.index)
    return then, (table[panel.period] - before["period"].reindex(table.index)).astype("float64")


def _numbers(table: pd.DataFrame, column: str, way: str) -> pd.Series:
    values = table[column]
    if not pd.api.types.is_numeric_dtype(values):
        hint = "give the column `type: number` to see which rows are not numbers"
        raise DataError([Problem("panel", f"`{column}` holds text, and `{way}` takes numbers", hint=hint)])
    return pd.Series(values.to_numpy(dtype="float64", na_value=np.nan), index=values.index, name=column)


def _missing(rows: pd.Series, why: str, consequence: str = "") -> str:
    return f"{why} in {counted(int(rows.sum()), 'row')}{consequence}" if rows.any() else ""


def _sentence(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def _number(value: float) -> str:
    """Write a bound with as many digits as tell it from its neighbours."""
    return f"{value:,.2f}" if abs(value) >= 100 else f"{value:.4g}"
