"""Count the clusters that are treated, and say nothing by their standard errors where they are too few.

Clustered standard errors let the number of clusters on either side of a comparison grow. With one treated cluster, its
residuals add up to zero by construction and the standard error has nothing to do with how the estimate varies; with a
few, t tests reject far too often (Conley & Taber 2011, Review of Economics and Statistics 93(1); MacKinnon & Webb 2018,
Econometrics Journal 21(2)). The same holds for few clusters that are not treated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralpanel.absorption.levels import Levels, levels_of
from ruralpanel.estimation.result import TREATED_CLUSTERS, EquationResult, Row, place_of
from ruralpanel.frames.computed import Computed
from ruralpanel.reasons import Reason, because, several
from ruralpanel.study.blocks import Equation
from ruralpanel.study.estimators import BY_COHORT, ESTIMATORS, WITH_TREATMENT_TERMS
from ruralpanel.treatment_columns import cohort_column, event_time_column

FEW = 5
"""Fewer treated clusters than this, or fewer others, and no p-value or interval from standard errors is printed."""

TOO_FEW = ("few_clusters", "few_clusters_and_no_error")
"""The codes of the reasons for that."""

FROM_ERRORS = (
    "statistic",
    "p_value",
    "interval_low",
    "interval_high",
    "interval_low_simultaneous",
    "interval_high_simultaneous",
    "minimum_detectable_effect",
    "p_value_anderson_rubin",
    "interval_low_anderson_rubin",
    "interval_high_anderson_rubin",
    "anderson_rubin",
)
"""The columns that follow from a standard error."""


class Counts:
    """Treated clusters of a sample.

    Parameters
    ----------
    sample
        The rows that are used, with clusters and the designations' columns.
    equation
        Gives treatments and clusters.
    computed
        What has been computed of the sample's columns; left out: nothing yet.
    """

    def __init__(self, sample: pd.DataFrame, equation: Equation, computed: Computed | None = None) -> None:
        self.equation, computed = equation, computed or Computed()
        self.cluster = _counted_dimension(sample, equation, computed)
        clusters = computed.levels(sample[self.cluster])
        self.total = clusters.number
        entering = list(_entering(equation).values())
        treated = {column: _is_not_zero(sample[column]) for column in entering}
        if equation.estimator in BY_COHORT and not any(rows.any() for rows in treated.values()):
            # Leads may be estimated on untreated rows alone: it counts who is treated later.
            treated = {
                column: sample[cohort_column(name)].notna().to_numpy() for name, column in _entering(equation).items()
            }
        self.others = _others(sample, clusters, treated, equation, computed)
        if not equation.absorbing:
            # Where a treatment ends, those whose treatment changes take the place of the treated.
            treated = {column: np.isfinite(_changed(sample, treated[column], equation)) for column in entering}
        self._by_column = {name: clusters.among(treated[column]) for name, column in _entering(equation).items()}
        of_any = len(entering) > 1
        self.treated = (
            clusters.among(reduce(np.logical_or, treated.values()))
            if of_any
            else max(self._by_column.values(), default=0)
        )
        self._clusters, self._computed = clusters, computed
        self._places: dict[str, pd.Series] = {}
        if len(equation.treatments) == 1 and equation.absorbing:
            (name,) = equation.treatments
            columns = {"event_time": event_time_column(name), "cohort": cohort_column(name)}
            self._places = {kind: sample[column] for kind, column in columns.items() if column in sample}
        self._seen_at: dict[str, tuple[NDArray[np.float64], NDArray[np.bool_]]] = {}

    def _seen(self, kind: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Give event times or cohorts in their order, and which clusters have rows there, shape (places, clusters)."""
        if kind not in self._seen_at:
            column = self._places[kind]
            places = self._computed.levels(column)
            values = column.iloc[places.first_rows].to_numpy(dtype="float64")
            self._seen_at[kind] = values, places.first_rows_with(self._clusters) >= 0
        return self._seen_at[kind]

    def _number_at(self, kind: str, place: float) -> int:
        """Count the clusters with rows at an event time, or of a cohort; all treated where it is none that is known."""
        if kind not in self._places:
            return self.treated
        values, seen = self._seen(kind)
        return int(seen[values == place].sum()) if (values == place).any() else self.treated

    @property
    def are_few(self) -> bool:
        """Whether there are too few on a side for p-values from standard errors."""
        return min(self.treated, self.others) < FEW

    @property
    def are_few_of_some(self) -> bool:
        """Whether there are too few, be it of one treatment of several."""
        return self.are_few or min(self._by_column.values(), default=FEW) < FEW

    def of(self, row: Mapping[str, Any]) -> int | None:
        """Count the treated clusters behind a row; None where it is no effect of a treatment."""
        term = str(row.get("effect_of", row["term"]))
        if row.get("kind") == "lead_test":
            return self.treated
        if self.equation.estimator in WITH_TREATMENT_TERMS:
            parts = set(term.split("*"))
            own = [
                self._by_column[name]
                for name in self.equation.treatments
                if self.equation.intensities.get(name, name) in parts
            ]
            return min(own) if own and "period" not in row else None
        if self.equation.treatments and term in self.equation.regressors:
            return None
        if row.get("cohort"):
            return self._number_at("cohort", float(row["cohort"]))
        if row.get("event_time") is not None and not pd.isna(row["event_time"]):
            return self._at(int(row["event_time"]), str(row.get("event_time_bin") or ""))
        return self.treated

    def _at(self, event_time: int, binned: str) -> int:
        """Count clusters seen at an event time, or beyond it where others are binned there."""
        if binned and "event_time" in self._places:
            values, seen = self._seen("event_time")
            beyond = values <= event_time if binned == "and earlier" else values >= event_time
            return int(seen[beyond].any(axis=0).sum())
        return self._number_at("event_time", float(event_time))


