"""Least squares with any number of fixed effects, the one door to the engine of :mod:`ruralpanel.absorption`.

What fixed effects leave of both sides is regressed by products of the columns. Where an equation asks for the
``engine: linearmodels``, its AbsorbingLS does that again from the columns, which is what the engine is held to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.absorption.elimination import FixedEffects
from ruralpanel.absorption.sums import square
from ruralpanel.arrays import Numbers
from ruralpanel.estimation.estimates import statistics
from ruralpanel.estimation.rounding import NOISE
from ruralpanel.estimation.sample import LARGEST, OUTCOME, CannotEstimate, effect_name
from ruralpanel.estimation.treated_clusters import counts_of
from ruralpanel.estimation.unasked import tell_collinear
from ruralpanel.estimation.within import Side, Within, within
from ruralpanel.frames.computed import Computed
from ruralpanel.frames.ledger import Ledger
from ruralpanel.inference.covariance import Covariance, Influences, NoCovariance, Rows, covariance_of
from ruralpanel.inference.small_sample import drop_singletons
from ruralpanel.reasons import Reason, because
from ruralpanel.study.blocks import Equation
from ruralpanel.study.estimators import ESTIMATORS
from ruralpanel.study.fixed_effects import FixedEffect, intercepts, slopes

CONSTANT = "the constant"

SINGLETONS_KEPT, SINGLETONS_DROPPED = "singletons kept", "singletons dropped"
"""The steps of the ledger that count rows alone in a fixed effect."""


@dataclass(frozen=True)
class Absorbed:
    """What the fixed effects leave of a regression's two sides.

    Parameters
    ----------
    sample
        The rows that were used.
    effects
        Their fixed effects without slopes, as integer codes.
    has_effects
        Whether there are any, in the place of a constant.
    within
        What is left.
    computed
        What has been computed of the sample's columns.
    """

    sample: pd.DataFrame
    effects: pd.DataFrame
    has_effects: bool
    within: Within
    computed: Computed

    @cached_property
    def weights(self) -> Numbers:
        """Of these rows, with a mean of one, shape (rows,)."""
        return self.within.weights

    @cached_property
    def outcome(self) -> Numbers:
        """What is left of it, times the square root of the weights, shape (rows,)."""
        return np.asarray(self.within.columns[0] * self.within.scales[0])

    @cached_property
    def regressors(self) -> pd.DataFrame:
        """The same of the regressors, by term."""
        values = self.within.columns[1:] * self.within.scales[1:, None]
        found = pd.DataFrame(values.T, columns=self.within.terms, index=self.sample.index)
        return found if self.has_effects else found.assign(**{CONSTANT: np.sqrt(self.weights)})


@dataclass(frozen=True)
class Fit:
    """An absorbed regression.

    Parameters
    ----------
    coefficients
        By term, those that could be estimated.
    covariance
        Of these coefficients.
    collinear
        Terms that fixed effects and the terms before them leave nothing of.
    shared
        The columns of the estimates table that all coefficients share.
    absorbed
        What resampling needs; None where the regression is not by least squares.
    """

    coefficients: pd.Series
    covariance: Covariance
    collinear: list[str]
    shared: dict[str, object]
    absorbed: Absorbed | None = None

    def standard_error(self, term: str) -> float:
        """Give the standard error of a term that was estimated."""
        return float(np.sqrt(max(self._variances[term], 0.0)))  # zero but for rounding

    def statistics(self, term: str, level: float) -> dict[str, Any]:
        """Give the columns of the estimates for a term that was estimated, or why it has no standard error."""
        rounding = self._rounding.get(term, (0.0, 0.0))
        (freedom,) = self.covariance.freedom_of_terms([term])
        return statistics(float(self.coefficients[term]), self.standard_error(term), freedom, level, rounding)

    @cached_property
    def _variances(self) -> dict[str, float]:
        matrix = self.covariance.matrix
        return dict(zip(matrix.index, np.diag(matrix.to_numpy()).tolist(), strict=True))

    @cached_property
    def _rounding(self) -> dict[str, tuple[float, float]]:
        bounds = self.covariance.rounding
        return dict(zip(bounds.index, zip(bounds["estimate"], bounds["error"], strict=True), strict=True))


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


def fit_absorbed(sample: pd.DataFrame, terms: list[str], equation: Equation, ledger: Ledger) -> Fit:
    r"""Estimate :math:`y_{it} = x_{it}'\beta + \text{fixed effects} + \varepsilon_{it}` by (weighted) least squares.

    Parameters
    ----------
    sample
        Rows from :func:`ruralpanel.estimation.sample.estimation_sample`.
    terms
        Columns of ``sample`` on the right-hand side.
    equation
        Gives fixed effects, weights and inference.
    ledger
        Gets a line when singletons leave, and the final count.

    Returns
    -------
    Fit
        Coefficients, covariance and counts.

    Raises
    ------
    CannotEstimate
        If the outcome or every term is absorbed, there are fewer rows than coefficients, or one cluster only.
    """
    sample, effects = varying_effects(sample, equation, ledger)
    weights = sample[equation.weights] if equation.weights else None
    regression = absorbed_regression(
        sample, sample[OUTCOME], weights, terms, effects, equation, computed=ledger.computed
    )
    fit = fit_of(regression, sample, terms, effects, equation, ledger)
    residuals = regression.influences.residuals  # of an outcome whose mean square is one
    r_squared = 1.0 - square(residuals) / len(sample)
    absorbed = Absorbed(sample, effects, bool(equation.fixed_effects), regression.within, ledger.computed)
    return replace(fit, shared=fit.shared | {"r_squared": r_squared}, absorbed=absorbed)


def fit_of(
    regression: Regression,
    sample: pd.DataFrame,
    terms: list[str],
    effects: pd.DataFrame,
    equation: Equation,
    ledger: Ledger,
) -> Fit:
    """Read a regression: its coefficients, their covariance, and what they share.

    Parameters
    ----------
    regression
        From :func:`absorbed_regression`.
    sample
        The rows it was estimated on.
    terms
        All that was to be estimated.
    effects
        The fixed effects of these rows.
    equation
        What was estimated.
    ledger
        Gets the final count.

    Returns
    -------
    Fit
        Without R².

    Raises
    ------
    CannotEstimate
        If no degrees of freedom are left, or there is one cluster only.
    """
    rows = _rows(regression, sample, effects, equation, ledger.computed)
    try:
        covariance = covariance_of(regression.influences, rows, equation.inference)
    except NoCovariance as error:
        raise CannotEstimate(error.reason) from None
    if covariance.degrees_of_freedom < 1:
        raise CannotEstimate("no_freedom_beside_effects", rows=len(sample))
    raised = because("variance_raised") if rows.places is not None else because("variance_of_two_dimensions")
    ledger.note("estimated", len(sample), sample, raised if covariance.repaired else None)
    weights = sample[equation.weights] if equation.weights else None
    shared: dict[str, object] = {
        "observations": len(sample),
        "units": ledger.computed.levels(sample[equation.unit]).number,
        "clusters": covariance.clusters,
        "outcome_mean": float(
            ledger.computed.facts(sample[OUTCOME], keep=False).mean
            if weights is None
            else np.average(sample[OUTCOME], weights=weights)
        ),
        **inference_columns(equation, covariance),
        **counts_of(sample, equation, ledger.computed),
    }
    units, named = regression.influences.units, covariance.matrix.index
    own = covariance.own_degrees_of_freedom
    covariance = replace(
        covariance,
        matrix=pd.DataFrame(covariance.matrix.to_numpy() * np.outer(units, units), named, named),
        rounding=covariance.rounding.mul(units, axis=0),
        contributions=_contributions(regression.influences, sample, equation, ledger.computed),
        own_degrees_of_freedom=None if own is None else own.combined(pd.DataFrame(np.diag(units), named, named)),
    )
    collinear = [term for term in terms if term not in regression.terms]
    tell_collinear([term for term in collinear if term in equation.regressors], sample, ledger)
    return Fit(pd.Series(regression.coefficients * units, regression.terms), covariance, collinear, shared)


def _contributions(
    influences: Influences, sample: pd.DataFrame, equation: Equation, computed: Computed
) -> pd.DataFrame | None:
    """Add up, where a bootstrap of them is asked for, what the rows of each cluster contribute to the coefficients."""
    inference = equation.inference
    if inference.bootstrap is None or not inference.one_cluster or ESTIMATORS[equation.estimator].imposes_null:
        return None
    (cluster,) = inference.cluster or [equation.unit]
    levels = computed.levels(sample[cluster])
    names = np.unique(sample[cluster].to_numpy())  # levels are in the order of the values
    return pd.DataFrame(influences.scores(levels) * influences.units, names, influences.terms)


def _rows(
    regression: Regression, sample: pd.DataFrame, effects: pd.DataFrame, equation: Equation, computed: Computed
) -> Rows:
    """Describe the rows of a regression to what computes its standard errors."""
    sloping = slopes(equation.fixed_effects)
    intercepts = [effect_name(each.intercept) for each in sloping]
    places = None
    if equation.inference.vcov.needs_places:
        places = sample[[str(equation.latitude), str(equation.longitude)]].to_numpy(dtype="float64")
    columns = [slope_values(sample, each).to_numpy()[:, 0] for each in sloping]
    return Rows(
        sample,
        [computed.levels(effects[name]) for name in effects],
        {name: computed.levels(sample[name]) for name in equation.inference.cluster or []},
        sample[equation.period].to_numpy(dtype="int64"),
        regression.within.weights,
        _beside(sample, effects, intercepts),
        [(sample[name].to_numpy(), values) for name, values in zip(intercepts, columns, strict=True)],
        sum(int(sample[name].nunique()) for name in intercepts),
        places,
    )


def inference_columns(equation: Equation, covariance: Covariance | None = None) -> dict[str, object]:
    """Give the columns of the estimates that say how standard errors were computed.

    Parameters
    ----------
    equation
        What was estimated.
    covariance
        Says how it was computed, and whether a variance was negative and had to be raised; None where an estimator has
        a covariance of its own.
    """
    inference = equation.inference
    settings = covariance.settings if covariance is not None else {}
    return {
        "variance": inference.variance,
        "clustered_by": inference.cluster or [],
        **settings,
        "repaired": covariance.repaired if covariance is not None and settings else None,
        "small_sample": inference.small_sample if inference.vcov.corrected else "none",
    }


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
    taken_out = _beside(sample, effects, intercepts)
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


def _beside(sample: pd.DataFrame, effects: pd.DataFrame, intercepts: Sequence[str]) -> pd.DataFrame:
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
