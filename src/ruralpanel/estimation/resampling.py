"""p-values of a two-way regression's terms that are drawn, beside those from its standard errors."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.estimation.absorbed import Absorbed, Fit
from ruralpanel.estimation.result import TREATED_CLUSTERS, BootstrapDraws, Draws, EquationResult, Row
from ruralpanel.estimation.right_hand_side import Term
from ruralpanel.estimation.sample import effect_name
from ruralpanel.estimation.taken_out import slope_values
from ruralpanel.estimation.treated_clusters import Counts
from ruralpanel.inference.crossing_effects import CrossingEffects, TooManyLevels, crossing_effects
from ruralpanel.inference.permutation import coefficients_of, permuted, strata_of
from ruralpanel.inference.random_draws import generator, share_as_large
from ruralpanel.inference.wild_bootstrap import WildWeights, wild_bootstrap, wild_weights
from ruralpanel.reasons import Reason, ReasonedError, because
from ruralpanel.study.blocks import Equation
from ruralpanel.study.estimators import ESTIMATORS
from ruralpanel.study.fixed_effects import slopes
from ruralpanel.study.resampling import Permutation, WildBootstrap
from ruralpanel.treatment_columns import cohort_column


class CannotPermute(ReasonedError):
    """Cohorts cannot be permuted in this sample; the message says why."""


def resampled_if_few(equation: Equation, fit: Fit) -> Equation:
    """Ask for a p-value that is drawn where too few clusters are treated, and the study has asked for none.

    Cohorts are permuted among clusters where an equation of two-way fixed effects allows it; else residuals of clusters
    are multiplied in a wild bootstrap.

    Parameters
    ----------
    equation
        What is estimated.
    fit
        Tells how many clusters are treated, by each treatment.

    Returns
    -------
    Equation
        The same, or with another inference.
    """
    inference, counts = equation.inference, fit.shared.get(TREATED_CLUSTERS)
    asked = inference.bootstrap is not None or inference.permutation is not None
    if asked or not isinstance(counts, Counts) or not counts.are_few_of_some or counts.total < 3:
        return equation
    if fit.absorbed is None or len(inference.cluster or []) != 1:
        return equation
    (cluster,) = inference.cluster or [equation.unit]
    kinds: dict[str, Any] = {"bootstrap": WildBootstrap()}
    single = len(equation.treatments) == 1 and equation.absorbing and not equation.intensities
    if ESTIMATORS[equation.estimator].permutes_itself and single and not equation.excluded_event_times:
        groups = fit.absorbed.sample.groupby(cluster)
        try:
            permutable_cohort(fit.absorbed.sample, groups, [], equation)
            kinds = {"permutation": Permutation(among=cluster)}
        except CannotPermute:
            pass
    return equation.model_copy(update={"inference": inference.model_copy(update=kinds), "seed": equation.seed or 0})


def permutable(terms: list[Term], equation: Equation) -> list[str]:
    """List the columns of treatments, their interactions, and their products with moderators."""
    others = {*equation.regressors}
    return [term.column for term in terms if term.period is None and term.column not in others]


def with_bootstrap(
    result: EquationResult, terms: list[Term], fit: Fit, panel: pd.DataFrame, equation: Equation
) -> EquationResult:
    """Add p-values from the wild cluster bootstrap to the rows of treatments, moderation and regressors.

    Parameters
    ----------
    result
        The estimates.
    terms
        What its rows are of, in the same order.
    fit
        The regression.
    panel
        All clusters in it get weights, so that all equations of a block draw the same for the same cluster.
    equation
        What was estimated.

    Returns
    -------
    EquationResult
        Its rows with the columns of the bootstrap, and what was drawn for them.
    """
    options, absorbed = equation.inference.bootstrap, fit.absorbed
    assert options is not None and absorbed is not None and equation.seed is not None and equation.inference.cluster
    (cluster,) = equation.inference.cluster
    random = generator(equation.seed, equation.block, "wild cluster bootstrap")
    drawn = wild_weights(panel[cluster], options.weights, options.draws, random)
    present = pd.Index(absorbed.sample[cluster].unique()).sort_values()
    weights, clusters = drawn.of(present), present.get_indexer(pd.Index(absorbed.sample[cluster]))
    try:
        effects = projection(absorbed, nested_effect(absorbed, cluster), equation)
    except TooManyLevels as error:
        failed = because("no_bootstrap", why=error.reason)
        return replace(result, rows=[row | {"bootstrap": failed} for row in result.rows])
    regressors = absorbed.regressors.to_numpy(dtype="float64")
    entering = [equation.intensities.get(name, name) for name in equation.treatments]
    is_treated = absorbed.sample[entering].ne(0).any(axis=1).groupby(absorbed.sample[cluster]).any()
    words = _how(weights, int(is_treated.sum()), equation)
    found: list[Row] = []
    draws = dict(result.draws)
    for number, (row, term) in enumerate(zip(result.rows, terms, strict=True)):
        if term.period is not None or pd.isna(row.get("standard_error")):
            found.append(row)
            continue
        position = list(absorbed.regressors.columns).index(term.column)
        bootstrap = wild_bootstrap(absorbed.outcome, regressors, position, clusters, effects, weights)
        statistics = bootstrap.statistics(0.0 if options.impose_null else bootstrap.coefficient)
        low, high = bootstrap.interval(equation.inference.level, options.impose_null)
        # Equations of a family can have different corrections: in their joint tests, all are as printed.
        scale = bootstrap.standard_error / row["standard_error"]
        found.append(
            row
            | {
                "p_value_bootstrap": bootstrap.p_value_of_zero(options.impose_null),
                "interval_low_bootstrap": low,
                "interval_high_bootstrap": high,
                "bootstrap": words,
            }
        )
        statistic, exact = abs(row["estimate"] / row["standard_error"]), weights.exact and options.impose_null
        of_row = BootstrapDraws(statistic, np.abs(statistics) * scale, exact)
        draws[number] = replace(draws.get(number, Draws()), bootstrap=of_row)
    return replace(result, rows=found, draws=draws)


def with_permutation(result: EquationResult, terms: list[Term], fit: Fit, equation: Equation) -> EquationResult:
    """Add p-values from permuted cohorts to the rows of the treatment and its moderation.

    Parameters
    ----------
    result, terms, fit
        As in :func:`with_bootstrap`.
    equation
        What was estimated: one treatment that stays, by its indicator.

    Returns
    -------
    EquationResult
        Its rows with the columns of the permutations, and the estimates drawn; with a reason there where cohorts cannot
        be permuted.
    """
    options, absorbed = equation.inference.permutation, fit.absorbed
    assert options is not None and absorbed is not None and equation.seed is not None
    sample = absorbed.sample
    columns = [name for name in permutable(terms, equation) if name in absorbed.regressors]
    if not columns:
        return result
    among = options.among or equation.timing_unit
    groups = sample.groupby(among, sort=True)
    try:
        cohort = permutable_cohort(sample, groups, options.within, equation)
        effects = projection(absorbed, _largest_effect(absorbed), equation)
    except (CannotPermute, TooManyLevels) as error:
        failed = because("no_permutations", why=error.reason)
        return replace(result, rows=[row | {"permutation": failed} for row in result.rows])
    random = generator(equation.seed, equation.block, "permutation")
    strata = strata_of(groups[options.within].first(), options.within)
    cohorts, codes = np.unique(cohort, return_inverse=True)
    drawn = permuted(codes.astype("int32"), strata, options.draws, random)
    units = groups.ngroup().to_numpy()
    (treatment,) = equation.treatments
    period = sample[equation.period].to_numpy()[:, None]

    # Moderators far from zero are measured from their means, in which the treatment's coefficient is another.
    moderators = [name.removeprefix(treatment).removeprefix("*") for name in columns]
    values = {name: sample[name].to_numpy(dtype="float64") for name in moderators if name}
    centres = {name: float(each.mean()) if treatment in columns else 0.0 for name, each in values.items()}

    def columns_of(cohorts: np.ndarray) -> list[np.ndarray]:
        treated = (period >= cohorts).astype("float64")  # nobody is treated whose cohort is missing
        return [treated * (values[name] - centres[name])[:, None] if name else treated for name in moderators]

    others = absorbed.regressors.drop(columns=columns).to_numpy(dtype="float64")
    root = np.sqrt(absorbed.weights)
    draws = coefficients_of(columns_of, cohorts, drawn, units, absorbed.outcome, others, effects, root)
    if treatment in columns:
        shifts = np.array([centres[name] if name else 0.0 for name in moderators])
        draws[:, columns.index(treatment)] -= draws @ shifts
    within = because("within", names=options.within) if options.within else None
    words = because("permutations", draws=options.draws, among=among, within=within)
    found, drawn_for = list(result.rows), dict(result.draws)
    for number, term in enumerate(terms):
        if term.column in columns:
            of_term = draws[:, columns.index(term.column)]
            p_value = share_as_large(float(found[number]["estimate"]), of_term, exact=False)
            found[number] = found[number] | {"p_value_permutation": p_value, "permutation": words}
            drawn_for[number] = replace(drawn_for.get(number, Draws()), permuted=of_term)
    return replace(result, rows=found, draws=drawn_for)


def permutable_cohort(sample: pd.DataFrame, groups: Any, within: list[str], equation: Equation) -> np.ndarray:
    """Give the cohort of every group that can change places with others.

    Parameters
    ----------
    sample
        Rows, with the treatment and its cohort.
    groups
        The same by what is permuted, ``sample.groupby(...)``, sorted.
    within
        Columns of strata.
    equation
        Of one treatment.

    Returns
    -------
    numpy.ndarray
        Missing for the never treated, in the order of the groups' names.

    Raises
    ------
    CannotPermute
        If the treatment is not all that its cohort says, cohorts or strata differ within what is permuted, that is
        smaller than the groups in which treatment is assigned, or no stratum has two cohorts to change places.
    """
    (treatment,) = equation.treatments
    name = cohort_column(treatment)
    cohort = sample[name].astype("float64")
    if not (sample[treatment] == (sample[equation.period] >= cohort)).all():
        raise CannotPermute("more_than_its_cohort", treatment=treatment)
    for column in [name, *within]:
        if groups[column].nunique(dropna=False).max() > 1:
            raise CannotPermute("differs_within_permuted", column=column)
    level, among = equation.assigned_by, str(groups.keys)
    if level is not None and level in sample and level != among:
        above = sample[level].groupby(groups.ngroup()).nunique(dropna=False).max() <= 1
        if above and sample[level].nunique() < groups.ngroups:
            raise CannotPermute("assigned_above_permuted", among=among, level=level)
    values: np.ndarray = cohort.groupby(groups.ngroup()).first().to_numpy()
    strata = strata_of(groups[within].first(), within)
    if pd.Series(values).groupby(strata).nunique(dropna=False).max() < 2:
        raise CannotPermute("no_cohorts_to_permute", treatment=treatment, among=among)
    return values


def _largest_effect(absorbed: Absorbed) -> str | None:
    """Name the effect with the most levels."""
    levels = {str(name): int(absorbed.effects[name].nunique()) for name in absorbed.effects}
    return max(levels, key=lambda name: (levels[name], name)) if levels else None


def projection(absorbed: Absorbed, main: str | None, equation: Equation) -> CrossingEffects:
    """Prepare the projection on a regression's fixed effects, one of which is taken out exactly."""
    sloping = [
        (absorbed.sample[effect_name(each.intercept)].to_numpy(), slope_values(absorbed.sample, each).to_numpy()[:, 0])
        for each in slopes(equation.fixed_effects)
    ]
    names = [effect_name(each.intercept) for each in slopes(equation.fixed_effects)]
    effects = absorbed.effects.assign(**{name: absorbed.sample[name] for name in names})
    return crossing_effects(effects, main, absorbed.weights, sloping, absorbed.computed)


def nested_effect(absorbed: Absorbed, cluster: str) -> str | None:
    """Name the effect with the most levels of those that lie within the clusters."""
    groups = absorbed.computed.levels(absorbed.sample[cluster])
    effects = {str(name): absorbed.computed.levels(absorbed.effects[name]) for name in absorbed.effects}
    nested = {name: levels.number for name, levels in effects.items() if levels.within(groups)}
    return max(nested, key=lambda name: (nested[name], name)) if nested else None


def _how(weights: WildWeights, treated: int, equation: Equation) -> Reason:
    """Say how the bootstrap was done, and in how many clusters anybody is treated, where anybody can be."""
    options = equation.inference.bootstrap
    assert options is not None
    clusters = len(weights.clusters)
    return because(
        "wild_rademacher" if options.weights == "rademacher" else "wild_webb",
        draws=because("all_patterns" if weights.exact else "draws", draws=weights.draws),
        imposed=because("null_imposed" if options.impose_null else "null_not_imposed"),
        of=because("treated_of", treated=treated, clusters=clusters)
        if equation.treatments
        else because("of_clusters", clusters=clusters),
    )