@dataclass(frozen=True)
class CountsOfRow:
    """Treated clusters, and those compared with, of a row whose estimator counts them itself.

    Parameters
    ----------
    sample
        Those of the sample.
    treated, others
        The numbers of the row.
    """

    sample: Counts
    treated: int
    others: int


def counts_of(sample: pd.DataFrame, equation: Equation, computed: Computed | None = None) -> dict[str, Any]:
    """Give the column by which rows of an estimator tell which clusters of its sample are treated.

    Parameters
    ----------
    sample
        The rows that are used.
    equation
        What was estimated.
    computed
        What has been computed of the sample's columns.

    Returns
    -------
    dict
        Empty where nothing is clustered or nobody treated.
    """
    known = all(column in sample for column in _entering(equation).values())
    if not equation.inference.vcov.clusters or not equation.treatments or not known:
        return {}
    return {TREATED_CLUSTERS: Counts(sample, equation, computed or Computed())}


def _is_not_zero(values: pd.Series) -> NDArray[np.bool_]:
    """Mark values other than zero, of which a missing one is none."""
    numbers = values.to_numpy()
    found = numbers != 0
    return np.asarray(found & ~np.isnan(numbers) if numbers.dtype.kind == "f" else found)


def _counted_dimension(sample: pd.DataFrame, equation: Equation, computed: Computed) -> str:
    """Pick the clusters to count: of two dimensions, that which holds whole units, and of two such, the coarser."""
    names = equation.inference.cluster or [equation.unit]
    if len(names) == 1:
        return names[0]
    units, clusters = computed.levels(sample[equation.unit]), {name: computed.levels(sample[name]) for name in names}
    whole = [name for name in names if units.lies_within(clusters[name])]
    return min(whole or names, key=lambda name: clusters[name].number)


def _others(
    sample: pd.DataFrame,
    clusters: Levels,
    treated: Mapping[str, NDArray[np.bool_]],
    equation: Equation,
    computed: Computed,
) -> int:
    """Count clusters that those treated alike can be compared with: all but the largest group treated at the same time.

    Clusters whose units are treated at different times are groups of their own. Estimators that compare with units
    never treated alone have no more than those.
    """
    began = [_began(sample, name, treated[column], equation, computed) for name, column in _entering(equation).items()]
    path = began[0]
    if len(began) > 1:
        never = np.all([each.codes < 0 for each in began], axis=0)
        path = reduce(Levels.by, [Levels(each.codes + 1, each.number + 1) for each in began])
        path = Levels(np.where(never, -1, path.codes), path.number)
    paths = clusters.only(path)
    others = clusters.number - int(np.bincount(paths[paths >= 0]).max(initial=0))
    keys = ESTIMATORS[equation.estimator].keys
    choice = equation.group_time.comparison if equation.group_time else "never_treated"
    of_never = "group_time" in keys and choice == "never_treated"
    of_never |= "comparison" in keys and equation.comparison == "never_treated"
    return min(others, clusters.among(path.codes < 0)) if of_never else others


def _entering(equation: Equation) -> dict[str, str]:
    """Give the column with which each treatment enters the equation."""
    return {name: equation.intensities.get(name, name) for name in equation.treatments}


