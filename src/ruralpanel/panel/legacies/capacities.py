"""Add the capacities of a study's legacies to a panel, and tell how each was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ruralpanel.errors import DataError, Problem, counted
from ruralpanel.frames.ledger import Ledger
from ruralpanel.panel.legacies.proxies import place_of, proxy_problems, reference_units, unit_values
from ruralpanel.panel.legacies.reliability import item_rest_correlations, share_within, standardised_alpha
from ruralpanel.panel.legacies.summary_index import SummaryIndex, UndefinedIndex, summary_index
from ruralpanel.panel.periods import YEARS, PanelPeriods
from ruralpanel.study.legacies import INDEX_WORDS, Capacity, Legacy

MEASURES = {
    "legacy": "the legacy",
    "capacity": "the capacity",
    "column": "the capacity again, in the row of its index, or the proxy",
    "role": "`index` or `proxy`",
    "label": "as the study declares it",
    "method": "of the index: `icw`, `first_component` or `mean`",
    "sign": "of a proxy",
    "vintage": "of a proxy: the year it describes",
    "level": "of a proxy: the column it was measured by, empty for the unit",
    "units": "units that have it",
    "missing_share": "share of the panel's units that do not",
    "reference_units": "units of the reference group that have it",
    "mean": "in the reference group, of the index before it is standardised",
    "standard_deviation": "the same, over n − 1",
    "weight": "of a proxy: its share in the inverse-covariance weights or the mean (all sum to one), or its loading on "
    "the first component (squares sum to one)",
    "item_rest_correlation": "of a proxy with the sum of the others, all standardised and with their signs, over all "
    "units",
    "alpha": "of the index: Cronbach's alpha of its standardised proxies, over all units",
    "explained_by_first_component": "of the index: share of the variance of its standardised proxies that their first "
    "principal component explains, over all units",
}
"""The columns of the table of capacities and proxies, and what they hold; those of groups come after them."""

WITHIN = (
    "share of the variance within the groups of the column NAME, one less the intraclass correlation (analysis of "
    "variance, groups of unequal size; a negative one counts as zero); 0 for what is measured for the group"
)
"""What the columns ``within_NAME`` of that table hold."""

MEASURE_KEY = ["capacity", "column"]
CORRELATION_KEY = ["capacity", "other"]
CORRELATION_COLUMNS = [*CORRELATION_KEY, "correlation", "units"]


class Measured(NamedTuple):
    """A panel with its capacities.

    Parameters
    ----------
    panel
        With one column a capacity.
    measures
        One row a capacity and one a proxy of it, with the columns of :data:`MEASURES` and, for every group,
        ``within_<group>``.
    correlations
        One row a pair of capacities, either way round, with the columns :data:`CORRELATION_COLUMNS`.
    """

    panel: pd.DataFrame
    measures: pd.DataFrame
    correlations: pd.DataFrame


def add_legacies(
    panel: pd.DataFrame,
    legacies: Mapping[str, Legacy],
    designations: Sequence[str],
    unit: str,
    region: str | None,
    ledger: Ledger,
    periods: PanelPeriods = YEARS,
) -> Measured:
    """Add one column for each capacity of a study.

    Parameters
    ----------
    panel
        One row a unit and period, with the columns of designations and places.
    legacies
        The study's ``legacies`` section.
    designations
        The names of its designations.
    unit
        The panel's unit.
    region
        The panel's region, where it has one.
    ledger
        Gets a line for every capacity.
    periods
        What the panel's periods are.

    Returns
    -------
    Measured
        The panel with the new columns, and how they were measured. Statistics count each unit once.

    Raises
    ------
    DataError
        If a proxy is not one value a unit, does not vary, or is not older than the first designation, or if proxies do
        not define the index; all such problems at once.
    """
    problems = proxy_problems(panel, legacies, designations, unit, periods)
    if problems:
        raise DataError(problems)
    indices: dict[str, SummaryIndex] = {}
    rows: list[dict[str, Any]] = []
    for legacy_name, legacy in legacies.items():
        for name, capacity in legacy.capacities.items():
            proxies = unit_values(panel, list(capacity.proxies), unit)
            reference = reference_units(panel, capacity.reference, unit, periods)
            complete = capacity.missing_proxies == "complete"
            try:
                index = summary_index(proxies * _signs(capacity), capacity.index, reference == 1, complete)
            except UndefinedIndex as error:
                problems.append(Problem("panel", str(error), place_of(legacy_name, name)))
                continue
            indices[name] = index
            panel = panel.assign(**{name: panel[unit].map(index.values)})
            groups = {column: panel.groupby(unit)[column].first() for column in groups_of(capacity, region)}
            measured = _measures(name, capacity, index, proxies, reference == 1, groups)
            rows += [{"legacy": legacy_name, "capacity": name, **row} for row in measured]
            words = _summary(capacity, index, proxies, reference)
            words += _filled(panel, capacity, unit)
            ledger.note(f"capacity {name}", len(panel), panel, "; ".join(words), [name])
    if problems:
        raise DataError(problems)
    columns = [*MEASURES, *dict.fromkeys(key for row in rows for key in row if key not in MEASURES)]
    measures = pd.DataFrame(rows, columns=columns).astype({"vintage": "Int64"})
    return Measured(panel, measures, _correlations(indices))


def groups_of(capacity: Capacity, region: str | None) -> list[str]:
    """List the columns of groups within which a capacity's variance is told: its own, its levels, the region."""
    levels = [proxy.level for proxy in capacity.proxies.values() if proxy.level is not None]
    return list(dict.fromkeys([*capacity.within, *levels, *([region] if region is not None else [])]))


