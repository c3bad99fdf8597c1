"""Blocks in Stata: reghdfe, ppmlhdfe, ivreghdfe, cloglog, eventstudyinteract, csdid, did_imputation and did2s.

Written for Stata 16 and newer; Stata is not free, and no part of this program runs it.
"""

from __future__ import annotations

from collections.abc import Callable

from ruralpanel.crosscheck.adopted import Adopted
from ruralpanel.crosscheck.debian import VARIANCES
from ruralpanel.crosscheck.designs import ByCohort, CannotWrite, Column, Design, GroupTimes, Means, Regression
from ruralpanel.crosscheck.names import MADE, comment, stata_text
from ruralpanel.crosscheck.written import Numbered, WrittenBlock, refuse_correction, refuse_variance
from ruralpanel.study.fixed_effects import fixed_effect
from ruralpanel.treatment_columns import cohort_column, event_time_column

PACKAGES = ()

PROGRAMS = {"gaussian": "reghdfe", "differences": "reghdfe", "poisson": "ppmlhdfe", "cloglog": "cloglog"}
"""By family of a regression, the command."""


def head(title: str, block: WrittenBlock) -> list[str]:
    """Write the first lines of a do-file, which is run in its folder."""
    return [
        f"* {comment(title)}",
        "version 16",
        "clear all",
        "set more off",
        f'import delimited using "../data/{block.block}.csv", '
        "clear varnames(1) case(preserve) asdouble numericcols(_all)",
        "tempname results",
        "postfile `results' str80 (block specification outcome) str200 (estimator term) "
        "str20 (event_time cohort period) "
        f'double (estimate standard_error observations) str40 program using "{block.block}.dta", replace',
    ]


def foot(block: str) -> list[str]:
    """Write the last lines."""
    return [
        "postclose `results'",
        f'use "{block}.dta", clear',
        "format estimate standard_error %24.17g",
        f'export delimited using "{block}.stata.csv", replace datafmt',
        f'erase "{block}.dta"',
    ]


def place(names: list[str]) -> list[str]:
    """Keep of which equation the next results are."""
    keys = ("block", "specification", "outcome", "estimator")
    return [f"scalar {MADE}{key} = {stata_text(name)}" for key, name in zip(keys, names, strict=True)]


def lines(each: Numbered, block: WrittenBlock) -> list[str]:
    """Write an equation.

    Raises
    ------
    CannotWrite
        If these commands have no form for it.
    """
    design = each.design
    inference = design.equation.inference
    if inference.variance not in VARIANCES:
        raise refuse_variance(design)
    is_group_time = isinstance(design, GroupTimes)
    if not is_group_time and inference.small_sample not in ("fixest", "reghdfe"):
        raise refuse_correction(design)
    if isinstance(design, Means):
        raise CannotWrite("means_in_script")
    write = WRITERS.get(type(design))
    if write is None:
        raise CannotWrite("not_in_stata", estimator=design.equation.estimator)
    body = write(each, block)
    return ["preserve", f"keep if {each.rows} == 1", _outcome(design, block), *body, "restore"]


def _outcome(design: Design, block: WrittenBlock) -> str:
    column = block.names[design.equation.outcome_column]
    transformed = {"log": f"ln({column})", "inverse_hyperbolic_sine": f"asinh({column})"}
    return f"generate double {MADE}y = {transformed.get(design.equation.transformation, column)}"


def _column(column: Column, block: WrittenBlock) -> str:
    """Write a column as the product that it is; an indicator is zero where its column is missing."""
    parts = [block.names[name] for name in column.factors]
    if column.within is not None:
        name, low, high = column.within
        here = f"{block.names[name]} == {low}" if low == high else f"inrange({block.names[name]}, {low}, {high})"
        parts.append(f"({here})")
    return " * ".join(parts)


