"""Nominal values → real ones, by a series of prices: an index with one base, or one that is chained."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

import numpy as np
import pandas as pd

from ruralpanel.errors import DataError, Problem, counted
from ruralpanel.frames.keys import require_same_kind, with_whole_numbers
from ruralpanel.frames.periods.frequency import YEAR, Frequency
from ruralpanel.frames.periods.spelling import read_period
from ruralpanel.frames.storage import key_problems
from ruralpanel.panel.periods import spans
from ruralpanel.study.measures import Deflator

EVERYWHERE = ""
"""Stands for the region of a series that has none."""

SMALLEST_OF_PREVIOUS_YEAR = 10.0
"""Per cent of the previous year's prices below which an index is taken for something else."""


def real_values(
    table: pd.DataFrame,
    amount: pd.Series,
    name: str,
    deflator: Deflator,
    prices: pd.DataFrame,
    period: pd.Series,
    of: Frequency = YEAR,
) -> tuple[pd.Series, str]:
    """Divide nominal values by the prices of their period, in units of the base's prices.

    Parameters
    ----------
    table
        The panel so far.
    amount
        The nominal values of its rows.
    name
        The deflator's name, for messages.
    deflator
        How prices are read.
    prices
        The typed table of the deflator's source.
    period
        For each row, the period of the series whose prices it has.
    of
        What periods of the series are.

    Returns
    -------
    tuple of (pandas.Series, str)
        The real values, missing where the nominal value or its region is missing, and where prices are and this is
        declared to mean missing; and words on prices and missing values for the ledger.

    Raises
    ------
    DataError
        If rows of the series share a period (and region), its index is not positive, the base has no prices, or values
        have none and this is not declared to mean missing.
    """
    where = f"deflator {name}"
    base = base_of(deflator, of)
    series = _series_by_region(prices, deflator, where, of)
    if deflator.region is not None:
        require_same_kind(table, prices, deflator.region, deflator.source, where)
    relative = {region: relative_prices(of_region, deflator, base) for region, of_region in series.items()}
    if not any(base in each.index for each in relative.values()):
        years = [year for of_region in series.values() for year in of_region.index]
        what = f"`{deflator.source}` has no {deflator.index} from which prices of the base {deflator.base} follow"
        hint = f"it has {spans(set(years), of=of)}" if years else "it has no row with an index"
        raise DataError([Problem(where, what, hint=hint)])
    region = table[deflator.region] if deflator.region is not None else pd.Series(EVERYWHERE, index=table.index)
    known = (amount.notna() & region.notna()).to_numpy()
    # Each region and period is looked up once, however many rows are of it.
    of_region, regions = pd.factorize(region)
    of_period, periods = pd.factorize(period)
    levels = np.full((len(regions) + 1, len(periods)), np.nan)
    for number, each in enumerate(regions):
        if each in relative:
            levels[number] = relative[each].reindex(periods).to_numpy()
    level = pd.Series(levels[of_region, of_period], index=table.index)
    without = known & level.isna().to_numpy()
    words = []
    if without.any():
        lacking = pd.MultiIndex.from_arrays([region[without].to_numpy(dtype=object), period[without].to_numpy()])
        told = _lacking(lacking, series, deflator, of)
        if deflator.unmatched == "fail":
            what = f"`{deflator.source}` lacks {deflator.index} for {counted(int(without.sum()), 'value')}: {told}"
            hint = "add it to the series, or declare `unmatched: missing`"
            raise DataError([Problem(where, what, hint=hint)])
        words.append(f"no prices in {counted(int(without.sum()), 'row')}, now missing: {told}")
    used = level[known]
    if used.notna().any():
        span = f"prices from {used.min():.3f} to {used.max():.3f} times those of {deflator.base}"
        words.insert(0, span)
    unknown = int((~known).sum())
    words += [f"an input is missing in {counted(unknown, 'row')}"] if unknown else []
    return amount.where(known) / level, "; ".join(words)


def base_of(deflator: Deflator, of: Frequency) -> int:
    """Read the base as the series has its periods.

    Parameters
    ----------
    deflator
        The deflator.
    of
        What periods of its series are.

    Raises
    ------
    DataError
        If the base is no such period.
    """
    if of.is_plain and isinstance(deflator.base, int):
        return deflator.base
    spelt = read_period(deflator.base)
    if spelt is None or spelt.of != of.name:
        what = f"the base {deflator.base} is no {of.noun}, as the periods of `{deflator.source}` are"
        raise DataError([Problem("panel.deflators", what, hint=f"write it as {of.example}")])
    return spelt.ordinal


