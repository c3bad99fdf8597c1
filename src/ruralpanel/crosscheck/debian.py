"""Blocks in R with what Debian has: plm, clubSandwich and sandwich; the work is done by ``programs/debian.R``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from ruralpanel.crosscheck.adopted import Adopted
from ruralpanel.crosscheck.designs import ByCohort, Column, Design, GroupTimes, Means, Regression, TreatedCells
from ruralpanel.crosscheck.names import MADE, comment, r_text
from ruralpanel.crosscheck.written import Numbered, WrittenBlock, refuse_correction, refuse_variance
from ruralpanel.frames.sphere import EARTH_RADIUS
from ruralpanel.study.blocks import Equation
from ruralpanel.study.fixed_effects import fixed_effect
from ruralpanel.treatment_columns import cohort_column, event_time_column

PACKAGES = ("plm", "sandwich", "clubSandwich")

VARIANCES, CORRECTIONS, BIAS_REDUCED = (
    {"clustered", "heteroskedastic", "homoskedastic"},
    {"fixest", "fixest_full", "none"},
    "cr2",
)
"""The kinds of standard errors that these packages have for every design, their small-sample corrections, and the one
that only least squares has."""

FUNCTIONS = {
    "gaussian": "least_squares",
    "differences": "regression_of_changes",
    "poisson": "poisson_regression",
    "cloglog": "cloglog_regression",
}
"""By family of a regression, the function of ``programs/debian.R``."""


def lines(each: Numbered, block: WrittenBlock) -> list[str]:
    """Write an equation.

    Raises
    ------
    CannotWrite
        If these packages have no form for it.
    """
    design = each.design
    _require(design)
    names = block.names
    rows = [f"s <- d[d${each.rows} == 1, ]", f"s${MADE}y <- {outcome_in_r(design, names, 's$')}"]
    return [*rows, *WRITERS[type(design)](each, block)]


def _require(design: Design) -> None:
    inference = design.equation.inference
    is_least_squares = isinstance(design, Regression) and design.family == "gaussian"
    places = inference.vcov.needs_places and is_least_squares
    if inference.variance not in VARIANCES and not places:
        raise refuse_variance(design)
    of_leverage = inference.small_sample == BIAS_REDUCED and is_least_squares
    if inference.small_sample not in CORRECTIONS and not of_leverage:
        raise refuse_correction(design)
    if inference.vcov.constant_variance and design.family not in ("gaussian", "differences"):
        raise refuse_variance(design)


def _regression(each: Numbered, block: WrittenBlock) -> list[str]:
    design = each.design
    assert isinstance(design, Regression)
    made = [f"{MADE}{number} = {column_in_r(column, block, 's$')}" for number, column in enumerate(design.columns, 1)]
    equation = design.equation
    function, further = FUNCTIONS[design.family], ""
    written = ["x <- data.frame(", *separated(f"  {one}" for one in made), ")"]
    if equation.instruments:
        at = [n for n, column in enumerate(design.columns, 1) if column.place["term"] in equation.endogenous]
        instruments = ", ".join(f"s${block.names[name]}" for name in equation.instruments)
        function = "two_stage_least_squares"
        further = f"cbind({instruments}), c({', '.join(map(str, at))}), "
    written.append(f"found <- {function}(s, x, {further}{_settings(each, block)})")
    written += ["keep_columns(found, list(", *separated(places_in_r(design)), "))"]
    if design.sums:
        width = len(design.columns)
        written += [
            "keep_sums(found, rbind(",
            *separated(
                f"  c({', '.join(f'{value!r}' for value in (*one.multiples, *[0.0] * (width - len(one.multiples))))})"
                for one in design.sums
            ),
            f"), c({', '.join(r_text(str(one.place['term'])) for one in design.sums)}))",
        ]
    return written


def places_in_r(design: Regression) -> list[str]:
    """Write which estimate each coefficient is."""
    found = [f"  term = c({', '.join(r_text(str(column.place['term'])) for column in design.columns)})"]
    for name in ("event_time", "cohort", "period"):
        values = [str(column.place.get(name, "")) for column in design.columns]
        found.append(f"  {name} = c({', '.join(map(r_text, values))})" if any(values) else f'  {name} = ""')
    return found


def _by_cohort(each: Numbered, block: WrittenBlock) -> list[str]:
    equation = each.design.equation
    (treatment,) = equation.treatments
    columns = (block.names[cohort_column(treatment)], block.names[event_time_column(treatment)])
    names = ", ".join(map(r_text, (treatment, *columns)))
    return [f"by_cohort(s, {names}, {equation.reference_period}, {window_in_r(equation)}, {_settings(each, block)})"]


def _treated_cells(each: Numbered, block: WrittenBlock) -> list[str]:
    design = each.design
    assert isinstance(design, TreatedCells)
    equation = design.equation
    (treatment,) = equation.treatments
    columns = (block.names[cohort_column(treatment)], block.names[event_time_column(treatment)])
    names = ", ".join(map(r_text, (treatment, *columns)))
    highest = "Inf" if equation.window is None else str(equation.window[1])
    return [f"treated_cells(s, {names}, {design.begins}, {highest}, {_settings(each, block)})"]


def _adopted(each: Numbered, block: WrittenBlock) -> list[str]:
    """Call the function of ``programs/adoption.R`` that is named like the estimator."""
    design = each.design
    assert isinstance(design, Adopted)
    equation = design.equation
    (treatment,) = equation.treatments
    columns = (block.names[cohort_column(treatment)], block.names[event_time_column(treatment)])
    names = ", ".join(map(r_text, (treatment, *columns)))
    regressors = ", ".join(r_text(block.names[name]) for name in equation.regressors)
    return [
        f"{equation.estimator}(s, {names}, {design.begins}, {equation.reference_period}, {window_in_r(equation)},",
        f"  c({', '.join(map(str, design.leads))}), c({regressors}), {_settings(each, block)})",
    ]


def window_in_r(equation: Equation) -> str:
    """Write the first and the last event time."""
    return f"c({equation.window[0]}, {equation.window[1]})" if equation.window else "c(-Inf, Inf)"


def _group_times(each: Numbered, block: WrittenBlock) -> list[str]:
    design = each.design
    assert isinstance(design, GroupTimes)
    equation, choice = design.equation, design.choice
    (treatment,) = equation.treatments
    through = "NULL" if choice.observed_through is None else str(choice.observed_through)
    weights = "NULL" if each.weights is None else r_text(block.names.get(each.weights, each.weights))
    (cluster,) = equation.inference.cluster or [equation.unit]
    texts = [treatment, block.names[cohort_column(treatment)], choice.comparison, choice.base_period, choice.rows]
    return [
        f"group_times(s, {', '.join(map(r_text, texts))}, {equation.anticipation.get(treatment, 0)},",
        f"  {window_in_r(equation)}, {through}, {r_text(block.names[cluster])}, {weights},",
        f"  {_unit_and_period(each, block)})",
    ]


def _means(each: Numbered, block: WrittenBlock) -> list[str]:
    equation = each.design.equation
    cohort = r_text(block.names[cohort_column(equation.treatments[0])]) if equation.treatments else "NULL"
    weights = "NULL" if each.weights is None else r_text(block.names.get(each.weights, each.weights))
    cluster = (equation.inference.cluster or [equation.unit])[0]
    return [f"means(s, {cohort}, {r_text(block.names[equation.period])}, {r_text(block.names[cluster])}, {weights})"]


WRITERS: dict[type[Design], Callable[[Numbered, WrittenBlock], list[str]]] = {
    Regression: _regression,
    ByCohort: _by_cohort,
    TreatedCells: _treated_cells,
    Adopted: _adopted,
    GroupTimes: _group_times,
    Means: _means,
}
"""By design, what writes it."""


def _settings(each: Numbered, block: WrittenBlock) -> str:
    """Write effects, slopes, clusters, weights and what else regressions are called with."""
    equation, names = each.design.equation, block.names
    effects: list[tuple[str, ...]] = []
    slopes = []
    for effect in map(fixed_effect, equation.fixed_effects):
        if effect.columns not in effects:
            effects.append(effect.columns)
        if effect.slope is not None:
            number = effects.index(effect.columns) + 1
            slopes.append(f"list(effect = {number}, column = {r_text(names[effect.slope])})")
    written = [f"c({', '.join(r_text(names[name]) for name in columns)})" for columns in effects]
    inference = equation.inference
    clusters = [r_text(names[name]) for name in (inference.cluster or []) if inference.vcov.clusters]
    weights = "NULL" if each.weights is None else r_text(names.get(each.weights, each.weights))
    small = inference.small_sample if inference.vcov.corrected else "none"
    return ", ".join(
        [
            f"list({', '.join(written)})",
            f"list({', '.join(slopes)})",
            f"c({', '.join(clusters)})",
            weights,
            r_text(small),
            r_text(inference.variance),
            _unit_and_period(each, block),
            *_places(each, block),
        ]
    )


def _places(each: Numbered, block: WrittenBlock) -> list[str]:
    """Write what spatial standard errors need: coordinates, the distance in km, the kernel, the radius of the earth."""
    equation = each.design.equation
    if not equation.inference.vcov.needs_places:
        return []
    where = [f"s${block.names[str(name)]}" for name in (equation.latitude, equation.longitude)]
    kernel = r_text(equation.inference.kernel or "uniform")
    return [f"near = list({', '.join(where)}, {equation.inference.cutoff!r}, {kernel}, {EARTH_RADIUS!r})"]


def _unit_and_period(each: Numbered, block: WrittenBlock) -> str:
    equation = each.design.equation
    return f"{r_text(block.names[equation.unit])}, {r_text(block.names[equation.period])}"


def outcome_in_r(design: Design, names: Mapping[str, str], of: str = "") -> str:
    """Write the outcome as it is transformed."""
    column = f"{of}{names[design.equation.outcome_column]}"
    transformed = {"log": f"log({column})", "inverse_hyperbolic_sine": f"asinh({column})"}
    return transformed.get(design.equation.transformation, column)


def column_in_r(column: Column, block: WrittenBlock, of: str = "") -> str:
    """Write a column as the product that it is; an indicator is zero where its column is missing."""
    parts = [f"{of}{block.names[name]}" for name in column.factors]
    if column.within is not None:
        name, low, high = column.within
        values = str(low) if low == high else f"{low}:{high}"
        parts.append(f"({of}{block.names[name]} %in% {values})")
    return " * ".join(parts) if len(parts) > 1 or column.within is None else f"as.numeric{parts[0]}"


def separated(parts: Iterable[str]) -> list[str]:
    """Put a comma behind every line but the last."""
    every = list(parts)
    return [f"{part}," for part in every[:-1]] + every[-1:]


def head(title: str, block: WrittenBlock) -> list[str]:
    """Write the first lines of a script."""
    return [f"# {comment(title)}", *sources("debian", "adoption"), f"d <- read_data({r_text(block.block)})"]


def sources(*own: str) -> list[str]:
    """Read what scripts share: what both forms do, and files of a form."""
    return [f'source("{name}.R")' for name in ("report", "layout", *own)]


def foot(block: str) -> list[str]:
    """Write the last lines."""
    return [f"write_results({r_text(f'{block}.debian.csv')})"]
