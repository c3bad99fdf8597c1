"""Date designation: from a cohort, a 0/1 indicator, an intensity or yearly lists to treatment and event time.

Those who are treated are the panel's units, or what the designation declares as its ``level``. All that is dated is
theirs: a row has the timing of the one that it is of in its period.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from ruralpanel.absorption.level_kernels import SEVERAL
from ruralpanel.absorption.levels import Levels, levels_of, spread
from ruralpanel.absorption.threads import for_each, stretches
from ruralpanel.arrays import Numbers
from ruralpanel.errors import DataError, Problem, counted
from ruralpanel.frames.computed import Computed
from ruralpanel.frames.keys import frequency_to_declare
from ruralpanel.frames.ledger import Ledger
from ruralpanel.frames.periods.column import no_years
from ruralpanel.frames.periods.frequency import YEAR, Frequency, labelled
from ruralpanel.panel.designation_level import read_at_level
from ruralpanel.panel.lists import FAR, ListReading, note_lists
from ruralpanel.study.designation import Designation
from ruralpanel.treatment_columns import cohort_column, event_time_column


def date_designation(
    panel: pd.DataFrame,
    name: str,
    designation: Designation,
    unit: str,
    period: str,
    ledger: Ledger,
    reading: ListReading | None = None,
    of: Frequency | None = None,
) -> pd.DataFrame:
    """Add treatment, cohort and event time of one designation to a panel.

    The cohort is the first treated period of a unit, or of its level; it is missing for the never treated. Event time
    is the period less the cohort, in periods of the panel's frequency (years), so that uneven waves keep their true
    distance.

    Parameters
    ----------
    panel
        One row a unit and period.
    name
        The designation's name; the new columns are ``name``, ``name_cohort`` and ``name_event_time``, and
        ``name_intensity`` where there is one.
    designation
        How it is read.
    unit, period
        The panel's keys.
    ledger
        Gets a line with how many units are ever, always and never treated, and lines on intensities and yearly lists.
    reading
        What the yearly lists say, for a designation that is read from them.
    of
        The declared frequency of the panel's periods.

    Returns
    -------
    pandas.DataFrame
        The panel with three more columns, or four.

    Raises
    ------
    DataError
        If a cohort varies within a unit or level or is not a whole number, an indicator is not 0/1, an intensity is
        negative, either differs within a level and period, no row has a level, or a treatment that is declared
        absorbing ends.
    """
    given = panel
    if designation.level == unit:
        designation = designation.model_copy(update={"level": None})
    if designation.level is not None:
        panel, unit = read_at_level(panel, name, designation, designation.level, unit, period, ledger)
    intensity: dict[str, pd.Series] = {}
    if designation.cohort is not None:
        cohort = _from_cohort_column(panel, designation, unit, period, ledger, of)
        treated = _since(cohort, panel[period])
    elif designation.listed is not None:
        assert reading is not None
        note_lists(reading, name, designation.listed, panel, unit, period, ledger)
        cohort = reading.first_years(panel[unit])
        switches = designation.listed.exits == "switch"
        treated = reading.status(panel[unit], panel[period]) if switches else _since(cohort, panel[period])
    elif designation.intensity is not None:
        treated, cohort = _from_intensity(panel, name, designation, unit, period, ledger)
        intensity = {f"{name}_intensity": panel[designation.intensity]}
    else:
        assert designation.indicator is not None
        treated, cohort = _from_indicator(panel, designation, unit, period, ledger)
    if panel[unit].isna().any():  # nobody knows whose timing these rows have
        of_one = panel[unit].notna()
        treated, cohort = treated.where(of_one), cohort.where(of_one)
        intensity = {column: values.where(of_one) for column, values in intensity.items()}
    unknown = int(treated.isna().sum())
    dated = given.assign(
        **{name: treated, cohort_column(name): cohort, event_time_column(name): _less(panel[period], cohort)},
        **intensity,
    )
    summary = _summary(dated, name, designation, unit, period, unknown, ledger.computed)
    ledger.note(
        f"designation {name}", len(panel), dated, summary, [name, f"{name}_cohort", f"{name}_event_time", *intensity]
    )
    return dated


def _less(period: pd.Series, cohort: pd.Series) -> pd.Series:
    """Give the period less the cohort, on all cores that there are."""
    if period.dtype != "int64" or cohort.dtype != "float64":
        return period - cohort
    one, other, found = period.to_numpy(), cohort.to_numpy(), np.empty(len(period))
    for_each(lambda rows: np.subtract(one[rows], other[rows], out=found[rows]), stretches(len(found)), len(found))
    return pd.Series(found, period.index, copy=False)


def _who(number: int, designation: Designation) -> str:
    """Count units, or levels where treatment belongs to these."""
    return (
        counted(number, "unit") if designation.level is None else f"{counted(number, 'level')} of {designation.level}"
    )


def _since(cohort: pd.Series, period: pd.Series) -> pd.Series:
    """Give 1 from the cohort's period on and 0 before, and 0 where there is no cohort."""
    return (period >= cohort).astype("int64")


