"""Fixed effects taken out of both sides of a regression, and what is left regressed.

What fixed effects leave is regressed by products of the columns. Where an equation asks for the ``engine:
linearmodels``, its AbsorbingLS does that again from the columns, which is what the engine is held to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ruralpanel.absorption.elimination import FixedEffects
from ruralpanel.estimation.rounding import NOISE
from ruralpanel.estimation.sample import LARGEST, CannotEstimate, effect_name
from ruralpanel.estimation.within import Side, Within, within
from ruralpanel.frames.computed import Computed
from ruralpanel.frames.ledger import Ledger
from ruralpanel.inference.covariance import Influences
from ruralpanel.inference.small_sample import drop_singletons
from ruralpanel.reasons import Reason, because
from ruralpanel.study.blocks import Equation
from ruralpanel.study.fixed_effects import FixedEffect, intercepts, slopes

SINGLETONS_KEPT, SINGLETONS_DROPPED = "singletons kept", "singletons dropped"
"""The steps of the ledger that count rows alone in a fixed effect."""


@dataclass(frozen=True)
class Regression:
    """A regression on what its fixed effects leave.

    Parameters
    ----------
    terms
        Those that could be estimated.
    within
        What was regressed on what.
    coefficients
        By term, each side divided by what it varies by.
    influences
        Of the rows on these, times the square root of the weights.
    out
        What took the fixed effects out, which serves the same rows with other weights too.
    """

    terms: list[str]
    within: Within
    coefficients: np.ndarray
    influences: Influences
    out: FixedEffects

    @property
    def residuals(self) -> np.ndarray:
        """Of the outcome in its own unit, times the square root of the weights."""
        return self.influences.residuals * self.within.outcome_unit


def varying_effects(sample: pd.DataFrame, equation: Equation, ledger: Ledger) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pick the fixed effects with more than one level, once singletons are dealt with.

    Parameters
    ----------
    sample
        Rows from :func:`ruralpanel.estimation.sample.estimation_sample`.
    equation
        Gives fixed effects, and the preset by which singletons leave or stay.
    ledger
        Gets a line when there are singletons.

    Returns
    -------
    tuple of (pandas.DataFrame, pandas.DataFrame)
        The rows that stay, and their fixed effects without slopes.
    """
    names = [effect_name(effect) for effect in intercepts(equation.fixed_effects)]
    sample = _without_singletons(sample, _varying(sample, names, ledger), equation, ledger)
    return sample, sample[_varying(sample, names, ledger)]


def _varying(sample: pd.DataFrame, names: list[str], ledger: Ledger) -> list[str]:
    """Leave out effects of one level, which is the constant."""
    return [name for name in names if ledger.computed.levels(sample[name]).number > 1]


def _without_singletons(sample: pd.DataFrame, names: list[str], equation: Equation, ledger: Ledger) -> pd.DataFrame:
    """Drop singletons where the chosen software does; where it keeps them, count them all the same."""
    stay = drop_singletons([ledger.computed.levels(sample[name]) for name in names])
    if stay is None:
        return sample
    alone = int((~stay).sum())
    if not equation.inference.correction.drops_singletons:
        ledger.note(SINGLETONS_KEPT, len(sample), sample, because("singletons_kept", rows=alone))
        return sample
    kept = sample[stay].reset_index(drop=True)
    ledger.computed.kept(sample, stay, kept)
    ledger.note(SINGLETONS_DROPPED, len(sample), kept, because("singletons", rows=alone))
    if kept.empty:
        raise CannotEstimate("all_singletons", once=_of_units_seen_once(sample, equation))
    return kept


def _of_units_seen_once(sample: pd.DataFrame, equation: Equation) -> Reason | None:
    """Say so where the unit's fixed effect is one for every row."""
    if equation.unit not in intercepts(equation.fixed_effects) or sample[equation.unit].duplicated().any():
        return None
    return because("larger_group" if equation.levels else "larger_group_or_level", unit=equation.unit)


@dataclass(frozen=True)
class TakenOut:
    """What is left of a regression's two sides, and how it was got.

    Parameters
    ----------
    within
        Both sides, each divided by what it varies by; at least one term.
    effects
        What was taken out: one column an effect, integer codes; no columns where only the mean was.
    slopes
        The effect and the column of every slope within it.
    out
        What took them out.
    """

    within: Within
    effects: pd.DataFrame
    slopes: list[tuple[str, pd.DataFrame]]
    out: FixedEffects

    @property
    def has_constant(self) -> bool:
        """Whether there is a constant, in the place of fixed effects that span it."""
        return self.effects.shape[1] == 0

    def rounding(self, coefficients: np.ndarray) -> np.ndarray:
        """Give what outcomes and residuals are known to at best, times the square root of the weights, shape (rows,).

        Parameters
        ----------
        coefficients
            By term, each side divided by what it varies by.
        """
        level = self.within.outcome_level + float(np.abs(coefficients) @ self.within.levels)
        root = self.within.root
        return NOISE * level * root if len(root) else np.broadcast_to(NOISE * level, self.within.rows)