def _regression(each: Numbered, block: WrittenBlock) -> list[str]:
    design = each.design
    assert isinstance(design, Regression)
    equation = design.equation
    made = [f"{MADE}x{number}" for number in range(1, len(design.columns) + 1)]
    written = [
        f"generate double {name} = {_column(column, block)}" for name, column in zip(made, design.columns, strict=True)
    ]
    program, right = PROGRAMS[design.family], " ".join(made)
    if equation.instruments:
        within = [n for n, c in zip(made, design.columns, strict=True) if c.place["term"] in equation.endogenous]
        others = [name for name in made if name not in within]
        instruments = " ".join(block.names[name] for name in equation.instruments)
        program, right = "ivreghdfe", f"{' '.join(others)} ({' '.join(within)} = {instruments})"
    outcome = f"{MADE}y"
    if design.family == "differences":
        written += [
            f"egen {MADE}t = group({block.names[equation.period]})",
            f"tsset {block.names[equation.unit]} {MADE}t",
        ]
        outcome, right = f"D.{MADE}y", " ".join(f"D.{name}" for name in made)
        made = [f"D.{name}" for name in made]
    weights = "" if each.weights is None else f" [aweight = {block.names.get(each.weights, each.weights)}]"
    error = "_se[{}]"
    if design.family == "cloglog":
        effects = " ".join(f"i.{_effect(effect, block)}" for effect in equation.fixed_effects)
        options = _errors(each, block)
        # Likelihood commands of Stata do not count coefficients; the correction here does.
        error = "_se[{}] * sqrt((e(N) - 1) / (e(N) - e(rank)))"
        if equation.inference.small_sample == "reghdfe":
            error = "_se[{}]"
        call = f"cloglog {MADE}y {right} {effects}{weights.replace('aweight', 'iweight')}, {options}"
    else:
        absorbed = " ".join(_effect(effect, block) for effect in equation.fixed_effects)
        options = f"absorb({absorbed}) {_errors(each, block)}" if absorbed else f"noabsorb {_errors(each, block)}"
        if design.family == "poisson":
            weights = weights.replace("aweight", "pweight")
        keeps = equation.inference.small_sample == "fixest" and program == "reghdfe"
        call = f"{program} {outcome} {right}{weights}, {options}{' keepsingletons' if keeps else ''}"
        if design.family == "poisson" and equation.inference.small_sample == "fixest":
            error = "_se[{}] * sqrt((e(N) - 1) / (e(N) - e(df_m) - e(df_a)))"
    written.append(call)
    for name, column in zip(made, design.columns, strict=True):
        written.append(_post(column.place, f"_b[{name}]", error.format(name), program))
    for one in design.sums:
        terms = " + ".join(
            f"{multiple!r} * {name}" for multiple, name in zip(one.multiples, made, strict=False) if multiple
        )
        written += [f"lincom {terms}", _post(one.place, "r(estimate)", "r(se)", program)]
    return written


def _effect(written: str, block: WrittenBlock) -> str:
    effect = fixed_effect(written)
    one = "#".join(block.names[name] for name in effect.columns)
    return one if effect.slope is None else f"{one}##c.{block.names[effect.slope]}"


def _errors(each: Numbered, block: WrittenBlock) -> str:
    inference = each.design.equation.inference
    if inference.vcov.clusters:
        return f"vce(cluster {' '.join(block.names[name] for name in inference.cluster or [])})"
    return "vce(unadjusted)" if inference.vcov.constant_variance else "vce(robust)"


def _post(place_of: object, estimate: str, error: str, program: str) -> str:
    """Write a line that keeps a number."""
    at = dict(place_of)  # type: ignore[call-overload]
    parts = [f"({MADE}{key})" for key in ("block", "specification", "outcome", "estimator")]
    parts.append(f"({stata_text(str(at['term']))})")
    parts += [f"({stata_text(str(at.get(key, '')))})" for key in ("event_time", "cohort", "period")]
    return f"post `results' {' '.join(parts)} ({estimate}) ({error}) (e(N)) ({stata_text(program)})"