def _frequency_of_cohort(values: pd.Series, column: str, of: Frequency | None) -> str:
    """Say how cohorts that are dates or the like are read; a panel of years needs no other frequency for them."""
    remedy = frequency_to_declare(values) if of is None else ""
    if not remedy:
        return ""
    return f"in a panel of years, read the years by `{column}: {{frequency: year}}` in its source; else {remedy}"


def _from_cohort_column(
    panel: pd.DataFrame, designation: Designation, unit: str, period: str, ledger: Ledger, of: Frequency | None
) -> pd.Series:
    column = str(designation.cohort)
    values = panel[column]
    if not pd.api.types.is_numeric_dtype(values):
        raise DataError(
            [
                Problem(
                    "panel",
                    f"the cohort column `{column}` holds text, not periods",
                    hint=_frequency_of_cohort(values, column, of)
                    or "give it `type: number`, and list other words under `missing_codes`",
                )
            ]
        )
    never = [each for each in designation.never if not isinstance(each, str)]
    cohort = values.astype("float64").mask(values.isin(never)) if never else values.astype("float64")
    broken = cohort.notna() & (cohort != cohort.round())
    if broken.any():
        raise DataError(
            [
                Problem(
                    "panel",
                    f"the cohort column `{column}` holds {cohort[broken].iloc[0]:g}; whole periods expected",
                )
            ]
        )
    _refuse_far_cohorts(cohort, panel[period], column, of)
    of_units = ledger.computed.levels(panel[unit])
    changing = np.flatnonzero(of_units.only(ledger.computed.levels(cohort)) == SEVERAL)
    if len(changing):
        units = ", ".join(map(str, panel[unit].iloc[of_units.first_rows[changing[:5]]]))
        raise DataError(
            [
                Problem(
                    "panel",
                    f"the cohort `{column}` changes within {_who(len(changing), designation)}: {units}",
                    hint=f"{'a unit' if designation.level is None else 'each'} has one first period; correct the rows "
                    "or read an `indicator` in place of it",
                )
            ]
        )
    return cohort


def _refuse_far_cohorts(cohort: pd.Series, period: pd.Series, column: str, of: Frequency | None) -> None:
    """Refuse cohorts that cannot be periods: 0 or 9999 among years is a word for never, not a year."""
    frequency = of or YEAR
    distance = FAR * frequency.a_year
    far = cohort[(cohort < period.min() - distance) | (cohort > period.max() + distance)]
    if len(far):
        if of is None and (looks_like := no_years(far)):
            what = f"the cohort column `{column}` {looks_like}"
            hint = "cohorts are periods as the panel has them: with `frequency`, or read as years by the column's own"
            raise DataError([Problem("panel", what, hint=hint)])
        values = sorted({int(value) for value in far})
        found = ", ".join(labelled(values[:5], frequency))
        span = " to ".join(labelled((period.min(), period.max()), frequency))
        what = f"the cohort column `{column}` holds {found}, far from the panel's periods, {span}"
        if not frequency.is_plain:
            raise DataError([Problem("panel", what, hint="if that means never treated, write it under `never`")])
        raise DataError([Problem("panel", what, hint=f"if that means never treated, write `never: {values[:5]}`")])


