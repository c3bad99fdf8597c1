"""Blocks in R as most would write them: regressions by fixest, other designs by the packages that are for them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from ruralpanel.crosscheck.adopted import Adopted
from ruralpanel.crosscheck.debian import column_in_r, outcome_in_r, places_in_r, separated, sources, window_in_r
from ruralpanel.crosscheck.designs import (
    ByCohort,
    CannotWrite,
    Column,
    Design,
    GroupTimes,
    Means,
    Regression,
    TreatedCells,
)
from ruralpanel.crosscheck.names import MADE, comment, r_text
from ruralpanel.crosscheck.written import Numbered, WrittenBlock, refuse_correction, refuse_variance
from ruralpanel.frames.sphere import EARTH_RADIUS
from ruralpanel.study.fixed_effects import fixed_effect
from ruralpanel.treatment_columns import cohort_column, event_time_column

PACKAGES = ("fixest",)
"""What a script needs at least; without did, didimputation, did2s or bacondecomp, only what they estimate is missing
from its results."""

RADIUS = 6376
"""Of the earth in fixest, in km (its vcov_related.cpp)."""

NEVER_AT, NEVER_IN = -1000, 10000
"""The event time and the cohort of units never treated, which fixest leaves out by its arguments."""

FUNCTIONS = {"gaussian": "feols({}", "poisson": "fepois({}", "cloglog": 'feglm({}, family = binomial("cloglog")'}
"""By family of a regression, how its call begins."""


def head(title: str, block: WrittenBlock) -> list[str]:
    """Write the first lines of a script."""
    return [f"# {comment(title)}", *sources("fixest", "packages"), f"d <- read_data({r_text(block.block)})"]


def foot(block: str) -> list[str]:
    """Write the last lines."""
    return [f"write_results({r_text(f'{block}.fixest.csv')})"]


def lines(each: Numbered, block: WrittenBlock) -> list[str]:
    """Write an equation.

    Raises
    ------
    CannotWrite
        If these packages have no form for it.
    """
    design = each.design
    if design.equation.inference.small_sample not in CORRECTIONS:
        raise refuse_correction(design)
    rows = f"s <- d[d${each.rows} == 1, ]"
    return [rows, *WRITERS[type(design)](each, block)]


def _regression(each: Numbered, block: WrittenBlock) -> list[str]:
    design = each.design
    assert isinstance(design, Regression)
    if design.family == "differences":
        return _changes(each, block)
    before, right, names = _right(design, block)
    equation = design.equation
    further = ""
    if equation.instruments:
        endogenous = [block.names[name] for name in equation.endogenous]
        right = [one for one in right if one not in endogenous]
        instruments = " + ".join(block.names[name] for name in equation.instruments)
        further = f" | {' + '.join(endogenous)} ~ {instruments}"
        names = [f"fit_{name}" if name in endogenous else name for name in names]
    formula = f"{outcome_in_r(design, block.names)} ~ {' + '.join(right) or '1'}{_effects(design, block)}{further}"
    written = [*before, f"fit <- {FUNCTIONS[design.family].format(formula)}, data = s{_settings(each, block)})"]
    of = f"c({', '.join(map(r_text, names))})"
    written += [f"keep_named(fit, {of}, list(", *separated(places_in_r(design)), "))"]
    if design.sums:
        width = len(design.columns)
        rows = [(*one.multiples, *[0.0] * (width - len(one.multiples))) for one in design.sums]
        written += [
            f"keep_sums(fit, {of}, rbind(",
            *separated(f"  c({', '.join(map(repr, row))})" for row in rows),
            f"), c({', '.join(r_text(str(one.place['term'])) for one in design.sums)}))",
        ]
    return written


def _changes(each: Numbered, block: WrittenBlock) -> list[str]:
    """Write columns, take their differences, and regress them."""
    design = each.design
    assert isinstance(design, Regression)
    equation, names = design.equation, block.names
    made = [f"{MADE}{number}" for number in range(1, len(design.columns) + 1)]
    columns = [
        f"{name} = {column_in_r(column, block, 's$')}" for name, column in zip(made, design.columns, strict=True)
    ]
    formula = f"{MADE}y ~ {' + '.join(made)}{_effects(design, block)}"
    return [
        "x <- data.frame(",
        *separated(f"  {one}" for one in (f"{MADE}y = {outcome_in_r(design, names, 's$')}", *columns)),
        ")",
        f"s <- changes_of(s, x, {r_text(names[equation.unit])}, {r_text(names[equation.period])})",
        f"fit <- feols({formula}, data = s{_settings(each, block)})",
        f"keep_named(fit, c({', '.join(map(r_text, made))}), list(",
        *separated(places_in_r(design)),
        "))",
    ]


def _adopted(each: Numbered, block: WrittenBlock) -> list[str]:
    """Call the function of ``programs/packages.R`` that is named like the estimator."""
    design = each.design
    assert isinstance(design, Adopted)
    equation, names = design.equation, block.names
    if design.begins and design.how == "imputed":
        raise CannotWrite("choice_in_script")
    (treatment,) = equation.treatments
    columns = (names[cohort_column(treatment)], names[event_time_column(treatment)])
    cluster = names[(equation.inference.cluster or [equation.unit])[0]]
    weights = "NULL" if each.weights is None else r_text(names.get(each.weights, each.weights))
    effects = ", ".join(map(r_text, _effect_terms(design, block)))
    regressors = ", ".join(r_text(names[name]) for name in equation.regressors)
    places = ", ".join(map(r_text, (cluster, names[equation.unit], names[equation.period])))
    return [
        f"s${MADE}y <- {outcome_in_r(design, names, 's$')}",
        f"{equation.estimator}(s, {', '.join(map(r_text, (treatment, *columns)))}, {design.begins},",
        f"  {equation.reference_period}, {window_in_r(equation)}, c({', '.join(map(str, design.leads))}),",
        f"  c({regressors}), c({effects}), {weights}, {places}{_errors(each, block)})",
    ]


def _right(design: Regression, block: WrittenBlock) -> tuple[list[str], list[str], list[str]]:
    """Write columns before a formula, the formula's terms, and what coefficients are called, in the columns' order."""
    names = block.names
    before: list[str] = []
    right: list[str] = []
    called: list[str] = []
    indicators = design.event_time[0] if design.event_time else None
    if design.event_time is not None:
        column, zero, (low, high) = design.event_time
        e = f"s${names[column]}"
        before.append(f"s${MADE}e <- ifelse(is.na({e}), {NEVER_AT}, pmin(pmax({e}, {low}), {high}))")
        right.append(f"i({MADE}e, ref = c({', '.join(map(str, (*zero, NEVER_AT)))}))")
    for (factors, of), same in groupby(design.columns, key=_alike):
        columns = list(same)
        if of is None:
            right.append(":".join(names[name] for name in factors))
            called += [right[-1]] * len(columns)
        elif of == indicators:
            called += [f"{MADE}e::{column.place['event_time']}" for column in columns]
        else:
            factor = names[factors[0]]
            if len(factors) > 1:
                factor = f"{MADE}{len(before) + 1}"
                before.append(f"s${factor} <- {' * '.join(f's${names[name]}' for name in factors)}")
            at = [int(column.place["period"]) for column in columns]
            others = sorted({int(value) for value in design.sample[of].unique()} - set(at))
            ref = "" if not others else f", ref = {others[0]}" if len(others) == 1 else f", ref = c({_listed(others)})"
            right.append(f"i({names[of]}, {factor}{ref})")
            called += [f"{names[of]}::{period}:{factor}" for period in at]
    return before, right, called


def _alike(column: Column) -> tuple[tuple[str, ...], str | None]:
    return column.factors, None if column.within is None else column.within[0]


def _listed(values: list[int]) -> str:
    return ", ".join(map(str, values))


def _effects(design: Design, block: WrittenBlock) -> str:
    """Write fixed effects: ``| village + province^year``."""
    written = _effect_terms(design, block)
    return f" | {' + '.join(written)}" if written else ""


def _effect_terms(design: Design, block: WrittenBlock) -> list[str]:
    """Write each fixed effect: ``village``, ``province^year``, ``village[year]``."""
    written = []
    for effect in map(fixed_effect, design.equation.fixed_effects):
        one = "^".join(block.names[name] for name in effect.columns)
        written.append(one if effect.slope is None else f"{one}[{block.names[effect.slope]}]")
    return written


CORRECTIONS = {"fixest": "", "fixest_full": 'TRUE, "full"', "none": "FALSE"}
"""By small-sample correction, what ``corrected`` is called with."""


def _settings(each: Numbered, block: WrittenBlock) -> str:
    """Write weights, the kind of standard errors and their correction."""
    names = block.names
    weights = "" if each.weights is None else f", weights = ~{names.get(each.weights, each.weights)}"
    return weights + _errors(each, block)


def _errors(each: Numbered, block: WrittenBlock) -> str:
    """Write the kind of standard errors and their correction."""
    design = each.design
    equation, names = design.equation, block.names
    inference = equation.inference
    written = ""
    if inference.vcov.clusters:
        written += f", cluster = ~{' + '.join(names[name] for name in inference.cluster or [])}"
    elif inference.vcov.needs_places:
        if inference.kernel == "bartlett":
            raise refuse_variance(design)
        place = f"lat = {r_text(names[str(equation.latitude)])}, lon = {r_text(names[str(equation.longitude)])}"
        cutoff = float(inference.cutoff or 0) * RADIUS / EARTH_RADIUS
        written += f', vcov = vcov_conley({place}, cutoff = {cutoff!r}, distance = "spherical")'
    elif "bandwidth" in inference.vcov.keys:
        lag = "" if inference.bandwidth is None else f", lag = {inference.bandwidth}"
        written += f", vcov = vcov_DK(time = {r_text(names[equation.period])}{lag})"
    else:
        written += ', vcov = "iid"' if inference.vcov.constant_variance else ', vcov = "hetero"'
    if not inference.vcov.corrected or inference.small_sample == "fixest":
        return written
    return f"{written}, ssc = corrected({CORRECTIONS[inference.small_sample]})"


def _by_cohort(each: Numbered, block: WrittenBlock) -> list[str]:
    design = each.design
    equation, names = design.equation, block.names
    (treatment,) = equation.treatments
    cohort = f"s${names[cohort_column(treatment)]}"
    reference = "" if equation.reference_period == -1 else f", ref.p = {equation.reference_period}"
    right = f"sunab({MADE}cohort, {names[equation.period]}{reference})"
    formula = f"{outcome_in_r(design, names)} ~ {right}{_effects(design, block)}"
    return [
        f"s${MADE}cohort <- ifelse(is.na({cohort}), {NEVER_IN}, {cohort})",
        f"fit <- feols({formula}, data = s{_settings(each, block)})",
        f"keep_sunab(fit, {r_text(treatment)}, {window_in_r(equation)})",
    ]


def _treated_cells(each: Numbered, block: WrittenBlock) -> list[str]:
    design = each.design
    assert isinstance(design, TreatedCells)
    equation, names = design.equation, block.names
    (treatment,) = equation.treatments
    e, cohort = f"s${names[event_time_column(treatment)]}", f"s${names[cohort_column(treatment)]}"
    highest = "Inf" if equation.window is None else str(equation.window[1])
    weights = "NULL" if each.weights is None else f"s${names.get(each.weights, each.weights)}"
    cell = f"{MADE}cell"
    return [
        f's${cell} <- ifelse({e} %in% {design.begins}:10000, paste({cohort}, {e}), "none")',
        f'fit <- feols({outcome_in_r(design, names)} ~ i({cell}, ref = "none"){_effects(design, block)}, '
        f"data = s{_settings(each, block)})",
        f"keep_cells(fit, {r_text(treatment)}, s${cell}, {e}, {design.begins}, {highest}, {weights})",
    ]


def _group_times(each: Numbered, block: WrittenBlock) -> list[str]:
    design = each.design
    assert isinstance(design, GroupTimes)
    equation, choice, names = design.equation, design.choice, block.names
    (treatment,) = equation.treatments
    cluster = (equation.inference.cluster or [equation.unit])[0]
    columns = (cohort_column(treatment), cluster, equation.period, equation.unit)
    group = {"never_treated": "nevertreated"}.get(choice.comparison, "notyettreated")
    method = {"outcome_regression": "reg", "inverse_probability": "ipw"}.get(choice.method, "dr")
    further = "" if choice.observed_through is None else f", observed_through = {choice.observed_through}"
    if each.weights is not None:
        further += f", weightsname = {r_text(names.get(each.weights, each.weights))}"
    return [
        f"s${MADE}y <- {outcome_in_r(design, names, 's$')}",
        f"keep_did(s, {', '.join(map(r_text, (treatment, *(names[name] for name in columns))))},",
        f"  {window_in_r(equation)},",
        f"  {r_text(choice.rows)}{further}, control_group = {r_text(group)},",
        f"  base_period = {r_text(choice.base_period)}, est_method = {r_text(method)},",
        f"  anticipation = {equation.anticipation.get(treatment, 0)})",
    ]


def _means(each: Numbered, block: WrittenBlock) -> list[str]:
    design = each.design
    equation, names = design.equation, block.names
    cohort = f"s${names[cohort_column(equation.treatments[0])]}" if equation.treatments else ""
    group = f'ifelse(is.na({cohort}), "never", {cohort})' if cohort else '"all"'
    weights = "" if each.weights is None else f", weights = ~{names.get(each.weights, each.weights)}"
    cluster = names[(equation.inference.cluster or [equation.unit])[0]]
    return [
        f"s${MADE}cell <- paste({group}, s${names[equation.period]}, sep = {r_text(';')})",
        f"fit <- feols({outcome_in_r(design, names)} ~ 0 + {MADE}cell, data = s{weights}, cluster = ~{cluster})",
        "found <- coeftable(fit)",
        f'cells <- sub("^{MADE}cell", "", rownames(found))',
        f'keep(found[, 1], found[, 2], as.vector(table(s${MADE}cell)[cells]), versions("fixest"), "mean",',
        '  cohort = sub(";.*$", "", cells), period = sub("^.*;", "", cells))',
    ]


WRITERS: dict[type[Design], Callable[[Numbered, WrittenBlock], list[str]]] = {
    Regression: _regression,
    ByCohort: _by_cohort,
    TreatedCells: _treated_cells,
    Adopted: _adopted,
    GroupTimes: _group_times,
    Means: _means,
}
"""By design, what writes it."""