def _by_cohort(each: Numbered, block: WrittenBlock) -> list[str]:
    """Write eventstudyinteract, which has one indicator an event time, the reference period left out."""
    design = each.design
    equation = design.equation
    (treatment,) = equation.treatments
    cohort, event_time = block.names[cohort_column(treatment)], block.names[event_time_column(treatment)]
    e = design.sample[event_time_column(treatment)].dropna()
    times = sorted({int(value) for value in e} - {equation.reference_period})
    low, high = equation.window or (min(times, default=0), max(times, default=0))
    made = {value: f"{MADE}e{number}" for number, value in enumerate(times, start=1)}
    absorbed = " ".join(_effect(effect, block) for effect in equation.fixed_effects)
    weights = "" if each.weights is None else f" [aweight = {block.names.get(each.weights, each.weights)}]"
    return [
        f"generate double {MADE}never = missing({cohort}) | {cohort} > {int(design.sample[equation.period].max())}",
        *(f"generate double {name} = ({event_time} == {value})" for value, name in made.items()),
        f"eventstudyinteract {MADE}y {' '.join(made.values())}{weights}, cohort({cohort}) control_cohort({MADE}never) "
        f"absorb({absorbed}) {_errors(each, block)}",
        f"matrix {MADE}b = e(b_iw)",
        f"matrix {MADE}v = e(V_iw)",
        *(
            _post(
                {"term": treatment, "event_time": value},
                f'{MADE}b[1, colnumb({MADE}b, "{name}")]',
                f'sqrt({MADE}v[colnumb({MADE}v, "{name}"), colnumb({MADE}v, "{name}")])',
                "eventstudyinteract",
            )
            for value, name in made.items()
            if low <= value <= high
        ),
    ]


def _adopted(each: Numbered, block: WrittenBlock) -> list[str]:
    """Write the command for an estimator of staggered adoption, if there is one."""
    design = each.design
    assert isinstance(design, Adopted)
    writer = OF_ADOPTION.get(design.equation.estimator)
    if writer is None:
        raise CannotWrite("not_in_stata", estimator=design.equation.estimator)
    if each.weights is not None or any("[" in effect for effect in design.equation.fixed_effects):
        raise CannotWrite("choice_in_script")
    return writer(design, block, _errors(each, block))


def _averages(design: Adopted, block: WrittenBlock, first: int) -> tuple[list[str], dict[str, dict[str, object]]]:
    """Write indicators of what is averaged, by event time and over all treated rows, and say which estimate each is."""
    equation = design.equation
    (treatment,) = equation.treatments
    e = block.names[event_time_column(treatment)]
    seen = design.sample[event_time_column(treatment)].dropna()
    seen = seen[seen >= first]
    low, high = int(seen.min()), int(seen.max())
    if equation.window is not None:
        low, high = max(low, equation.window[0]), max(min(high, equation.window[1]), low)
    lines, places = [], {}
    for number, time in enumerate(sorted({int(value) for value in seen.clip(low, high)}), start=1):
        name = f"{MADE}e{number}"
        ends = (first if time == low else time, int(seen.max()) if time == high else time)
        lines.append(f"generate byte {name} = inrange({e}, {ends[0]}, {ends[1]})")
        places[name] = {"term": treatment, "event_time": time}
    lines.append(f"generate byte {MADE}all = {e} >= 0 & !missing({e})")
    places[f"{MADE}all"] = {"term": treatment}
    return lines, places


