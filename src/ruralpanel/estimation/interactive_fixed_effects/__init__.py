r"""Imputation with interactive fixed effects: treated rows less what untreated rows and common shocks predict for them.

Estimand: averages of :math:`\tau_{it} = Y_{it}(1) - Y_{it}(0)` over treated rows, by event time and overall, where
untreated outcomes have, beside effects of units and periods, common shocks to which each unit responds in its own
measure, :math:`\lambda_i'f_t` (Bai 2009; Xu 2017; Liu, Wang & Xu 2024), or a matrix of small singular values (Athey and
others 2021). Parallel trends need not hold; but the periods before treatment have to tell how a unit responds, and
shocks after it have to be of the kind that were there before. Factors are those of the never treated; matrix
completion is fitted to all untreated rows.

The number of factors is that with which rows of treated units before treatment are predicted best by the others of them
(Xu 2017), and of those that do so within a hundredth the smallest; the penalty that with which untreated rows that are
left out, one of every unit at a time, are predicted best. Standard errors are from drawing
clusters, those with treated units and the others apart, with the number or penalty held fixed; p-values and intervals
are from the normal distribution. Gaps before treatment are residuals of the fit and not reported: they are small
whatever trends are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralpanel.arrays import Numbers
from ruralpanel.estimation.adoption import Adoption, Rows, adoption_of, averages_by_event_time
from ruralpanel.estimation.average import Average
from ruralpanel.estimation.covariance import covariances_in
from ruralpanel.estimation.estimates import NOBODY, left_out_of, no_estimate, statistics
from ruralpanel.estimation.imputation import imputable_rows
from ruralpanel.estimation.interactive_fixed_effects.low_rank import (
    DoesNotSettle,
    Model,
    Outcomes,
    Rank,
    fitted_model,
    responses_to,
    singular,
)
from ruralpanel.estimation.result import EquationResult, place_of
from ruralpanel.estimation.rounding import NOISE
from ruralpanel.estimation.sample import OUTCOME, CannotEstimate, clusters_of
from ruralpanel.estimation.treated_clusters import counts_of
from ruralpanel.frames.ledger import Ledger
from ruralpanel.inference.random_draws import generator
from ruralpanel.reasons import Reason, because
from ruralpanel.study.blocks import Equation
from ruralpanel.study.factors import Factors

FOLDS = 8
"""How often one untreated row of every unit is left out, to choose a penalty by."""
WITHIN = 1.01
"""Fewer factors are preferred whose predictions are worse by less than this."""
PENALTIES = 0.6 ** np.arange(1, 11)
"""The penalties tried, as shares of the largest singular value."""


def estimate(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> EquationResult:
    """Impute untreated outcomes of treated rows with common shocks, and average the differences.

    Parameters
    ----------
    panel
        The panel, with the designation's cohort and event time.
    equation
        Has one treatment, effects of unit and period, and ``factors``; ``window`` bins late event times at its end.
    ledger
        Gets a line for every reason for which rows leave.

    Returns
    -------
    EquationResult
        Effects by event time, and the overall effect, without event time.

    Raises
    ------
    CannotEstimate
        If nobody is treated, or nothing untreated to impute from; if units are seen untreated too seldom for the number
        of factors; or if there is one cluster.
    """
    asked = equation.factors or Factors()
    assert equation.seed is not None
    adoption, left_out = imputable_rows(adoption_of(panel, equation, ledger), equation, ledger)
    sample = adoption.sample
    ledger.note("estimated", len(sample), sample)
    clusters = clusters_of(sample, equation)
    data, places = _laid_out(adoption, equation)
    random = generator(equation.seed, equation.block, "cross-validation of factors")
    try:
        rank, how = _chosen(data, asked, random)
        model = fitted_model(data, rank)
    except DoesNotSettle as error:
        raise CannotEstimate(error.reason.code, **error.reason.arguments) from None
    averages = averages_by_event_time(adoption, adoption.begins, equation.window)
    known = [each for each in averages if each.over.any()]
    outcome = sample[OUTCOME].to_numpy(dtype="float64")
    estimates = _averaged(known, outcome, model, places, data.weight)
    draws, reason = _draws(adoption, data, places, clusters, rank, model, known, asked.draws, equation)
    errors = draws.std(axis=0, ddof=1) if reason is None else np.full(len(known), np.nan)
    shared: dict[str, Any] = {
        "term": adoption.treatment,
        "left_out": left_out_of(equation, how, left_out),
        "observations": len(sample),
        "units": len(data.outcome),
        "clusters": int(clusters.max()) + 1,
        "outcome_mean": float(outcome.mean()),
        "variance": "bootstrap",
        "resampling": because(
            "bootstrap",
            group=(equation.inference.cluster or [equation.unit])[0],
            how=because("drawn", draws=asked.draws),
        ),
        "clustered_by": equation.inference.cluster or [equation.unit],
        **counts_of(sample, equation),
    }
    # What is imputed is known to where the steps ended.
    known_to = (NOISE * float(np.abs(outcome).max()),) * 2
    found = dict(zip(map(_name, known), zip(estimates, errors, strict=True), strict=True))
    rows = []
    for each in averages:
        if _name(each) not in found:
            rows.append(no_estimate(equation, because(NOBODY, times=[each.place["event_time"]]), **shared | each.place))
            continue
        value, spread = found[_name(each)]
        numbers = statistics(float(value), float(spread), np.inf, equation.inference.level, known_to)
        rows.append({**shared, **each.place, **({"reason": reason} if reason else {}), **numbers})
    covariance = None
    if reason is None:
        of = [place_of({"term": adoption.treatment, **each.place}) for each in known]
        covariance = covariances_in(rows, of, np.atleast_2d(np.cov(draws.T)))
    return EquationResult(rows, covariance)


def _name(average: Average[Rows]) -> int | None:
    time = average.place.get("event_time")
    return None if time is None else int(time)


def _laid_out(adoption: Adoption, equation: Equation) -> tuple[Outcomes, tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Lay the sample out, units by periods, and say where its rows are."""
    sample = adoption.sample
    units, names = pd.factorize(sample[equation.unit], sort=True)
    periods, times = pd.factorize(sample[equation.period], sort=True)
    shape = (len(names), len(times))
    outcome, fitted = np.zeros(shape), np.zeros(shape, dtype=bool)
    outcome[units, periods] = sample[OUTCOME]
    fitted[units, periods] = adoption.untreated
    covariates = np.zeros((len(equation.regressors), *shape))
    for number, name in enumerate(equation.regressors):
        values = sample[name].to_numpy(dtype="float64")
        covariates[number][units, periods] = values - values[adoption.untreated].mean()
    never = np.ones(len(names), dtype=bool)
    never[units[adoption.event_time >= 0]] = False
    return Outcomes(outcome, covariates, fitted, np.ones(len(names)), never), (units, periods)