def _from_indicator(
    panel: pd.DataFrame, designation: Designation, unit: str, period: str, ledger: Ledger
) -> tuple[pd.Series, pd.Series]:
    column = str(designation.indicator)
    values = panel[column]
    is_number = pd.api.types.is_numeric_dtype(values)
    if not is_number or not np.isin(ledger.computed.distinct(values), [0, 1]).all():
        odd = values[values.notna() & ~values.isin([0, 1])]
        raise DataError(
            [
                Problem(
                    "panel",
                    f"the indicator `{column}` must be 0 or 1; found {', '.join(map(repr, odd.unique()[:5].tolist()))}",
                )
            ]
        )
    spans = treatment_spans(panel[unit], panel[period], values, ledger.computed)
    cohort = _of_rows(spans.begun, panel, unit, ledger)
    if designation.absorbing:
        if (spans.last_off > spans.begun).any():
            ended = panel[(values == 0) & (panel[period] > cohort)]
            units = ", ".join(map(str, ended[unit].unique()[:5]))
            raise DataError(
                [
                    Problem(
                        "panel",
                        f"`{column}` goes back to 0 in {_who(ended[unit].nunique(), designation)} treated before: "
                        f"{units}",
                        hint="declare `absorbing: false`, or correct the rows",
                    )
                ]
            )
        # A missing indicator between or after treated periods is known: treatment stays.
        values = values.mask(values.isna() & (panel[period] >= cohort), 1) if values.hasnans else values
    treated = values if values.isna().any() else values.astype("int64")
    return treated, cohort


def _from_intensity(
    panel: pd.DataFrame, name: str, designation: Designation, unit: str, period: str, ledger: Ledger
) -> tuple[pd.Series, pd.Series]:
    """Treat a unit when its intensity is above the threshold; what the numbers do else is for the ledger."""
    column, threshold = str(designation.intensity), designation.threshold
    values = panel[column]
    if not pd.api.types.is_numeric_dtype(values):
        hint = "give it `type: number`, and list other words under `missing_codes`"
        raise DataError([Problem("panel", f"the intensity `{column}` holds text, not numbers", hint=hint)])
    below = panel[values < 0]
    if len(below):
        what = f"the intensity `{column}` is negative in {counted(len(below), 'row')}, {below[column].min():g} at the "
        what += f"least: {_units_in(below, unit)}"
        raise DataError([Problem("panel", what, hint="it is 0 before treatment and positive after; correct the rows")])
    above = (values > threshold).astype("float64").mask(values.isna())
    cohort = _first_periods(panel, above == 1, unit, period, ledger)
    later = panel[period] > cohort
    again = later & (above == 0)
    if designation.absorbing:
        ended = panel[later & (values == 0)]
        if len(ended):
            what = f"`{column}` goes back to 0 in {_who(ended[unit].nunique(), designation)} treated before: "
            hint = "declare `absorbing: false`, or correct the rows"
            raise DataError([Problem("panel", what + _units_in(ended, unit), hint=hint)])
        above = above.mask(panel[period] >= cohort, 1.0)
    ordered = panel.sort_values([unit, period], kind="stable")
    known = ordered[values.reindex(ordered.index).notna()]
    falls = known[known.groupby(unit)[column].diff() < 0]
    low = int(((values > 0) & (above == 0)).sum())
    words = [f"{column}: treated above {threshold:g}"]
    words += [f"positive in {counted(low, 'row')} that count as untreated"] if low else []
    falling = _who(falls[unit].nunique(), designation)
    words += [f"falls {counted(len(falls), 'time')}, in {falling}"] if len(falls) else []
    if designation.absorbing and again.any():
        words.append(f"no longer above it in {counted(int(again.sum()), 'row')}, where treatment stays")
    words += [f"missing in {counted(int(values.isna().sum()), 'row')}"] if values.isna().any() else []
    ledger.note(f"designation {name}: intensity", len(panel), panel, "; ".join(words), [name, f"{name}_intensity"])
    return (above if above.isna().any() else above.astype("int64")), cohort


def _units_in(rows: pd.DataFrame, unit: str) -> str:
    return ", ".join(map(str, rows[unit].drop_duplicates().head(5)))


