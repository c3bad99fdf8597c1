r"""Weights with which units never treated resemble those treated at some time, before anything happened.

Estimand of what is estimated with them: the effect on the treated (on those treated units that find somebody
comparable), under parallel trends of units that are alike in what is matched on (Heckman, Ichimura & Todd 1997).

Adoption may be staggered. Units treated in any period of the equation's sample are the treated, all others of the
sample the never treated, and everybody is described by one set of values, all from before the first of them is treated
and before any anticipation: so no value can follow from treatment, and a unit has one weight in all periods. Within the
treated, nothing is weighted: estimators compare early cohorts with late ones as they always do.

References
----------
Hainmueller (2012), Entropy Balancing for Causal Effects, Political Analysis 20(1): :mod:`.entropy`.

Rosenbaum & Rubin (1985), Constructing a Control Group Using Multivariate Matched Sampling Methods That Incorporate the
Propensity Score, The American Statistician 39(1); Hirano, Imbens & Ridder (2003), Efficient Estimation of Average
Treatment Effects Using the Estimated Propensity Score, Econometrica 71(4): :mod:`.propensity`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.errors import DataError, Problem
from ruralpanel.estimation.matching.entropy import entropy_weights
from ruralpanel.estimation.matching.propensity import inverse_odds, nearest_neighbours, off_support, score_logit
from ruralpanel.estimation.matching_balance import BALANCE_COLUMNS, balance_table
from ruralpanel.estimation.rounding import NOISE
from ruralpanel.estimation.sample import MATCHING_LEAVES, CannotEstimate, estimation_sample, transformed
from ruralpanel.estimation.treated_units import all_treated_throughout
from ruralpanel.estimation.unasked import dependent
from ruralpanel.frames.ledger import Ledger
from ruralpanel.frames.periods.column import with_labels
from ruralpanel.frames.periods.frequency import frequency
from ruralpanel.reasons import Reason, because, written
from ruralpanel.study.blocks import Equation
from ruralpanel.study.estimators import ESTIMATORS
from ruralpanel.study.matching import Matching
from ruralpanel.treatment_columns import cohort_column


@dataclass(frozen=True)
class Units:
    """The units of an equation's sample, described for matching; sorted by name.

    Parameters
    ----------
    treated
        Whether each is treated in the sample's periods.
    weight
        Its own weight: the mean over its rows in the sample; one without weights.
    values
        What is matched on, a column for each variable and period (a pair of both); complete.
    """

    treated: np.ndarray
    weight: np.ndarray
    values: pd.DataFrame

    def of(self, chosen: np.ndarray) -> Units:
        """Pick some of the units."""
        return Units(self.treated[chosen], self.weight[chosen], self.values[chosen])


def match(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Decide which units of an equation's sample are compared, and with which weights.

    Parameters
    ----------
    panel
        The panel. What is matched on is read from all of it, as the equation's sample may begin later.
    equation
        With ``matching``.
    ledger
        Gets the lines of the equation's sample only where there is no matching, so that a reader sees what there was.

    Returns
    -------
    tuple of (pandas.DataFrame, pandas.DataFrame)
        The panel with the equation's weights as a column, and under
        :data:`ruralpanel.estimation.sample.MATCHING_LEAVES` why units are left out, which
        :func:`ruralpanel.estimation.sample.estimation_sample` carries out; and the table of balance, with the columns
        of :data:`ruralpanel.estimation.matching_balance.BALANCE_COLUMNS`.

    Raises
    ------
    CannotEstimate
        If nothing can be matched on before treatment, or no weights make the never treated resemble the treated.
    DataError
        If a column that is matched on is text.
    """
    matching = equation.matching
    assert matching is not None
    before = replace(ledger, lines=[])
    try:
        plain = equation.model_copy(update={"matching": None, "weights": equation.base_weights})
        sample = estimation_sample(panel, plain, before)
        return _matched(panel, sample, matching, equation, ledger)
    except CannotEstimate:
        ledger.lines += before.lines
        raise