def _measures(
    name: str,
    capacity: Capacity,
    index: SummaryIndex,
    proxies: pd.DataFrame,
    reference: pd.Series,
    groups: Mapping[str, pd.Series],
) -> list[dict[str, Any]]:
    """Describe an index and its proxies, one row each."""
    signs = _signs(capacity)
    correlations = ((proxies.dropna() if capacity.missing_proxies == "complete" else proxies) * signs).corr()
    rest = item_rest_correlations(correlations)

    def described(column: str, series: pd.Series) -> dict[str, Any]:
        return {
            "column": column,
            "units": int(series.notna().sum()),
            "missing_share": float(series.isna().mean()),
            "reference_units": int(series[reference].notna().sum()),
            **{f"within_{group}": share_within(series, of_units) for group, of_units in groups.items()},
        }

    rows: list[dict[str, Any]] = [
        described(name, index.values)
        | {
            "role": "index",
            "label": capacity.label,
            "method": capacity.index,
            "mean": index.mean,
            "standard_deviation": index.deviation,
            "alpha": standardised_alpha(correlations),
            "explained_by_first_component": index.explained,
        }
    ]
    for column, proxy in capacity.proxies.items():
        rows.append(
            described(column, proxies[column])
            | {
                "role": "proxy",
                "label": proxy.label,
                "sign": proxy.sign,
                "vintage": proxy.vintage,
                "level": proxy.level,
                "mean": index.means[column] * signs[column],
                "standard_deviation": index.deviations[column],
                "weight": index.weights[column],
                "item_rest_correlation": rest[column],
            }
        )
    return rows


def _correlations(indices: Mapping[str, SummaryIndex]) -> pd.DataFrame:
    """Correlate every capacity with every one, over the units that have both."""
    rows = []
    for name, index in indices.items():
        for other, another in indices.items():
            both = pd.concat([index.values, another.values], axis=1).dropna()
            varying = (both.nunique() > 1).all()
            correlation = both.iloc[:, 0].corr(both.iloc[:, 1]) if varying else np.nan
            rows.append((name, other, 1.0 if name == other else correlation, len(both)))
    return pd.DataFrame(rows, columns=CORRELATION_COLUMNS)


def _signs(capacity: Capacity) -> pd.Series:
    """Give for each proxy 1, or −1 where less of it means more of the capacity."""
    return pd.Series({column: -1 if each.sign == "negative" else 1 for column, each in capacity.proxies.items()})


def _summary(capacity: Capacity, index: SummaryIndex, proxies: pd.DataFrame, reference: pd.Series) -> list[str]:
    """Say in words what an index was made of, and for whom it is missing."""
    has = index.values.notna()
    words = [f"{INDEX_WORDS[capacity.index]} of {', '.join(capacity.proxies)}"]
    words.append(f"{counted(int(has.sum()), 'unit')} with it, {int((~has).sum()):,} without")
    some = int((has & proxies.isna().any(axis=1)).sum())
    words += [f"{counted(some, 'unit')} from some of the proxies only"] if some else []
    if capacity.reference is not None:
        words.append(
            f"standardised in {counted(int((has & (reference == 1)).sum()), 'unit')} with {capacity.reference}"
        )
        untold = int(reference.isna().sum())
        words += [f"whether it holds is unknown of {counted(untold, 'unit')}, left out of these"] if untold else []
    against = [f"{column} ({weight:.3f})" for column, weight in index.weights.items() if weight < 0]
    words += [f"weighted against the declared sign: {', '.join(against)}"] if against else []
    return words


def _filled(panel: pd.DataFrame, capacity: Capacity, unit: str) -> list[str]:
    """Say which proxies are known in some rows of a unit only."""
    known = panel[list(capacity.proxies)].notna().groupby(panel[unit])
    partly = (known.any() & ~known.all()).sum()
    told = [f"{column} in {counted(int(number), 'unit')}" for column, number in partly.items() if number]
    return [f"known in some rows only, and taken for all: {', '.join(told)}"] if told else []
