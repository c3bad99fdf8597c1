"""Who was treated with what and when: treatments and outcomes by unit and period, and the first change of treatment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralpanel.arrays import Numbers
from ruralpanel.estimation.sample import OUTCOME, CannotEstimate
from ruralpanel.frames.ledger import Ledger
from ruralpanel.reasons import Reason, because, several
from ruralpanel.study.blocks import Equation

IN, OUT = 1, -1
"""The directions of a first change: to more treatment, and to less."""


@dataclass(frozen=True)
class Histories:
    """What units were treated with and what became of them, units by periods; the periods are evenly spaced.

    Parameters
    ----------
    units
        Their names, sorted.
    outcome, weight
        Missing, and zero, where a unit cannot be used.
    treatment
        Missing where it is not known and nothing says what it was.
    change
        The position of the period of the first change; the number of periods for a unit without one.
    group
        A number for the units that may be compared: those with the same first treatment.
    cluster
        A number for each unit's cluster.
    step
        How far periods are apart, in their own units.
    """

    units: NDArray[Any]
    outcome: Numbers
    weight: Numbers
    treatment: Numbers
    change: NDArray[np.int64]
    group: NDArray[np.int64]
    cluster: NDArray[np.int64]
    step: int

    @property
    def periods(self) -> int:
        """The number of periods."""
        return int(self.outcome.shape[1])

    @property
    def changes(self) -> NDArray[np.bool_]:
        """Which units are seen to change treatment."""
        return self.change < self.periods

    @property
    def dose(self) -> Numbers:
        """Treatment less the first treatment a unit is known to have had."""
        return np.asarray(self.treatment - _first_known(self.treatment)[:, None])

    @property
    def direction(self) -> NDArray[np.int64]:
        """Whether the first change is to more treatment or to less; zero where there is none."""
        found = np.zeros(len(self.change), dtype="int64")
        units = np.flatnonzero(self.changes)
        found[units] = np.sign(self.dose[units, self.change[units]]).astype("int64")
        return found


def histories_of(
    panel: pd.DataFrame, sample: pd.DataFrame, column: str, within: list[str], equation: Equation, ledger: Ledger
) -> tuple[Histories, pd.DataFrame]:
    """Lay treatments and outcomes out by unit and period, and settle what unknown treatments were.

    Treatment is what the panel says in any row of a unit, also where the outcome is missing or the sample's condition
    does not hold: else a first change would be dated too late. Periods are as far apart as the closest two of the
    panel, and a period that nobody is observed in is one in which nothing is known.

    Parameters
    ----------
    panel
        The panel.
    sample
        From :func:`ruralpanel.estimation.sample.estimation_sample`.
    column
        The treatment, or its intensity.
    within
        Columns that units must be alike in to be compared.
    equation
        Gives the keys, weights and clusters.
    ledger
        Gets a line for what is settled, and where rows leave.

    Returns
    -------
    tuple of (Histories, pandas.DataFrame)
        The units, and the rows of the sample that can be used.

    Raises
    ------
    CannotEstimate
        If there is one period only.
    """
    unit, period = equation.unit, equation.period
    rows = panel[panel[unit].isin(sample[unit]) & panel[column].notna()]
    units = np.sort(rows[unit].unique())
    if len(units) < sample[unit].nunique():
        kept = sample[sample[unit].isin(units)].reset_index(drop=True)
        ledger.note("treatment known", len(sample), kept, because("never_known", column=column))
        sample = kept
    periods = np.sort(panel[period].unique()).astype("int64")
    if len(periods) < 2:
        raise CannotEstimate("one_period")
    step = int(np.gcd.reduce(np.diff(periods)))
    shape = (len(units), int(periods[-1] - periods[0]) // step + 1)

    def places(frame: pd.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        position = (frame[period].to_numpy(dtype="int64") - periods[0]) // step
        return np.searchsorted(units, frame[unit].to_numpy()), position

    def laid_out(frame: pd.DataFrame, values: pd.Series) -> Numbers:
        matrix = np.full(shape, np.nan)
        matrix[places(frame)] = values.to_numpy(dtype="float64", na_value=np.nan)
        return matrix

    treatment, usable, change, words = _settled(laid_out(rows, rows[column]))
    if words:
        ledger.note(because("history_of", column=column), len(sample), sample, words)
    inside = usable[places(sample)]
    if not inside.all():
        kept = sample[inside].reset_index(drop=True)
        ledger.note("treatment comparable", len(sample), kept, because("then_unknown", column=column))
        sample = kept
    ones = sample.drop_duplicates(unit).set_index(unit).reindex(units).reset_index()
    keys = ones[within].add_prefix("within ").assign(first=_first_known(treatment))
    (cluster,) = equation.inference.cluster or [unit]
    weights = sample[equation.weights] if equation.weights else pd.Series(1.0, index=sample.index)
    histories = Histories(
        units,
        laid_out(sample, sample[OUTCOME]),
        np.nan_to_num(laid_out(sample, weights)),
        treatment,
        change,
        np.asarray(keys.groupby(list(keys), dropna=False).ngroup(), dtype="int64"),
        np.asarray(pd.factorize(ones[cluster], sort=True)[0], dtype="int64"),
        step,
    )
    return histories, sample


def _first_known(values: Numbers) -> Numbers:
    """Give each unit's first known value, missing where there is none."""
    known = ~np.isnan(values)
    return np.where(known.any(axis=1), values[np.arange(len(values)), known.argmax(axis=1)], np.nan)


def _settled(treatment: Numbers) -> tuple[Numbers, NDArray[np.bool_], NDArray[np.int64], Reason | None]:
    """Date first changes, and settle unknown treatments between known ones as the official packages do.

    Returns
    -------
    tuple of (treatment, usable, change, words)
        Treatments; which cells can be used; the position of the first change; and what was settled, for the ledger.
    """
    units, periods = treatment.shape
    at = np.arange(periods)
    first = _first_known(treatment)[:, None]
    # A unit that has had both more and less than its first treatment has no effect with a sign (Design Restriction 2).
    both = np.logical_or.accumulate(treatment > first, axis=1) & np.logical_or.accumulate(treatment < first, axis=1)
    treatment = np.where(both, np.nan, treatment)
    known = ~np.isnan(treatment)
    starts, ends = known.argmax(axis=1), periods - 1 - known[:, ::-1].argmax(axis=1)
    changed = known & (treatment != first)
    change = np.where(changed.any(axis=1), changed.argmax(axis=1), periods)
    kept = known & (at < change[:, None])
    last = periods - 1 - kept[:, ::-1].argmax(axis=1)
    # Where the period before a change is unknown, so is its date: until then, the unit only serves as a comparison.
    undated = (change < periods) & (last < change - 1)
    change = np.where(undated, periods, change)
    before = (at > starts[:, None]) & (at < last[:, None])
    after = (at > change[:, None]) & (at < ends[:, None])
    of_change = treatment[np.arange(units), np.minimum(change, periods - 1)][:, None]
    gaps = np.isnan(treatment) & (before | after)
    treatment = np.where(gaps & before, first, np.where(gaps & after, of_change, treatment))
    stays = (change == periods)[:, None]
    usable = ~np.isnan(treatment) & ~(stays & (at > last[:, None]))
    words = []
    if both.any():
        words.append(because("both_ways", units=both.any(axis=1).sum()))
    if undated.any():
        words.append(because("undated", units=undated.sum()))
    if gaps.any():
        words.append(because("gaps_filled", periods=gaps.sum()))
    return treatment, usable, change, several(words)