def _most_factors(data: Outcomes) -> int:
    """Give the largest number of factors that can be told from one another.

    Every treated unit has to be seen untreated in two rows more, to be tried on one; every period, in as many units
    never treated.
    """
    rows = int(data.fitted[~data.never].sum(axis=1).min()) - 2
    others = int(data.fitted[data.never].sum(axis=0).min()) - 1
    return min(rows, others, int(data.outcome.shape[1]) - 2)


def _chosen(data: Outcomes, asked: Factors, random: np.random.Generator) -> tuple[Rank, Reason]:
    """Choose the number of factors or the penalty, where it is not given, and say which it is."""
    if asked.method == "matrix_completion":
        largest = _largest(data)
        if asked.penalty is not None:
            return Rank(penalty=asked.penalty * largest), because("matrix_completed", share=asked.penalty, chosen=None)
        errors = _prediction_errors(data, [Rank(penalty=share * largest) for share in PENALTIES], random)
        share = float(PENALTIES[int(np.argmin(errors))])
        chosen = because("chosen_by_prediction")
        return Rank(penalty=share * largest), because("matrix_completed", share=share, chosen=chosen)
    if not data.never.any():
        raise CannotEstimate("nobody_never_treated_for_factors")
    most = _most_factors(data)
    if asked.number is not None:
        if asked.number > most:
            raise CannotEstimate("too_many_factors", number=asked.number, most=max(most, 0))
        return Rank(asked.number), because("with_factors", number=asked.number, chosen=None)
    if most < 1:
        return Rank(), because("with_factors", number=0, chosen=because("no_factor_possible"))
    errors = np.array([_left_out_errors(data, number) for number in range(min(most, asked.up_to) + 1)])
    number = int(np.flatnonzero(errors <= WITHIN * errors.min())[0])
    return Rank(number), because("with_factors", number=number, chosen=because("chosen_by_prediction"))