def relative_prices(series: pd.Series, deflator: Deflator, base: int) -> pd.Series:
    """Give prices as multiples of the base's.

    A chained index :math:`p_t` (previous year = 100) gives the level :math:`L_t = L_{t-1} p_t / 100`, with
    :math:`L = 1` in the base; before the base, :math:`L_{t-1} = 100 L_t / p_t`.

    Parameters
    ----------
    series
        The index by period, in order and without missing values.
    deflator
        Its kind.
    base
        The period in which prices are 1, as an ordinal.

    Returns
    -------
    pandas.Series
        By period; without those that no prices can be told of.
    """
    if series.empty or deflator.kind == "level":
        in_base = float(series.get(base, np.nan))
        relative: pd.Series = series / in_base
        return relative.dropna()
    first, last = int(series.index[0]), int(series.index[-1])
    if not first - 1 <= base <= last:
        return pd.Series(dtype="float64")
    ratio = series.reindex(range(first, last + 1)) / 100
    after = ratio.loc[base + 1 :].cumprod(skipna=False)
    before = 1 / ratio.loc[:base][::-1].cumprod(skipna=False)
    before.index = before.index - 1
    levels: pd.Series = pd.concat([before[::-1], pd.Series({base: 1.0}), after])
    return levels.dropna()


def _series_by_region(prices: pd.DataFrame, deflator: Deflator, where: str, of: Frequency) -> dict[Hashable, pd.Series]:
    """Split the source into one series a region, and refuse an index that cannot be one."""
    prices = with_whole_numbers(
        prices, deflator.period, f"source {deflator.source}", "period", None if of is YEAR else of
    )
    problems = key_problems(prices, deflator.key, f"source {deflator.source}")
    if problems:
        raise DataError(problems)
    if not pd.api.types.is_numeric_dtype(prices[deflator.index]):
        what = f"`{deflator.index}` of `{deflator.source}` holds text, not an index"
        raise DataError([Problem(where, what, hint="give the column `type: number`")])
    index = prices[deflator.index].astype("float64")
    chained = deflator.kind != "level"
    impossible = prices[index < SMALLEST_OF_PREVIOUS_YEAR if chained else index <= 0]
    if len(impossible):
        first = impossible.sort_values(deflator.key, kind="stable").head(1).to_dict("records")[0]
        first[deflator.period] = of.label(first[deflator.period])
        place = ", ".join(str(first[column]) for column in deflator.key)
        what = f"`{deflator.index}` of `{deflator.source}` is {first[deflator.index]:g} in {place}, which is no "
        what += f"index of prices with the {deflator.kind.replace('_', ' ')} at 100" if chained else "level of prices"
        hint = "a ratio such as 1.02 needs `scale: 100` in the source's column" if chained else "prices are positive"
        raise DataError([Problem(where, what, hint=hint)])
    frame = pd.DataFrame({"period": prices[deflator.period], "index": index, "region": EVERYWHERE})
    if deflator.region is not None:
        frame["region"] = prices[deflator.region]
    frame = frame.dropna(subset=["index"]).sort_values(["region", "period"], kind="stable")
    return {region: group.set_index("period")["index"] for region, group in frame.groupby("region", sort=True)}


def _lacking(rows: pd.MultiIndex, series: dict[Hashable, pd.Series], deflator: Deflator, of: Frequency) -> str:
    """Name the periods of the series that are needed and not there, region by region."""
    needed = rows.unique().to_frame(index=False, name=["region", "period"])
    parts, base = [], base_of(deflator, of)
    for region, group in needed.groupby("region", sort=True):
        if region not in series:
            parts.append("all of " + str(region))
            continue
        there = set(series[region].index)
        lacking = set(_links(group["period"], deflator, base)) - there or {base}
        where = f" in {region!s}" if deflator.region is not None else ""
        parts.append(f"{spans(lacking, of=of)}{where}")
    return "; ".join(parts[:5]) + (f"; … ({counted(len(parts), 'region')} in all)" if len(parts) > 5 else "")


def _links(periods: Iterable[int], deflator: Deflator, base: int) -> Iterable[int]:
    """List the periods whose index the prices of other periods rest on."""
    for period in periods:
        if deflator.kind == "level":
            yield from (period, base)
        else:
            yield from range(min(period, base) + 1, max(period, base) + 1)
