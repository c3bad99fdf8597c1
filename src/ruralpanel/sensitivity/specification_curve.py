"""All specifications of one effect together: could what they agree on be chance?

One specification can be chosen for its result; of all together it is asked how often permuted treatments give as much.
Cohorts change places among the groups in which all are treated at the same time, the same way for all specifications,
and each is estimated anew. What is compared is the median of the estimates, the share that has the median's sign, and
the share that is significant with it; each p-value is the share of permutations in which it is no smaller, the curve
that was found among them (Simonsohn, Simmons & Nelson 2020, Nature Human Behaviour 4, "inferential specification
curve analysis", step 3, with treatment permuted as in its footnote on experiments).
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.arrays import Numbers
from ruralpanel.estimation.assignment import Levels, with_assignment
from ruralpanel.estimation.block import estimate_anew
from ruralpanel.estimation.permuted_anew import redated
from ruralpanel.estimation.resampling import CannotPermute, permutable_cohort
from ruralpanel.estimation.sample import CannotEstimate, with_plain_numbers
from ruralpanel.frames.ledger import Ledger
from ruralpanel.inference.permutation import permuted, strata_of
from ruralpanel.inference.random_draws import generator, share_as_large
from ruralpanel.reasons import because
from ruralpanel.sensitivity.results import OUTCOME, CannotAnalyse, results_frame
from ruralpanel.study.blocks import Equation
from ruralpanel.study.sensitivity import SpecificationCurve

LOG = logging.getLogger(__name__)

TOLD = 10
"""After so many permutations it is said how far they are."""


@dataclass(frozen=True)
class Curve:
    """What all specifications say together.

    Parameters
    ----------
    median
        Of their estimates.
    same_sign
        The share of those that have the median's sign.
    significant
        The share that has it and is significant.
    """

    median: float
    same_sign: float
    significant: float


def curve_of(estimates: Numbers, p_values: Numbers, size: float) -> Curve:
    """Put estimates together; those that are missing are none of them.

    Parameters
    ----------
    estimates, p_values
        Of the specifications, shape (specifications,).
    size
        A smaller p-value is significant.
    """
    known = np.isfinite(estimates)
    if not known.any():
        return Curve(np.nan, np.nan, np.nan)
    found = estimates[known]
    median = float(np.median(found))
    same = np.sign(found) == np.sign(median)
    return Curve(median, float(same.mean()), float((same & (p_values[known] < size)).mean()))


def analyse(
    name: str, declared: SpecificationCurve, panel: pd.DataFrame, equations: Sequence[Equation]
) -> pd.DataFrame:
    """Hold all specifications against permuted treatments.

    Parameters
    ----------
    name
        The entry of the study.
    declared
        What it asks for.
    panel
        The panel.
    equations
        The specifications: of one outcome, and one treatment that stays.

    Returns
    -------
    pandas.DataFrame
        One row for each of the three, with its p-value, and one for how many specifications and permutations; or the
        reason why there is none.
    """
    whole = equations[0].model_copy(update={"specification": "all"})
    try:
        rows = _rows(declared, panel, equations)
    except CannotAnalyse as error:
        rows = [{"reason": error.reason}]
    term = declared.term_of(whole)
    found = results_frame([{"term": term, **row} for row in rows], name, declared.kind, whole)
    return found.assign(estimator="")


def _rows(declared: SpecificationCurve, panel: pd.DataFrame, equations: Sequence[Equation]) -> list[dict[str, Any]]:
    if len({(each.outcome, *each.treatments) for each in equations}) > 1:
        raise CannotAnalyse("several_effects_in_one_curve")
    above = Levels(with_plain_numbers(panel), equations[0].unit, equations[0].period)
    silent = Ledger("sensitivity", equations[0].block, equations[0].unit, equations[0].period)
    assigned = [with_assignment(above, _plain(each), silent) for each in equations]
    found = _estimates(above.panel, assigned)
    size = 1 - declared.level
    curve = curve_of(*found, size)
    if np.isnan(curve.median):
        raise CannotAnalyse("no_specification_estimated")
    among, drawn, units = _permutations(declared, above.panel, assigned[0])
    curves = []
    for number, cohort in enumerate(drawn, start=1):
        again = redated(above.panel, cohort[units], assigned[0].treatments[0], assigned[0].period)
        curves.append(curve_of(*_estimates(again, assigned), size))
        if number % TOLD == 0:
            LOG.info("permutation %d of %d", number, len(drawn))
    under = because("permuted_among", draws=len(drawn), among=among, specifications=int(np.isfinite(found[0]).sum()))
    parts = (
        ("median_of_specifications", "median", OUTCOME),
        ("share_with_its_sign", "same_sign", because("share")),
        ("share_significant_with_it", "significant", because("share")),
    )
    return [
        {
            "quantity": because(code),
            "under": under,
            "value": getattr(curve, key),
            "p_value": share_as_large(getattr(curve, key), np.array([getattr(each, key) for each in curves]), False),
            "interval_level": declared.level,
            "unit": unit,
        }
        for code, key, unit in parts
    ]


def _plain(equation: Equation) -> Equation:
    """Leave out what would draw numbers in every permutation."""
    inference = equation.inference.model_copy(update={"bootstrap": None, "permutation": None, "simultaneous": False})
    return equation.model_copy(update={"inference": inference, "adjustment": None})


def _estimates(panel: pd.DataFrame, equations: Sequence[Equation]) -> tuple[Numbers, Numbers]:
    """Estimate all specifications, and pick of each the effect over all; missing where there is none."""
    effects, p_values = np.full(len(equations), np.nan), np.full(len(equations), np.nan)
    for number, equation in enumerate(equations):
        ledger = Ledger("sensitivity", equation.block, equation.unit, equation.period)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of cells without rows, which permutations have now and then
                rows = estimate_anew(panel, equation, ledger).rows
        except (CannotEstimate, np.linalg.LinAlgError):
            continue
        for row in rows:
            overall = all(pd.isna(row.get(key)) for key in ("event_time", "period")) and not row.get("cohort")
            if row["term"] == equation.treatments[0] and overall and row.get("estimate") is not None:
                effects[number], p_values[number] = row["estimate"], row.get("p_value", np.nan)
                break
    return effects, p_values


def _permutations(
    declared: SpecificationCurve, panel: pd.DataFrame, equation: Equation
) -> tuple[str, list[Numbers], np.ndarray]:
    """Draw cohorts for the groups that change places; and give the group of every row."""
    among = declared.among or equation.assigned_by or equation.timing_unit
    groups = panel.groupby(among, sort=True)
    try:
        cohort = permutable_cohort(panel, groups, declared.within, equation)
    except CannotPermute as error:
        raise CannotAnalyse("no_permutations", why=error.reason) from None
    cohorts, codes = np.unique(cohort, return_inverse=True)
    strata = strata_of(groups[declared.within].first(), declared.within)
    random = generator(equation.seed or 0, declared.block, "specification curve")
    drawn = permuted(codes.astype("int32"), strata, declared.draws, random)
    return among, [cohorts[each] for each in drawn], groups.ngroup().to_numpy()