def _left_out_errors(data: Outcomes, number: int) -> float:
    """Leave out each untreated row of treated units in turn, and square what the others predict for it wrongly.

    The factors are of the never treated, who leave nothing out (Xu 2017, algorithm 1).
    """
    model = fitted_model(data, Rank(number))
    paths, total = model.paths, 0.0
    outcome = data.outcome - np.tensordot(model.coefficients, data.covariates, axes=1) - paths[:, 0]
    columns = np.column_stack([np.ones(len(paths)), paths[:, 1:]])
    treated, fitted = outcome[~data.never], data.fitted[~data.never]
    for period in np.flatnonzero(fitted.any(axis=0)):
        rest = fitted.copy()
        rest[:, period] = False
        predicted = responses_to(columns, treated, rest) @ columns[period]
        total += float(((treated[:, period] - predicted)[fitted[:, period]] ** 2).sum())
    return total


def _largest(data: Outcomes) -> float:
    """Give the largest singular value of what effects of units and periods leave of untreated cells."""
    flat = fitted_model(data, Rank())
    left = np.where(data.fitted, data.outcome - flat.predicted, 0.0)
    return float(singular(left, np.ones(len(left)))[0][0])


def _prediction_errors(data: Outcomes, ways: Sequence[Rank], random: np.random.Generator) -> Numbers:
    """Leave untreated cells out, one of every unit that has others, and square what is predicted wrongly for them."""
    enough = np.flatnonzero(data.fitted.sum(axis=1) > 1)
    total = np.zeros(len(ways))
    for _ in range(FOLDS):
        order = np.where(data.fitted[enough], random.uniform(size=(len(enough), data.fitted.shape[1])), -1.0)
        fitted = data.fitted.copy()
        fitted[enough, order.argmax(axis=1)] = False
        # A period without any other cell has none to be predicted by.
        alone = ~fitted.any(axis=0)
        fitted[:, alone] = data.fitted[:, alone]
        left, model = data.fitted & ~fitted, None
        for number, way in enumerate(ways):
            model = fitted_model(replace(data, fitted=fitted), way, model)
            total[number] += float(((data.outcome - model.predicted)[left] ** 2).sum())
    return total


def _averaged(
    averages: Sequence[Average[Rows]],
    outcome: Numbers,
    model: Model,
    places: tuple[NDArray[np.int64], NDArray[np.int64]],
    weight: Numbers,
) -> Numbers:
    """Average the differences of rows from what is predicted for them."""
    gap, counted = outcome - model.predicted[places], weight[places[0]]
    return np.array([float(np.average(gap[each.over], weights=counted[each.over])) for each in averages])


def _draws(
    adoption: Adoption,
    data: Outcomes,
    places: tuple[NDArray[np.int64], NDArray[np.int64]],
    clusters: NDArray[np.int64],
    rank: Rank,
    model: Model,
    averages: Sequence[Average[Rows]],
    number: int,
    equation: Equation,
) -> tuple[Numbers, Reason | None]:
    """Draw clusters, those with treated units and the others apart, and estimate anew; or say why that cannot be."""
    assert equation.seed is not None
    outcome = adoption.sample[OUTCOME].to_numpy(dtype="float64")
    whose = np.zeros(len(data.outcome), dtype="int64")
    whose[places[0]] = clusters
    if len(set(zip(places[0].tolist(), clusters.tolist(), strict=True))) > len(data.outcome):
        (name,) = equation.inference.cluster or [equation.unit]
        raise CannotEstimate("cluster_changes", name=name)
    treated = np.unique(clusters[adoption.event_time >= 0])
    others = np.setdiff1d(clusters, treated)
    nothing = np.empty((0, len(averages)))
    if len(treated) < 2:
        return nothing, because("no_bootstrap_one_treated", group=(equation.inference.cluster or [equation.unit])[0])
    random = generator(equation.seed, equation.block, "bootstrap of clusters")
    found: list[Numbers] = []
    for _ in range(number):
        drawn = np.concatenate([random.choice(each, len(each)) for each in (treated, others) if len(each)])
        weight = np.bincount(drawn, minlength=int(clusters.max()) + 1).astype("float64")[whose]
        counted = weight[places[0]]
        if any(counted[each.over].sum() == 0 for each in averages) or not _determined(data, weight):
            continue  # nobody in it is seen at one of the event times, or nothing tells what would be in a period
        try:
            again = fitted_model(replace(data, weight=weight), rank, model)
        except DoesNotSettle:
            continue
        found.append(_averaged(averages, outcome, again, places, weight))
    if 2 * len(found) < number:
        return nothing, because("no_bootstrap_few_draws", draws=len(found), asked=number)
    return np.array(found), None


def _determined(data: Outcomes, weight: Numbers) -> bool:
    """Tell whether every period has untreated cells of units that are drawn."""
    return bool((data.fitted[weight > 0].any(axis=0) | ~data.fitted.any(axis=0)).all())