def effects_taken_out(
    sample: pd.DataFrame,
    outcome: pd.Series,
    weights: pd.Series | None,
    terms: list[str],
    effects: pd.DataFrame,
    equation: Equation,
    before: FixedEffects | None = None,
    computed: Computed | None = None,
) -> TakenOut:
    """Take the fixed effects and their slopes out of both sides, and leave out what is collinear.

    Parameters
    ----------
    sample
        The rows, with the columns named in ``terms``.
    outcome
        What is explained, for the same rows.
    weights
        Of these rows; None for none.
    terms
        The right-hand side.
    effects
        From :func:`varying_effects`.
    equation
        Gives the slopes.
    before
        The same effects of the same rows with other weights, if they have been set up.
    computed
        What has been computed of the sample's columns.

    Raises
    ------
    CannotEstimate
        If the outcome or every term is absorbed, or there are fewer rows than coefficients.
    """
    computed = computed or Computed()
    facts = {term: computed.facts(sample[term], keep=False) for term in dict.fromkeys(terms)}
    varying = [term for term, each in facts.items() if each.low < each.high]
    if not varying:
        raise CannotEstimate("nothing_left", terms=terms, once=_of_units_seen_once(sample, equation))
    sloping = slopes(equation.fixed_effects)
    # A slope has its intercept beside it, even where one level makes that the constant.
    intercepts = [effect_name(each.intercept) for each in sloping]
    taken_out = beside(sample, effects, intercepts)
    coefficients = len(varying) + (taken_out.shape[1] == 0)
    if len(sample) <= coefficients:
        raise CannotEstimate("too_few_rows", rows=len(sample), coefficients=coefficients)
    sides = [(outcome, computed.facts(outcome, keep=False)), *((sample[term], facts[term]) for term in varying)]
    if not sides[0][1].low < sides[0][1].high:
        raise CannotEstimate("outcome_constant")
    largest = max(each.largest for _, each in sides)
    if largest > LARGEST:
        raise CannotEstimate("values_too_large", largest=largest)
    root = np.empty(0) if weights is None else np.sqrt((weights / weights.mean()).to_numpy(dtype="float64"))
    values = list(zip(intercepts, (slope_values(sample, each) for each in sloping), strict=True))
    if before is None:
        levels = {str(name): computed.levels(taken_out[name]) for name in taken_out}
        of_levels = [(levels[name], column.to_numpy()[:, 0]) for name, column in values]

        def prepared(*_: pd.Series) -> FixedEffects:
            return FixedEffects(list(levels.values()), of_levels, root, len(sample))

        of = [*(taken_out[name] for name in taken_out), *([] if weights is None else [weights])]
        out = prepared() if values or not levels else computed.of("effects", of, prepared)
    else:
        out = before.weighted(root)
    try:
        parts = within([Side(column, each) for column, each in sides], varying, root, out)
    except CannotEstimate as error:
        raise CannotEstimate(
            "of_units_seen_once", why=error.reason, once=_of_units_seen_once(sample, equation)
        ) from None
    if not parts.terms:
        raise CannotEstimate("nothing_left", terms=terms, once=_of_units_seen_once(sample, equation))
    return TakenOut(parts, taken_out, values, out)


def beside(sample: pd.DataFrame, effects: pd.DataFrame, intercepts: Sequence[str]) -> pd.DataFrame:
    """Give fixed effects, and those that slopes have beside them."""
    if set(intercepts) <= set(effects):
        return effects
    return sample[list(dict.fromkeys([*effects, *intercepts]))]


def absorbed_regression(
    sample: pd.DataFrame,
    outcome: pd.Series,
    weights: pd.Series | None,
    terms: list[str],
    effects: pd.DataFrame,
    equation: Equation,
    before: FixedEffects | None = None,
    computed: Computed | None = None,
) -> Regression:
    """Take the fixed effects and their slopes out, drop what is collinear, and regress.

    Parameters and errors are those of :func:`effects_taken_out`.
    """
    left = effects_taken_out(sample, outcome, weights, terms, effects, equation, before, computed)
    parts = left.within
    groups = sums = None
    if equation.engine == "linearmodels":
        from ruralpanel.estimation.by_linearmodels import solved

        found, residuals = solved(parts, weights, left.effects, left.slopes)
    else:
        clusters = equation.inference.cluster if equation.inference.vcov.clusters else None
        groups = computed.levels(sample[clusters[0]]) if clusters and computed is not None else None
        found, residuals, sums = parts.solved(groups)
    columns, mixing = parts.weights_of_outcomes
    influences = Influences(
        parts.terms,
        columns,
        mixing,
        parts.gram,
        residuals,
        left.rounding(found),
        np.asarray(parts.outcome_unit / parts.units),
        len(parts.terms) + left.has_constant,
        None if groups is None or sums is None else (groups, sums),
    )
    return Regression(parts.terms, parts, found, influences, left.out)


def slope_values(sample: pd.DataFrame, effect: FixedEffect) -> pd.DataFrame:
    """Give the column that has a slope in every level of an effect, in a form that takes few iterations to take out.

    As every level has an intercept too, the level's mean can go first. Where nothing is left of a level then, it gets
    its intercept a second time, for a column of zeros cannot be scaled.
    """
    level = sample[effect_name(effect.intercept)]
    values = sample[effect.slope].astype("float64")
    centred = values - values.groupby(level).transform("mean")
    varies = values.groupby(level).transform("nunique") > 1
    scale = float(np.sqrt((centred**2).mean())) or 1.0
    return (centred / scale).where(varies, 1.0).to_frame(f"slope of {effect.slope}")
