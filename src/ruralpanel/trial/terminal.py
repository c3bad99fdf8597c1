"""Estimates as a table in the terminal, as a journal would print them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.exhibits.numbers import count, decimal, interval_words, probability
from ruralpanel.reasons import code_of
from ruralpanel.study.blocks import Equation
from ruralpanel.study.estimators import described
from ruralpanel.study.fixed_effects import fixed_effect
from ruralpanel.study.model import Study
from ruralpanel.words.estimates import OutcomeWords, short_variance
from ruralpanel.words.frames import in_words, ledger_in_words, listed
from ruralpanel.words.names import name_words, row_words, term_words

LONGEST = 60
"""Rows of a table; of more, the first are shown."""

WIDEST_STUB = 58
"""Characters of what stands before the numbers."""

STARS = "* p < 0.1, ** p < 0.05, *** p < 0.01"

COLUMN = 22
"""Characters of a column, where several equations are abreast."""


def printed(
    study: Study, equations: Sequence[Equation], estimates: pd.DataFrame, ledger: pd.DataFrame, width: int
) -> str:
    """Write estimates as a table.

    Parameters
    ----------
    study
        The study with the block.
    equations
        Of the block.
    estimates
        What they gave, with codes.
    ledger
        The rows behind each, with codes.
    width
        Characters of a line of the terminal.

    Returns
    -------
    str
        One table for several equations that have a coefficient a term, each in a column of its own; else one a
        equation.
    """
    labels = study.labels()
    rows = in_words(estimates, labels).reset_index(drop=True)
    parts = [rows[_of(rows, each)] for each in equations]
    if len(equations) > 1 and rows["event_time"].isna().all() and (rows["cohort"] == "").all():
        tables = [_abreast(study, some, own, labels) for some, own in _that_fit(equations, parts, width)]
    else:
        tables = [_alone(study, each, part, labels) for each, part in zip(equations, parts, strict=True)]
    lines = list(
        dict.fromkeys(line for each in equations for line in _left_out(each, ledger, study, len(equations) > 1))
    )
    return "\n\n".join([*tables, *(["\n".join(lines)] if lines else [])])


def _of(rows: pd.DataFrame, equation: Equation) -> pd.Series:
    keys = {"specification": equation.specification, "outcome": equation.outcome, "estimator": equation.estimator}
    found = pd.Series(data=True, index=rows.index)
    for key, value in keys.items():
        found &= rows[key] == value
    return found


def shown_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Choose the rows that a table shows: of all cohorts and periods, where there are any; no tests of leads.

    Parameters
    ----------
    rows
        Of one equation.
    """
    effects = rows[~rows["kind"].isin(["lead_test", "cohort_size"])]
    of_all = effects[(effects["cohort"] == "") & effects["period"].isna()]
    return (of_all if len(of_all) else effects).head(LONGEST)