def _imputation(design: Adopted, block: WrittenBlock, errors: str) -> list[str]:
    """Write did_imputation for all averages at once, and reghdfe on untreated rows for leads."""
    equation, names = design.equation, block.names
    (treatment,) = equation.treatments
    if design.begins:
        raise CannotWrite("choice_in_script")
    lines, places = _averages(design, block, design.begins)
    columns = [names[equation.unit], names[equation.period], names[cohort_column(treatment)]]
    effects = " ".join(_effect(effect, block) for effect in equation.fixed_effects)
    regressors = " ".join(names[name] for name in equation.regressors)
    cluster = names[(equation.inference.cluster or [equation.unit])[0]]
    lines.append(
        f"did_imputation {MADE}y {' '.join(columns)}, wtr({' '.join(places)}) fe({effects}) controls({regressors}) "
        f"cluster({cluster}) minn(0)"
    )
    lines += [_post(place, f"_b[tau_{name}]", f"_se[tau_{name}]", "did_imputation") for name, place in places.items()]
    e = names[event_time_column(treatment)]
    made = {f"{MADE}lead{number}": time for number, time in enumerate(design.leads, start=1)}
    if made:
        lines += [f"generate byte {name} = {e} == {time}" for name, time in made.items()]
        keeps = " keepsingletons" if equation.inference.small_sample == "fixest" else ""
        right = " ".join((*made, regressors)).strip()
        lines.append(f"reghdfe {MADE}y {right} if !({e} >= 0 & !missing({e})), absorb({effects}) {errors}{keeps}")
        for name, time in made.items():
            lines.append(_post({"term": treatment, "event_time": time}, f"_b[{name}]", f"_se[{name}]", "reghdfe"))
    return lines


def _two_stage(design: Adopted, block: WrittenBlock, _: str) -> list[str]:
    """Write did2s twice: by event time, and over all treated rows."""
    equation, names = design.equation, block.names
    (treatment,) = equation.treatments
    e = names[event_time_column(treatment)]
    first = int(design.sample[event_time_column(treatment)].min())
    lines, places = _averages(design, block, first)
    parts = [f"i.{'#i.'.join(_effect(effect, block).split('#'))}" for effect in equation.fixed_effects]
    parts += [names[name] for name in equation.regressors]
    cluster = names[(equation.inference.cluster or [equation.unit])[0]]
    lines.append(f"generate byte {MADE}treated = {e} >= {design.begins} & !missing({e})")
    for chosen in ([*places][:-1], [*places][-1:]):
        lines.append(
            f"did2s {MADE}y, first_stage({' '.join(parts)}) second_stage({' '.join(chosen)}) "
            f"treatment({MADE}treated) cluster({cluster})"
        )
        lines += [_post(places[name], f"_b[{name}]", f"_se[{name}]", "did2s") for name in chosen]
    return lines


def _projections(design: Adopted, block: WrittenBlock, errors: str) -> list[str]:
    """Write one reghdfe of long differences an event time, and one of their mean."""
    equation, names = design.equation, block.names
    (treatment,) = equation.treatments
    assert equation.window is not None
    periods = sorted({int(value) for value in design.sample[equation.period]})
    if periods != list(range(periods[0], periods[-1] + 1)):
        raise CannotWrite("choice_in_script")
    cohort, period = names[cohort_column(treatment)], names[equation.period]
    absorbed = " ".join(_effect(effect, block) for effect in equation.fixed_effects if effect != equation.unit)
    keeps = " keepsingletons" if equation.inference.small_sample == "fixest" else ""
    base = _moved("", equation.reference_period)
    regressors = " ".join(f"{base}{names[name]}" for name in equation.regressors)
    lines = [f"tsset {names[equation.unit]} {period}", f"generate byte {MADE}newly = {cohort} == {period}"]
    first, last = equation.window
    projected: list[tuple[list[int], int | None]] = [
        ([time], time) for time in range(first, last + 1) if time != equation.reference_period
    ]
    projected += [(list(range(last + 1)), None)] if last >= 0 else []
    for horizons, at in projected:
        total = " + ".join(_moved(f"{MADE}y", time) for time in horizons)
        clean = f"missing({cohort}) | {cohort} + {design.begins} > {period} + {max(*horizons, 0)}"
        lines += [
            f"capture drop {MADE}d",
            f"generate double {MADE}d = ({total}) / {len(horizons)} - {base}{MADE}y",
            f"reghdfe {MADE}d {MADE}newly {regressors} if {MADE}newly | {clean}, "
            f"{f'absorb({absorbed})' if absorbed else 'noabsorb'} {errors}{keeps}",
            _post(
                {"term": treatment, "event_time": "" if at is None else at},
                f"_b[{MADE}newly]",
                f"_se[{MADE}newly]",
                "reghdfe",
            ),
        ]
    return lines