def _began(
    sample: pd.DataFrame, name: str, treated: NDArray[np.bool_], equation: Equation, computed: Computed
) -> Levels:
    """Number for every row the first period in which its unit is treated, below zero for those that never are; where a
    treatment ends, in which it first changes.
    """
    cohort = cohort_column(name)
    if equation.absorbing and cohort in sample:
        levels = computed.levels(sample[cohort])
        late = sample[cohort].to_numpy(dtype="float64")[levels.first_rows] > sample[equation.period].max()
        return (
            replace(levels, codes=np.where(np.append(late, False)[levels.codes], -1, levels.codes))
            if late.any()
            else levels
        )
    if not equation.absorbing:
        first = _changed(sample, treated, equation)
    else:
        units = computed.levels(sample[equation.unit])
        periods = sample[equation.period].to_numpy(dtype="float64")
        first = units.least(periods, treated)[units.codes]
    return levels_of(np.where(np.isinf(first), np.nan, first))


def _changed(sample: pd.DataFrame, treated: NDArray[np.bool_], equation: Equation) -> NDArray[np.float64]:
    """Give for every row the first period in which its unit's treatment is another than at first, infinite for none."""
    period, unit = sample[equation.period].astype("float64"), sample[equation.unit]
    first = period.groupby(unit).idxmin()
    at_first = pd.Series(treated, sample.index)[first].set_axis(first.index)
    rows = period.where(treated != unit.map(at_first))
    return np.asarray(rows.groupby(unit).transform("min").fillna(np.inf))


def few_of(counts: Counts, number: int, others: int) -> Reason | None:
    """Say of what there are too few; None where there are enough."""
    total = counts.total
    if number < FEW:
        return because("treated_clusters", number=number, total=total)
    if others < FEW:
        return because("clusters_to_compare_with", number=others, total=total)
    return None


def with_treated_clusters(result: EquationResult) -> EquationResult:
    """Put the number of treated clusters into rows, and take out what too few of them do not support.

    Parameters
    ----------
    result
        As an estimator gives it, with a :class:`Counts` or :class:`CountsOfRow` in the column of each row that is to be
        counted.

    Returns
    -------
    EquationResult
        With ``treated_clusters``. Below :data:`FEW`, p-values and intervals from standard errors are gone, with the
        reason, and those that were drawn stay; with one, the standard error is gone too. Where there are too few in the
        sample, covariances of such rows are gone too.
    """
    rows = [_row(row) for row in result.rows]
    gone = {place_of(row) for row, (_, unsupported) in zip(result.rows, rows, strict=True) if unsupported}
    kept = result.covariance and {
        place: {other: covariance for other, covariance in line.items() if other not in gone}
        for place, line in result.covariance.items()
        if place not in gone
    }
    return replace(result, rows=[row for row, _ in rows], covariance=kept)


def _row(row: Row) -> tuple[Row, bool]:
    """Count the clusters of a row, and tell whether its covariances are unsupported."""
    held = row.get(TREATED_CLUSTERS)
    own = held if isinstance(held, CountsOfRow) else None
    counts = own.sample if own is not None else held
    if not isinstance(counts, Counts):
        return row, False
    number, others = (own.treated, own.others) if own is not None else (counts.of(row), counts.others)
    if number is None:
        return {name: value for name, value in row.items() if name != TREATED_CLUSTERS}, False
    row = row | {TREATED_CLUSTERS: number}
    few = few_of(counts, number, others)
    if few is None or row.get("variance") == "placebo" or pd.isna(row.get("standard_error", np.nan)):
        return row, False
    # A row may rest on few of the treated clusters and have a standard error all the same.
    treated, beside = (number, others) if own is not None else (counts.treated, counts.others)
    alone = min(treated, beside) <= 1 or counts.total <= 2
    gone = (*FROM_ERRORS, *(["standard_error"] if alone else []))
    reason = because("few_clusters_and_no_error" if alone else "few_clusters", few=few, instead=_instead(row))
    kept = {name: value for name, value in row.items() if name not in gone}
    return kept | {"reason": several([row.get("reason"), reason])}, counts.are_few


def _instead(row: Mapping[str, Any]) -> Reason | None:
    """Say which p-value there is all the same."""
    drawn = several(
        [
            because(f"p_from_{name}", p=row[f"p_value_{name}"])
            for name in ("permutation", "bootstrap")
            if pd.notna(row.get(f"p_value_{name}", np.nan))
        ],
        "also",
    )
    return because("instead", drawn=drawn) if drawn else None