def _matched(
    panel: pd.DataFrame, sample: pd.DataFrame, matching: Matching, equation: Equation, ledger: Ledger
) -> tuple[pd.DataFrame, pd.DataFrame]:
    treatment = matching.treatment or equation.treatments[0]
    cohort, always = _cohorts(sample, treatment, equation)
    leaves = pd.Series(index=cohort.index, dtype="object")
    reasons = []

    def leave(units: pd.Index, code: str, **arguments: Any) -> None:
        if len(units):
            reasons.append(written(because(code, units=len(units), **arguments)))
            leaves.loc[units] = reasons[-1]

    leave(cohort.index[always], "always_treated_not_matched")
    cohort = cohort[~always]
    treated = cohort.notna()
    if treated.all() or not treated.any():
        if always.any() and not treated.any():
            raise CannotEstimate(all_treated_throughout(sample, treatment, equation))
        raise CannotEstimate("everybody_treated" if treated.all() else "nobody_to_match")
    values = _values(panel, cohort, matching, treatment, equation)
    known = values.notna().all(axis=1)
    names = _words(values.columns[values.isna().any()], equation)
    leave(values.index[~known], "without_what_is_matched_on", columns=names)
    values = values[known]
    weight = pd.Series(1.0, index=values.index)
    if equation.base_weights:
        weight = sample.groupby(equation.unit)[equation.base_weights].mean().astype("float64").reindex(values.index)
    units = Units(treated[known].to_numpy(), weight.to_numpy(), values.astype("float64"))
    if units.treated.all() or not units.treated.any():
        raise CannotEstimate("no_never_treated_to_match" if units.treated.all() else "no_treated_to_match")
    collinear = _collinear(units)
    if len(collinear):
        words = _words(collinear, equation)
        # Before the lines of the sample, which begin with all rows of the panel.
        ledger.note("matching", len(panel), panel, because("matched_on_collinear", columns=words))
    factors, support = _factors(units, matching, equation)
    leave(values.index[~support], "off_common_support")
    unmatched = support & units.treated & (factors == 0)
    leave(values.index[unmatched], "without_neighbour")
    alone = ~units.treated & (factors == 0)
    leave(values.index[alone], "not_matched_to_anybody")
    if not (units.treated & (factors > 0)).any():
        raise CannotEstimate("nobody_matched")
    leaving = pd.Categorical(panel[equation.unit].map(leaves), categories=reasons)
    weights = panel[equation.unit].map(pd.Series(factors, index=values.index)).astype("float64")
    if equation.base_weights:
        weights = weights * panel[equation.base_weights].astype("float64")
    matched = panel.assign(**{str(equation.weights): weights}).assign(**{MATCHING_LEAVES: leaving})
    table = balance_table(units.values, units.treated, units.weight, units.weight * factors)
    place = {key: str(getattr(equation, key)) for key in BALANCE_COLUMNS[:4]}
    labelled = with_labels(table, {"period": frequency(equation.frequency)})
    return matched, labelled.assign(**place)[BALANCE_COLUMNS]


def _cohorts(sample: pd.DataFrame, treatment: str, equation: Equation) -> tuple[pd.Series, pd.Series]:
    """Give the cohort of every unit that is to be matched, missing if it is not treated in the sample's periods, and
    whether it is treated in every row."""
    rows = sample
    choice = equation.group_time
    if "group_time" in ESTIMATORS[equation.estimator].keys and (choice is None or choice.rows == "balanced"):
        # The estimator leaves out the others, with a line of its own; weights have to balance those that stay.
        rows = rows[rows.groupby(equation.unit)[equation.period].transform("size") == rows[equation.period].nunique()]
    if rows.empty:
        raise CannotEstimate("no_unit_in_all_periods")
    groups = rows.groupby(equation.unit, sort=True)
    cohort = groups[cohort_column(treatment)].first().astype("float64")
    cohort = cohort.where(cohort <= rows[equation.period].max())
    return cohort, cohort <= groups[equation.period].min()