def _first_periods(panel: pd.DataFrame, treated: pd.Series, unit: str, period: str, ledger: Ledger) -> pd.Series:
    """Give for every row the first period in which its unit is treated; missing where it never is."""
    of_units = ledger.computed.levels(panel[unit])
    first = of_units.least(_numbers(panel[period]), treated.to_numpy(dtype=bool, na_value=False))
    return _of_rows(first, panel, unit, ledger)


def _of_rows(first: Numbers, panel: pd.DataFrame, unit: str, ledger: Ledger) -> pd.Series:
    """Give every row the first period of its unit, and keep what is known of the column that they make."""
    computed = ledger.computed
    of_units = computed.levels(panel[unit])
    of_level = np.append(np.where(np.isinf(first), np.nan, first), np.nan)  # the last is for rows of no unit
    cohort = pd.Series(spread(of_level, of_units.codes), index=panel.index, copy=False)
    cohorts = levels_of(of_level)
    computed.note("levels", [cohort], Levels(spread(cohorts.codes, of_units.codes), cohorts.number))
    computed.note("by unit", [panel[unit], cohort], first)
    return cohort


class Spans(NamedTuple):
    """When units are seen and treated, by unit.

    Parameters
    ----------
    first
        The first period in which they are seen.
    begun
        The first in which they are treated; infinite where there is none.
    last_off
        The last in which they are known not to be; infinite, below zero, where there is none.
    """

    first: Numbers
    begun: Numbers
    last_off: Numbers


def treatment_spans(unit: pd.Series, period: pd.Series, treated: pd.Series, computed: Computed) -> Spans:
    """Look through a column of 0 and 1 once.

    Parameters
    ----------
    unit, period
        The keys of its rows.
    treated
        Numbers; a missing one is neither.
    computed
        What has been computed of these columns, which keeps this too.
    """

    def look(unit: pd.Series, period: pd.Series, treated: pd.Series) -> Spans:
        values: np.ndarray = _numbers(treated) if treated.dtype != "int64" else treated.to_numpy()
        when: np.ndarray = period.to_numpy() if period.dtype == "int64" else _numbers(period)
        return Spans(*computed.levels(unit).spans(when, values))

    found: Spans = computed.of("spans", [unit, period, treated], look)
    return found


def _numbers(column: pd.Series) -> Numbers:
    return column.to_numpy(dtype="float64", na_value=np.nan)


def _summary(
    panel: pd.DataFrame,
    name: str,
    designation: Designation,
    unit: str,
    period: str,
    unknown: int,
    computed: Computed,
) -> str:
    of_units = computed.levels(panel[unit])
    spans = treatment_spans(panel[unit], panel[period], panel[name], computed)
    cohorts: Numbers = computed.of(
        "by unit",
        [panel[unit], panel[cohort_column(name)]],
        lambda unit, cohort: computed.levels(unit).least(_numbers(cohort)),
    )
    ever = int(np.isfinite(cohorts).sum())
    always = int((cohorts <= spans.first)[np.isfinite(cohorts)].sum())
    words = [f"{_who(ever, designation)} ever treated ({always:,} from their first period)"]
    words[0] += f", {of_units.number - ever:,} never"
    unseen = _onset_unseen(spans.last_off, cohorts, np.asarray(computed.distinct(panel[period]), dtype="float64"))
    if unseen:
        words.append(f"the period before the first treated one is not observed in {_who(unseen, designation)}")
    if unknown:
        words.append(f"treatment unknown in {counted(unknown, 'row')}")
    return "; ".join(words)


def _onset_unseen(last_untreated: Numbers, cohorts: Numbers, seen: Numbers) -> int:
    """Count units that were last known to be untreated before the panel's period that precedes their cohort.

    Parameters
    ----------
    last_untreated, cohorts
        By unit, infinite where there is none.
    seen
        The panel's periods, in their order.
    """
    dated = np.isfinite(last_untreated) & np.isfinite(cohorts)
    place = np.searchsorted(seen, cohorts[dated])
    known = (place > 0) & (seen[np.minimum(place, len(seen) - 1)] == cohorts[dated])
    return int((last_untreated[dated][known] < seen[place[known] - 1]).sum())
