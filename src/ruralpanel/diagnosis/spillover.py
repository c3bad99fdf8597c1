"""Spillover: do untreated units respond when units near them are treated?

On rows without treatment, the outcome is regressed on whether any other unit within each ring is treated, beside the
equation's fixed effects and regressors (Butts 2021, arXiv 2105.03737, section 3; Clarke 2017). Where it is not zero,
neighbours are no comparison, and the effect is measured against units that are treated in part.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ruralpanel.arrays import Numbers
from ruralpanel.diagnosis.finding import Finding, not_run, silent
from ruralpanel.estimation.absorbed import fit_absorbed
from ruralpanel.estimation.leads import joint_test_of, null_of_regression
from ruralpanel.frames.ledger import Ledger
from ruralpanel.frames.sphere import Sites, nearest_other, pairs_within, unit_vectors
from ruralpanel.reasons import because
from ruralpanel.treatment_columns import cohort_column

if TYPE_CHECKING:
    from ruralpanel.diagnosis.subject import Subject
    from ruralpanel.study.diagnosis import Spillover

ITEM = "spillover"

BEGINS = "treatment begins"
"""The column with that; no column of a study has a space in its name."""

ROUND = (5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0)
"""Outer bounds, in km, of which the first that is large enough is taken for the innermost ring."""

LEAST_ROWS = 20
"""Rows near treated units below which a ring is not looked at."""


def diagnose(subject: Subject, settings: Spillover) -> Finding:
    """Look at untreated units near treated ones.

    Parameters
    ----------
    subject
        What is diagnosed, with latitude and longitude among its columns.
    settings
        The rings and the size of the test.

    Returns
    -------
    Finding
        A warning where rings together are told from zero, by the test that leads have too, which is right with few
        clusters.
    """
    equation, sample = subject.equation, subject.sample
    places = subject.columns.get(ITEM) or [name for name in (equation.latitude, equation.longitude) if name]
    if len(places) != 2 or not set(places) <= set(subject.panel):
        return not_run(ITEM, because("no_places"))
    cohort = cohort_column(subject.treatment)
    begins = subject.panel[cohort] - equation.anticipation.get(subject.treatment, 0)
    untreated = ~(sample[equation.period] >= sample[cohort]).to_numpy()
    panel = subject.panel.assign(**{BEGINS: begins})
    rings = settings.rings or rings_between(panel, equation.unit, places)
    near = neighbours_treated(panel, sample[untreated], equation.unit, equation.period, places, rings)
    rows = sample[untreated].reset_index(drop=True)
    terms = [f"within {bound:g} km" for bound in rings]
    rows = rows.assign(**dict(zip(terms, near.T, strict=True)))
    terms = [name for name, count in zip(terms, near.sum(axis=0), strict=True) if count >= LEAST_ROWS]
    if not terms:
        return not_run(ITEM, because("nobody_near", bound=rings[-1]))
    ledger = Ledger("estimation", "diagnosis", equation.unit, equation.period)
    fit = fit_absorbed(rows, [*terms, *equation.regressors], equation, ledger)
    kept = [name for name in terms if name in fit.coefficients.index]
    if not kept:
        return not_run(ITEM, because("nobody_near", bound=rings[-1]))
    estimates = fit.coefficients[kept].to_numpy()
    drawn = equation.model_copy(update={"seed": subject.seed, "block": ITEM})
    test = joint_test_of(fit, kept, drawn, null_of_regression(fit, kept, drawn))
    p = float(test["p_value"])
    if np.isnan(p):
        return not_run(ITEM, because("rings_not_told_apart"))
    numbers = {"p": p} | {name.replace(" ", "_"): float(each) for name, each in zip(kept, estimates, strict=True)}
    if p < settings.size:
        largest = int(np.argmax(np.abs(estimates)))
        flaw = because("neighbours_respond", p=p, ring=kept[largest], response=float(estimates[largest]))
        return Finding(ITEM, "warning", numbers, flaw, because("leave_neighbours_out", bound=rings[-1]))
    return silent(ITEM, **numbers)


def rings_between(panel: pd.DataFrame, unit: str, places: list[str]) -> list[float]:
    """Choose rings that hold neighbours, whatever the units are.

    Parameters
    ----------
    panel
        All units.
    unit
        Its column.
    places
        Latitude and longitude, in degrees; a unit without them is nobody's neighbour.

    Returns
    -------
    list
        Three outer bounds, in km: a round number that is no less than half of the units have to their nearest
        neighbour, 5 or more, and two and four times that.
    """
    units = panel.dropna(subset=places).drop_duplicates(unit)
    vectors = unit_vectors(*(units[name].to_numpy(dtype="float64") for name in places))
    apart = nearest_other(Sites(vectors, np.arange(len(vectors))))
    typical = float(np.nanmedian(apart)) if np.isfinite(apart).any() else 0.0
    first = next(bound for bound in ROUND if bound >= min(typical, ROUND[-1]))
    return [first, 2 * first, 4 * first]


def neighbours_treated(
    panel: pd.DataFrame, rows: pd.DataFrame, unit: str, period: str, places: list[str], rings: list[float]
) -> Numbers:
    """Tell for each row and ring whether any other unit in it is treated.

    Parameters
    ----------
    panel
        All units, with when their treatment begins under :data:`BEGINS`.
    rows
        For which it is told.
    unit, period
        Columns of both.
    places
        Latitude and longitude, in degrees; a unit without them is nobody's neighbour.
    rings
        Outer bounds in km, rising; each begins where the one before ends.

    Returns
    -------
    numpy.ndarray
        Shape (rows, rings), of 0 and 1.
    """
    units = panel.dropna(subset=places).drop_duplicates(unit).sort_values(unit, kind="stable")
    periods = np.sort(rows[period].unique())
    treated = units[BEGINS].to_numpy(dtype="float64")[:, None] <= periods
    vectors = unit_vectors(*(units[name].to_numpy(dtype="float64") for name in places))
    pairs = pairs_within(vectors, max(rings))
    names = pd.Index(units[unit])
    of_row, of_period = names.get_indexer(rows[unit]), np.searchsorted(periods, rows[period])
    found = np.zeros((len(rows), len(rings)))
    for number, (low, high) in enumerate(pairwise([0.0, *rings])):
        around = pairs.around(treated.astype("float64"), low, high) > 0
        found[:, number] = np.where(of_row >= 0, around[of_row, of_period], False)
    return found