def _values(
    panel: pd.DataFrame, cohort: pd.Series, matching: Matching, treatment: str, equation: Equation
) -> pd.DataFrame:
    """Look up what is matched on: units by pairs of a variable and a period."""
    periods = sorted(int(each) for each in panel[equation.period].unique())
    begins = int(cohort.min()) - equation.anticipation.get(treatment, 0)
    before = [each for each in periods if each < begins]
    code = "begins_with_effects_before" if begins < cohort.min() else "begins"
    first = because(code, treatment=treatment, period=equation.label(cohort.min()))
    if not before:
        raise CannotEstimate("no_period_to_match_on", first=first)
    baseline = matching.baseline if matching.baseline is not None else before[-1]
    how = equation.transformation
    own = equation.outcome_column if how == "none" else f"{equation.outcome_column} ({how.replace('_', ' ')})"
    wanted = [(name, baseline) for name in matching.covariates]
    wanted += [(own, each) for each in matching.outcome_path or []]
    wanted += [(name, each) for name, listed in matching.paths.items() for each in listed]
    late = sorted({each for _, each in wanted if each not in before})
    if late:
        named, earlier = ([equation.label(each) for each in periods] for periods in (late, before))
        raise CannotEstimate("matched_on_late", periods=named, first=first, earlier=earlier)
    columns = [*matching.covariates, *matching.paths]
    text = [name for name in columns if not pd.api.types.is_numeric_dtype(panel[name])]
    if text:
        raise DataError(
            Problem(f"block {equation.block}", f"`{name}` holds text and cannot be matched on") for name in text
        )
    table = panel.set_index([equation.unit, equation.period])
    found: dict[tuple[str, int], pd.Series] = {}
    for name, period in wanted:
        values = transformed(table[equation.outcome_column], equation.transformation) if name == own else table[name]
        found[name, period] = values.xs(period, level=equation.period).astype("float64").reindex(cohort.index)
    return pd.DataFrame(found)


def _collinear(units: Units) -> pd.Index:
    """Find variables of which a constant and those before them leave nothing, which share what they weigh."""
    root = np.sqrt(units.weight)[:, None]
    values = units.values.to_numpy()
    spread = values.std(axis=0)
    standardised = (values - np.average(values, axis=0, weights=units.weight)) / np.where(spread > 0, spread, 1.0)
    varies = spread > NOISE * np.abs(values).max(axis=0)
    numbers = dependent(np.where(varies, standardised, 0.0) * root)
    return units.values.columns[numbers]


def _words(columns: pd.Index, equation: Equation) -> list[Reason]:
    return [because("column_in", column=variable, period=equation.label(period)) for variable, period in columns]


def _factors(units: Units, matching: Matching, equation: Equation) -> tuple[np.ndarray, np.ndarray]:
    """Find what every unit's own weight is multiplied with, and which are on common support.

    Returns
    -------
    tuple of (numpy.ndarray, numpy.ndarray)
        Zero for whom the method leaves out; one for the treated that it keeps. The weights of the never treated that
        result add up to those of the treated.
    """
    support = np.ones(len(units.treated), dtype=bool)
    if matching.method == "entropy":
        names = _words(units.values.columns, equation)
        weights = entropy_weights(units.values.to_numpy(), units.treated, units.weight, matching.moments or 1, names)
    else:
        logit = score_logit(units.values.to_numpy(), units.treated, units.weight)
        if matching.common_support:
            support = ~off_support(logit, units.treated)
        if not units.treated[support].any():
            raise CannotEstimate("nobody_on_support")
        part = units.of(support)
        if matching.method == "inverse_odds":
            found = inverse_odds(logit[support], part.treated, part.weight)
        else:
            replacement = matching.replacement is not False
            found = nearest_neighbours(
                logit[support],
                part.treated,
                part.weight,
                matching.neighbours or 1,
                replacement,
                np.inf if matching.caliper is None else matching.caliper * float(np.std(logit, ddof=1)),
            )
        weights = np.zeros(len(support))
        weights[support] = found
    return weights / units.weight, support