def _moved(name: str, by: int) -> str:
    """Write a column some periods later or earlier."""
    return name if by == 0 else f"{'F' if by > 0 else 'L'}{abs(by)}.{name}"


OF_ADOPTION: dict[str, Callable[[Adopted, WrittenBlock, str], list[str]]] = {
    "imputation": _imputation,
    "two_stage": _two_stage,
    "local_projections": _projections,
}
"""By estimator, what writes it."""


def _group_times(each: Numbered, block: WrittenBlock) -> list[str]:
    """Write csdid, whose cells are called by cohort and the two periods compared."""
    design = each.design
    assert isinstance(design, GroupTimes)
    equation, choice = design.equation, design.choice
    if equation.anticipation or choice.rows == "all" or choice.observed_through is not None:
        raise CannotWrite("choice_in_script")
    (treatment,) = equation.treatments
    names = block.names
    cohort = names[cohort_column(treatment)]
    cluster = names[(equation.inference.cluster or [equation.unit])[0]]
    weights = "" if each.weights is None else f" [iweight = {names.get(each.weights, each.weights)}]"
    further = "" if choice.comparison == "never_treated" else " notyet"
    further += " long2" if choice.base_period == "universal" else ""
    times = sorted({int(value) for value in design.sample[equation.period]})
    firsts = {int(value) for value in design.sample[cohort_column(treatment)].dropna() if value <= max(times)}
    since = sorted({period - first for first in firsts for period in times[1:]})
    low, high = equation.window or (min(since), max(since))

    def found(name: str, at: dict[str, object]) -> str:
        return _post({"term": treatment, **at}, f"_b[{name}]", f"_se[{name}]", "csdid")

    return [
        f"replace {cohort} = 0 if missing({cohort}) | {cohort} > {max(times)}",
        f"csdid {MADE}y{weights}, ivar({names[equation.unit]}) time({names[equation.period]}) gvar({cohort}) "
        f"cluster({cluster}) method(dripw){further}",
        "estat simple, post",
        found("ATT", {}),
        *_again(each, block, cohort, cluster, weights, further),
        "estat event, post",
        *(found(f"Tm{-e}" if e < 0 else f"Tp{e}", {"event_time": e}) for e in since if low <= e <= high),
        *_again(each, block, cohort, cluster, weights, further),
        "estat group, post",
        *(found(f"G{first}", {"cohort": first}) for first in sorted(firsts)),
        *_again(each, block, cohort, cluster, weights, further),
        "estat calendar, post",
        *(found(f"T{time}", {"period": time}) for time in times if any(first <= time for first in firsts)),
    ]


def _again(each: Numbered, block: WrittenBlock, cohort: str, cluster: str, weights: str, further: str) -> list[str]:
    """Estimate once more: what `post` leaves in memory is the averages only."""
    equation, names = each.design.equation, block.names
    return [
        f"quietly csdid {MADE}y{weights}, ivar({names[equation.unit]}) time({names[equation.period]}) gvar({cohort}) "
        f"cluster({cluster}) method(dripw){further}"
    ]


WRITERS: dict[type[Design], Callable[[Numbered, WrittenBlock], list[str]]] = {
    Regression: _regression,
    ByCohort: _by_cohort,
    GroupTimes: _group_times,
    Adopted: _adopted,
}
"""By design, what writes it."""
