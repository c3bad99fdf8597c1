"""Indicators of event times for a regression: which have a coefficient, which are zero, and which have neither."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ruralpanel.absorption.levels import spread
from ruralpanel.absorption.sums import Facts
from ruralpanel.estimation.measured_from import (
    Curve,
    base_of,
    cohorts_named,
    curves_of,
    moved_curves,
    why_not,
    why_zero,
)
from ruralpanel.estimation.sample import CannotEstimate
from ruralpanel.frames.ledger import Ledger
from ruralpanel.reasons import Reason, because, several
from ruralpanel.study.blocks import Equation


@dataclass(frozen=True)
class EventTimeColumns:
    """What a regression has for event times, binned at the ends of the window.

    Parameters
    ----------
    columns
        By name, the event time of every coefficient that is reported.
    beside
        Columns that the regression needs and that are not reported.
    values
        All these columns by name, of the rows of the sample.
    zero
        By event time that is zero by construction, the reason.
    without
        By event time that cannot be measured, the reason.
    notes
        By event time with a coefficient, what has to be said of it.
    """

    columns: dict[str, int]
    beside: list[str]
    values: dict[str, pd.Series]
    zero: dict[int, Reason]
    without: dict[int, Reason | None]
    notes: dict[int, Reason]

    @property
    def terms(self) -> list[str]:
        """Names of all columns, in the order in which they enter the regression."""
        return [*self.columns, *self.beside]


def event_time_columns(
    sample: pd.DataFrame,
    event_time: pd.Series,
    cohort: pd.Series,
    ends: tuple[int, int],
    equation: Equation,
    ledger: Ledger,
) -> EventTimeColumns:
    """Make the indicators of event times, each set of them that units connect measured from its own reference.

    A bin that holds event times of several sets has one coefficient all the same, as long as each set has a reference.

    Parameters
    ----------
    sample
        The rows of the regression.
    event_time, cohort
        Of these rows; event time is missing in rows that are compared with.
    ends
        The first and the last event time; those beyond are binned there.
    equation
        Gives fixed effects, reference period and what becomes of event times without it.
    ledger
        Gets a line where another event time than the reference period is measured from, or none.

    Returns
    -------
    EventTimeColumns
        Coefficients in the order of event times.

    Raises
    ------
    CannotEstimate
        If nothing can be measured.
    """
    curves = curves_of(sample, event_time, cohort, equation, ledger.computed)
    lowest, highest = ends
    base = {curve: _base(curve, ends, equation) for curve in curves}
    if all(value is None for value in base.values()):
        raise CannotEstimate(_nothing(curves, event_time, ends, equation))
    levels = ledger.computed.levels(event_time)
    times = event_time.iloc[levels.first_rows].to_numpy(dtype="float64")
    binned = times.clip(lowest, highest)
    home = {each: curve for curve in curves for each in curve.event_times}
    measured = np.array([base[home[int(each)]] is not None for each in times])
    zero = {value for value in base.values() if value is not None}
    mixed = {int(value) for value in binned[~measured]}
    present = sorted({int(value) for value in binned[measured]} - zero)
    names = {value: f"event time {value}" for value in present}
    indicators = {name: (binned == value) & measured for value, name in names.items()}
    for curve in (curve for curve in curves if base[curve] is None):
        # Its rows stay in the regression, each event time with a coefficient that means nothing.
        for each in curve.event_times:
            indicators[f"event time {each}, from no reference"] = times == each
    values: dict[str, pd.Series] = {}
    for name, of_times in indicators.items():
        # The last is for rows without event time, whose level is -1.
        of_rows = spread(np.append(of_times, False).astype("int8"), levels.codes)
        values[name] = pd.Series(of_rows, sample.index, name=name, copy=False)
        share = float(levels.counts[of_times].sum() / len(of_rows))
        ledger.computed.note(
            "facts", [values[name]], Facts(float(share == 1), float(share > 0), share, share * (1 - share))
        )
    columns = {name: value for value, name in names.items() if value not in mixed}
    _note(curves, base, sample, equation, ledger)
    return EventTimeColumns(
        columns,
        [name for name in indicators if name not in columns],
        values,
        _zero_reasons(base, ends, equation),
        {value: _why_not(value, ends, curves, base, equation) for value in sorted(mixed - zero)},
        _notes(present, ends, curves, base, equation),
    )


def event_times_seen(event_time: pd.Series, ends: tuple[int, int]) -> list[Reason | int]:
    """List event times as they are binned, and say of the ends whether they stand for all beyond."""
    lowest, highest = ends
    seen = sorted({int(value) for value in event_time.dropna().clip(lowest, highest)})
    beyond = {lowest: (event_time < lowest).any() and "earlier", highest: (event_time > highest).any() and "later"}
    return [because("bin", time=value, side=beyond[value]) if beyond.get(value) else value for value in seen]


def _base(curve: Curve, ends: tuple[int, int], equation: Equation) -> int | None:
    """Give the event time, or the bin, that a curve is measured from."""
    lowest, highest = ends
    binned = [min(max(each, lowest), highest) for each in curve.event_times]
    if equation.reference_period in binned:
        return equation.reference_period
    base = base_of(curve.event_times, equation)
    return None if base is None else min(max(base, lowest), highest)


def _zero_reasons(base: dict[Curve, int | None], ends: tuple[int, int], equation: Equation) -> dict[int, Reason]:
    """Say of each reference whose it is: of the cohorts that are observed there."""
    cohorts: dict[int, list[int]] = {}
    for curve, value in base.items():
        if value is not None:
            here = [each for each in curve.event_times if min(max(each, ends[0]), ends[1]) == value]
            found = {first for each in here for first in curve.cohorts_at[each]}
            cohorts[value] = sorted({*cohorts.get(value, []), *found})
    return {value: why_zero(cohorts, value, equation) for value in sorted(cohorts)}


def _in_bin(value: int, ends: tuple[int, int], curve: Curve) -> bool:
    return any(min(max(each, ends[0]), ends[1]) == value for each in curve.event_times)


def _why_not(
    value: int, ends: tuple[int, int], curves: Sequence[Curve], base: dict[Curve, int | None], equation: Equation
) -> Reason | None:
    here = [curve for curve in curves if base[curve] is None and _in_bin(value, ends, curve)]
    return several(why_not(curve, equation) for curve in here)


def _notes(
    present: Iterable[int],
    ends: tuple[int, int],
    curves: Sequence[Curve],
    base: dict[Curve, int | None],
    equation: Equation,
) -> dict[int, Reason]:
    """Say of a bin that it holds event times measured from different references."""
    notes = {}
    for value in present:
        of = {base[curve]: curve.cohorts for curve in curves if base[curve] is not None and _in_bin(value, ends, curve)}
        if len(of) > 1:
            parts = [
                because("from_for", base=each, cohorts=cohorts_named(whose, equation)) for each, whose in of.items()
            ]
            notes[value] = because("bin_of_several_references", parts=parts)
    return notes


def _note(
    curves: Sequence[Curve], base: dict[Curve, int | None], sample: pd.DataFrame, equation: Equation, ledger: Ledger
) -> None:
    moved = moved_curves((curve for curve in curves if base[curve] not in (None, equation.reference_period)), equation)
    lost = [why_not(curve, equation) for curve in curves if base[curve] is None]
    if moved or lost:
        ledger.note("measured from", len(sample), sample, several([moved, *lost]))


def _nothing(curves: Sequence[Curve], event_time: pd.Series, ends: tuple[int, int], equation: Equation) -> Reason:
    """Say why no event time can be measured."""
    return because(
        "nobody_at_reference",
        reference=equation.reference_period,
        seen=event_times_seen(event_time, ends),
        why=several(why_not(curve, equation) for curve in curves),
    )
