"""Read proxies from a panel: one value for each unit, and everything that forbids to use them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from ruralpanel.errors import DataError, Problem, counted
from ruralpanel.frames.expressions import evaluate_answers
from ruralpanel.frames.periods.conditions import with_ordinals
from ruralpanel.panel.periods import YEARS, PanelPeriods
from ruralpanel.study.legacies import Capacity, Legacy, Proxy
from ruralpanel.treatment_columns import cohort_column


def proxy_problems(
    panel: pd.DataFrame,
    legacies: Mapping[str, Legacy],
    designations: Sequence[str],
    unit: str,
    periods: PanelPeriods = YEARS,
) -> list[Problem]:
    """Find what forbids to use the proxies of a study.

    Parameters
    ----------
    panel
        One row a unit and period, with the columns of the designations.
    legacies
        The study's ``legacies`` section.
    designations
        The names of its designations, whose first cohort every proxy must precede.
    unit
        The panel's unit.
    periods
        What the panel's periods are.

    Returns
    -------
    list of Problem
        For every proxy that is text, missing everywhere, the same everywhere, not one value for each unit or for each
        group of its level, or not older than the first designation; and for every reference group that cannot be one.
    """
    first = first_cohort(panel, designations)
    problems = []
    for legacy_name, legacy in legacies.items():
        for name, capacity in legacy.capacities.items():
            at = place_of(legacy_name, name)
            for column, proxy in capacity.proxies.items():
                words = _of_proxy(panel, column, proxy, first, unit, periods)
                problems += [Problem("panel", what, f"{at}.proxies.{column}", hint) for what, hint in words]
            problems += _of_reference(panel, capacity, at, unit, periods)
    return problems


def place_of(legacy: str, capacity: str) -> str:
    """Write the dotted path of a capacity in a study file."""
    return f"legacies.{legacy}.capacities.{capacity}"


def first_cohort(panel: pd.DataFrame, designations: Sequence[str]) -> tuple[int, str] | None:
    """Find the first cohort of any designation in a panel, and whose it is; None where nobody is ever treated."""
    cohorts = {name: panel[cohort_column(name)].min() for name in designations}
    found = [(int(cohort), name) for name, cohort in cohorts.items() if not pd.isna(cohort)]
    return min(found, key=lambda pair: pair[0], default=None)


def unit_values(panel: pd.DataFrame, columns: Sequence[str], unit: str) -> pd.DataFrame:
    """Give one value a unit, that of the rows in which it is known, in the order of the units' names."""
    return panel.groupby(unit)[list(columns)].first().astype("float64")


def reference_units(panel: pd.DataFrame, reference: str | None, unit: str, periods: PanelPeriods = YEARS) -> pd.Series:
    """Tell for each unit whether it is in a reference group.

    Parameters
    ----------
    panel
        One row a unit and period.
    reference
        A condition that holds in all rows of a unit in which it has an answer, or in none; without one, all units are
        in the group.
    unit
        The panel's unit.
    periods
        What the panel's periods are.

    Returns
    -------
    pandas.Series
        1 or 0 by unit; missing where something the condition uses is missing in all rows.
    """
    if reference is None:
        return pd.Series(1.0, index=panel.groupby(unit).size().index)
    answers = evaluate_answers(panel, with_ordinals(reference, periods.columns))
    return answers.groupby(panel[unit]).first()


def _of_proxy(
    panel: pd.DataFrame,
    column: str,
    proxy: Proxy,
    first: tuple[int, str] | None,
    unit: str,
    periods: PanelPeriods,
) -> Iterator[tuple[str, str]]:
    """Say what is wrong with a proxy, each with what to do."""
    if first is not None and periods.of.end_of_year(proxy.vintage) >= first[0]:
        yield (
            f"is of {proxy.vintage}, and the first designation, `{first[1]}`, is of {periods.of.label(first[0])}; what "
            "comes after may be an effect",
            "take a measurement of an earlier year",
        )
    values = panel[column]
    if not pd.api.types.is_numeric_dtype(values):
        yield "holds text, not numbers", "give it `type: number`, or derive a number from it"
        return
    if values.nunique() < 2:
        known = values.dropna()
        yield (
            (f"is {known.iloc[0]:g} for every unit that has it" if len(known) else "is missing for every unit"),
            "leave it out",
        )
        return
    changing = values.groupby(panel[unit]).nunique()
    changing = changing[changing > 1]
    if len(changing):
        what = f"changes within {counted(len(changing), 'unit')}: {examples(changing.index)}"
        yield what, "a legacy has one value for each unit; correct the rows, or take the value of one year"
    if proxy.level is not None:
        differing = values.groupby(panel[proxy.level]).nunique()
        differing = differing[differing > 1]
        if len(differing):
            what = f"is declared to be of level `{proxy.level}`, and differs within {counted(len(differing), 'group')}"
            yield f"{what} of it: {examples(differing.index)}", "correct the rows, or the level"


def _of_reference(
    panel: pd.DataFrame, capacity: Capacity, at: str, unit: str, periods: PanelPeriods
) -> Iterator[Problem]:
    """Check that a reference group is one of units."""
    if capacity.reference is None:
        return
    here = f"{at}.reference"
    try:
        answers = evaluate_answers(panel, with_ordinals(capacity.reference, periods.columns))
    except DataError as error:
        yield from (Problem(problem.where, problem.what, here, problem.hint) for problem in error.problems)
        return
    by_unit = answers.groupby(panel[unit]).nunique()
    changing = by_unit[by_unit > 1]
    if len(changing):
        what = f"`{capacity.reference}` holds in some rows of {counted(len(changing), 'unit')} and not in others: "
        hint = "choose columns that do not change over time"
        yield Problem("panel", what + examples(changing.index), here, hint)
    elif not (answers == 1).any():
        yield Problem("panel", f"`{capacity.reference}` holds for no unit", here)


def examples(names: pd.Index) -> str:
    """Name the first five of units or groups."""
    return ", ".join(map(str, names[:5])) + (", …" if len(names) > 5 else "")