def _alone(study: Study, equation: Equation, rows: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """Write one equation: a line a coefficient."""
    words = OutcomeWords.of(study.outcomes[equation.outcome])
    shown = shown_rows(rows)
    digits = decimals_for(shown)
    is_log = in_logs(study, equation)
    level = shown["interval_level"].dropna()
    heads = ["Coefficient", "Std. error", f"{level.iloc[0]:.0%} interval" if len(level) else "Interval", "p"]
    heads += ["In per cent"] if is_log else []
    lines = []
    for row in shown.to_dict("records"):
        cells = _cells(row, digits)
        cells += [_per_cent(row, equation)] if is_log else []
        lines.append((_place(row, labels), cells, row["reason"] if not cells[0] or not cells[1] else ""))
    stub = min(max(len(place) for place, _, _ in lines), WIDEST_STUB)
    widths = [max(len(head), *(len(cells[at]) for _, cells, _ in lines)) for at, head in enumerate(heads)]
    rule = "─" * (stub + sum(widths) + 2 * len(widths))
    written = [f"{words.head}: {described(equation.estimator, labels).words}", rule]
    written.append(" " * stub + "".join(f"  {head:>{size}}" for head, size in zip(heads, widths, strict=True)))
    for place, cells, reason in lines:
        numbers = "".join(f"  {cell:>{size}}" for cell, size in zip(cells, widths, strict=True))
        written.append(f"{_cut(place):<{stub}}{numbers}".rstrip() + (f"  {reason}" if reason else ""))
    facts = shown[shown["observations"].notna()]
    row = (facts if len(facts) else shown).iloc[0].to_dict()
    notes = [_counted(study, row, labels), _fit(words, row, is_log), _fixed_effects(row, labels), _errors(row, labels)]
    notes += [f"Weights: {name_words(row['weights'], labels)}"] if row["weights"] not in ("none", "") else []
    notes += [f"Sample: {row['sample']}"] if row["sample"] not in ("all rows", "") else []
    notes += [_leads(rows), _first_stage(rows)]
    notes += [f"Not used by this estimator: {row['not_used']}"] if row["not_used"] else []
    return "\n".join([*written, rule, *filter(None, notes)])


def _abreast(
    study: Study, equations: Sequence[Equation], parts: Sequence[pd.DataFrame], labels: Mapping[str, str]
) -> str:
    """Write several equations, a column each, with standard errors in brackets below coefficients."""
    shown = [shown_rows(part) for part in parts]
    digits = decimals_for(pd.concat(shown))
    places = list(dict.fromkeys(_place(row, labels) for part in shown for row in part.to_dict("records")))
    columns = [{_place(row, labels): row for row in part.to_dict("records")} for part in shown]
    places = [
        each for each in places if any(each in column and pd.notna(column[each]["estimate"]) for column in columns)
    ]
    lines = _wrapped(_heads(study, equations, labels))
    begins = len(lines)
    for place in places:
        found = [column.get(place) for column in columns]
        cells = [_cells(row, digits) if row is not None else ["", "", "", ""] for row in found]
        lines.append((place, [cell[0] + _stars(row) for cell, row in zip(cells, found, strict=True)]))
        lines.append(("", [f"({cell[1]})" if cell[1] else "" for cell in cells]))
        lines.append(("", [cell[2] for cell in cells]))
        if any(in_logs(study, each) and row is not None for each, row in zip(equations, found, strict=True)):
            of_log = [
                _per_cent(row, each) if row is not None and in_logs(study, each) else ""
                for each, row in zip(equations, found, strict=True)
            ]
            lines += [("", of_log)] if any(of_log) else []
    ends = len(lines)
    first = [part[part["observations"].notna()] for part in parts]
    facts = [(some if len(some) else part).iloc[0].to_dict() for some, part in zip(first, parts, strict=True)]
    lines += _rows_of_facts(study, facts, labels)
    stub = min(max(len(place) for place, _ in lines), WIDEST_STUB)
    widths = [max(len(cells[at]) for _, cells in lines) for at in range(len(equations))]
    rule = "─" * (stub + sum(widths) + 2 * len(widths))
    written = [
        (
            f"{_cut(place):<{stub}}" + "".join(f"  {cell:>{size}}" for cell, size in zip(cells, widths, strict=True))
        ).rstrip()
        for place, cells in lines
    ]
    without = [row for part in shown for row in part.to_dict("records") if pd.isna(row["estimate"]) and row["reason"]]
    reasons = list(dict.fromkeys(f"{_place(row, labels)}: {row['reason']}" for row in without))
    errors = list(dict.fromkeys(_errors(row, labels) for row in facts))
    levels = list(dict.fromkeys(f"{each:.0%}" for part in shown for each in part["interval_level"].dropna()))
    notes = (
        [*errors, f"In round brackets standard errors, in square ones {' or '.join(levels)} intervals. {STARS}"]
        if levels
        else errors
    )
    return "\n".join(
        [
            rule,
            *written[:begins],
            rule,
            *written[begins:ends],
            rule,
            *written[ends:],
            rule,
            *filter(None, notes),
            *reasons,
        ]
    )


def _heads(study: Study, equations: Sequence[Equation], labels: Mapping[str, str]) -> list[str]:
    """Say what tells columns apart: outcomes, estimators and what models choose, where these differ."""
    block = study.blocks[equations[0].block]
    several, labelled = len(block.estimators or []) > 1, study.specification_labels()
    heads = []
    for each in equations:
        parts = [OutcomeWords.of(study.outcomes[each.outcome]).head]
        parts += [described(each.estimator, labels).short] if several else []
        parts += [labelled[f"{each.block}/{each.specification}"]] if block.specifications else []
        heads.append("\n".join(parts))
    return heads


def _wrapped(heads: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Divide the heads of columns into lines."""
    divided = [[line for part in head.split("\n") for line in wrap(part, COLUMN)] for head in heads]
    height = max(map(len, divided))
    return [("", [lines[at] if at < len(lines) else "" for lines in divided]) for at in range(height)]


def _that_fit(
    equations: Sequence[Equation], parts: Sequence[pd.DataFrame], width: int
) -> list[tuple[list[Equation], list[pd.DataFrame]]]:
    """Put as many equations abreast as fit on a line."""
    most = max((width - 30) // (COLUMN + 2), 1)
    return [
        (list(equations[begin : begin + most]), list(parts[begin : begin + most]))
        for begin in range(0, len(equations), most)
    ]


def _rows_of_facts(
    study: Study, facts: Sequence[dict[Any, Any]], labels: Mapping[str, str]
) -> list[tuple[str, list[str]]]:
    unit = name_words(study.panel.unit, labels)
    effects = list(dict.fromkeys(each for row in facts for each in listed(row["fixed_effects"])))
    rows = [
        (
            f"Fixed effects: {_effect(each, labels)}",
            ["yes" if each in listed(row["fixed_effects"]) else "" for row in facts],
        )
        for each in effects
    ]
    rows.append(("Observations", [count(row["observations"]) for row in facts]))
    rows.append((f"Units ({unit})", [count(row["units"]) for row in facts]))
    rows.append(("Clusters", [count(row["clusters"]) for row in facts]))
    rows.append(("Mean of the outcome", [_short(row["outcome_mean"]) for row in facts]))
    rows.append(("R² within", [decimal(row["r_squared"], 3) for row in facts]))
    return [(head, cells) for head, cells in rows if any(cells)]


def decimals_for(rows: pd.DataFrame) -> int:
    """Choose how many decimals a table has: three digits of the usual standard error, or of the usual estimate.

    Parameters
    ----------
    rows
        Those that are shown.
    """
    sizes = rows["standard_error"].dropna() if rows["standard_error"].notna().any() else rows["estimate"].dropna()
    sizes = sizes[sizes.abs() > 0].abs()
    return 3 if sizes.empty else int(np.clip(2 - np.floor(np.log10(sizes.median())), 0, 8))


def in_logs(study: Study, equation: Equation) -> bool:
    """Tell whether coefficients of an equation are changes in a logarithm."""
    outcome = study.outcomes[equation.outcome]
    estimator = described(equation.estimator, None)
    return not estimator.describes and (outcome.transformation == "log" or outcome.in_logs or bool(estimator.log_of))


def _cells(row: Mapping[Any, Any], digits: int) -> list[str]:
    if pd.isna(row["estimate"]):
        return ["", "", "", ""]
    ends = interval_words(row["interval_low"], row["interval_high"], digits) if pd.notna(row["interval_low"]) else ""
    error = decimal(row["standard_error"], digits)
    return [decimal(row["estimate"], digits), error, ends, probability(row["p_value"], "")]


def _per_cent(row: Mapping[Any, Any], equation: Equation) -> str:
    """Write the effect of a treatment on a logarithm as a change in per cent, with its interval."""
    of_treatment = row["effect_of"] in {*equation.treatments, *equation.treatment_terms} and "*" not in row["effect_of"]
    if not of_treatment or pd.isna(row["estimate"]) or row["kind"] in ("first_stage", "comparison"):
        return ""
    change = 100 * np.expm1(row["estimate"])
    words = f"{'+' if change > 0 else ''}{decimal(change, 1)}%"
    if pd.isna(row["interval_low"]):
        return words
    low, high = (100 * np.expm1(row[key]) for key in ("interval_low", "interval_high"))
    return f"{words} {interval_words(low, high, 1)}"


def _stars(row: Mapping[Any, Any] | None) -> str:
    """Mark small p-values as tables here do."""
    if row is None or pd.isna(row["p_value"]):
        return ""
    return "*" * int(sum(row["p_value"] < level for level in (0.1, 0.05, 0.01)))


def _place(row: Mapping[Any, Any], labels: Mapping[str, str]) -> str:
    """Say which coefficient a row is."""
    words = row_words(row, labels)
    if pd.notna(row["event_time"]):
        words = f"Event time {decimal(float(row['event_time']), 0)} {row['event_time_bin']}".strip()
    words += f", cohort {row['cohort']}" if row["cohort"] not in ("", "never") else ""
    words += ", never treated" if row["cohort"] == "never" else ""
    return words + (f", {row['period']}" if pd.notna(row["period"]) else "")


def _cut(words: str) -> str:
    return words if len(words) <= WIDEST_STUB else words[: WIDEST_STUB - 1] + "…"


def _counted(study: Study, row: Mapping[Any, Any], labels: Mapping[str, str]) -> str:
    parts = [f"Observations: {count(row['observations'])}"] if pd.notna(row["observations"]) else []
    parts += (
        [f"units ({name_words(study.panel.unit, labels)}): {count(row['units'])}"] if pd.notna(row["units"]) else []
    )
    parts += [f"clusters: {count(row['clusters'])}"] if pd.notna(row["clusters"]) else []
    parts += [f"of these treated: {count(row['treated_clusters'])}"] if pd.notna(row["treated_clusters"]) else []
    return ", ".join(parts)


def _fit(words: OutcomeWords, row: Mapping[Any, Any], is_log: bool) -> str:
    parts = []
    if pd.notna(row["outcome_mean"]):
        unit = f" {words.level_unit}" if words.level_unit else ""
        mean = f"Mean of the outcome: {_short(row['outcome_mean'])}{unit}"
        geometric = np.exp(row["outcome_mean"]) if is_log and words.transformation == "log" else np.nan
        shown = f" (geometric mean {_short(geometric)} {words.unit or ''}".rstrip() + ")" if pd.notna(geometric) else ""
        parts.append(mean + shown)
    parts += [f"R² within: {decimal(row['r_squared'], 3)}"] if pd.notna(row["r_squared"]) else []
    return ", ".join(parts)


def _short(value: float) -> str:
    """Write a number with about four digits."""
    if pd.isna(value):
        return ""
    size = abs(value)
    return decimal(value, 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 10 else 3)


def _fixed_effects(row: Mapping[Any, Any], labels: Mapping[str, str]) -> str:
    effects = listed(row["fixed_effects"])
    return f"Fixed effects: {', '.join(_effect(each, labels) for each in effects)}" if effects else ""


def _effect(effect: str, labels: Mapping[str, str]) -> str:
    parsed = fixed_effect(effect)
    words = term_words(parsed.intercept, labels)
    return f"{words}, with slopes of {name_words(parsed.slope, labels)}" if parsed.slope else words


def _errors(row: Mapping[Any, Any], labels: Mapping[str, str]) -> str:
    words: str = short_variance(row, labels)
    return f"Standard errors: {words}" if row["variance"] else ""


def _leads(rows: pd.DataFrame) -> str:
    tests = rows[(rows["kind"] == "lead_test") & rows["p_value"].notna()]
    return f"Joint test of leads: p {probability(tests['p_value'].iloc[0])}" if len(tests) else ""


def _first_stage(rows: pd.DataFrame) -> str:
    known = rows[rows["first_stage_f"].notna()]
    return f"First stage: F = {decimal(known['first_stage_f'].iloc[0], 1)}" if len(known) else ""


def _left_out(equation: Equation, ledger: pd.DataFrame, study: Study, is_one_of_several: bool) -> list[str]:
    """Say which rows left, and why."""
    labels = study.labels() | {name: each.label for name, each in study.outcomes.items()}
    several = is_one_of_several and len({each.outcome for each in study.equations(equation.block)}) > 1
    of = f" of {study.outcomes[equation.outcome].label}" if several else ""
    table = "/".join([equation.block, equation.specification, equation.outcome, equation.estimator])
    own = ledger_in_words(ledger[ledger["table"] == table], labels)
    codes = ledger.loc[own.index, "step"].map(lambda cell: code_of(cell) if cell[:1] == "{" else cell)
    lost = own.assign(code=codes)[own["rows_out"] < own["rows_in"]]
    return [
        f"Left out{of}: {count(row['rows_in'] - row['rows_out'])} rows, {row['reason'] or row['step']}"
        for row in lost.to_dict("records")
    ]
