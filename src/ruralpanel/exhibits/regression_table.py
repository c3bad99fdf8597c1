"""The regression table: one column a regression, coefficients over standard errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.estimation.address import address_of
from ruralpanel.exhibits.absorbed_rows import effects_of, fixed_effect_rows, slope_notes, slope_rows
from ruralpanel.exhibits.caption import ExhibitDeclaration, closing_notes, opening_notes
from ruralpanel.exhibits.numbers import count, decimal, interval_words, probability
from ruralpanel.exhibits.printed_table import Addressed, PrintedTable, printed
from ruralpanel.exhibits.regression_lines import (
    STUB,
    TermRow,
    as_columns,
    as_lines,
    has_few_in_common,
    heads_of_lines,
    notes_of_lines,
)
from ruralpanel.reasons import read
from ruralpanel.study.estimators import BY_PARTS, ESTIMATORS, LEAST_SQUARES, described
from ruralpanel.study.exhibits import RegressionTable
from ruralpanel.words.estimates import (
    DETECTABLE,
    missing_errors,
    not_used_notes,
    short_variance,
    unit_notes,
    variance_words,
    variances_words,
)
from ruralpanel.words.frames import listed
from ruralpanel.words.names import name_words, row_words, term_words
from ruralpanel.words.sentences import ALL_ROWS, numbered, sentence_list

MDE = "MDE₈₀"
"""The label of the rows with minimum detectable effects."""

P_VALUES = {
    "bootstrap": ("p_value_bootstrap", "p, wild bootstrap", "bootstrap"),
    "permutation": ("p_value_permutation", "p, permutation", "permutation"),
    "adjusted": ("p_value_adjusted", "p, adjusted", "adjustment"),
}
"""For every kind of p-value that can be printed: its column, its label, and the column that says how it was made."""

LONG_SAMPLE = 24
"""Characters beyond which a sample is said in the notes, for a cell would be taller than the rest of its table."""

REGRESSION = ["block", "specification", "outcome", "estimator"]

NO_ROWS = ("lead_test", "effect_at", "response_at", "density_test")
"""Kinds of estimates that have no row."""


def print_table(estimates: pd.DataFrame, declaration: ExhibitDeclaration) -> PrintedTable:
    """Lay out a regression table."""
    exhibit = declaration.of(RegressionTable)
    order = {block: position for position, block in enumerate(exhibit.blocks)}
    kept = estimates["estimator"].isin(exhibit.estimators(estimates["estimator"]))
    shown = estimates[kept & estimates["outcome"].map(exhibit.shows_outcome)]
    shown = shown.sort_values("block", key=lambda names: names.map(order), kind="stable")
    if exhibit.outcomes:
        places = {outcome: position for position, outcome in enumerate(exhibit.outcomes)}
        shown = shown.sort_values("outcome", key=lambda names: names.map(places), kind="stable")
    parts = dict(list(shown[_is_asked_for(shown, exhibit.effects)].groupby(REGRESSION, sort=False)))
    wholes = dict(list(shown[_is_asked_for(shown, "overall")].groupby(REGRESSION, sort=False)))
    columns = list(parts.values())
    # Observations, samples and the like are those of the whole regression, whichever of its averages are shown.
    regressions = [wholes.get(key, column) for key, column in parts.items()]
    rows = _term_rows(columns, exhibit)
    lines: list[TermRow] = []
    unavailable: dict[str, None] = {}
    for term, event_time in rows:
        label = row_words(shown[shown["term"] == term].iloc[0], declaration.labels)
        if isinstance(event_time, str):
            label += f", treated from {event_time}"
        elif event_time is not None:
            label += f", event time {event_time_words(event_time, _bin(shown, term, event_time))}"
        cells = [_cell(column, term, event_time, exhibit, unavailable) for column in columns]
        found = [_row_of(column, term, event_time) for column in columns]
        below = _rows_below(found, exhibit)
        lines.append(TermRow(term, label, [top for top, _ in cells], [error for _, error in cells], below))
    heads = [(declaration.outcomes[column["outcome"].iloc[0]].head, _head(column, declaration)) for column in columns]
    heads = _told_apart(heads, regressions, declaration.labels)
    statistics = _statistics(regressions, declaration)
    in_lines = exhibit.layout == "lines" or (exhibit.layout is None and has_few_in_common(lines))
    noun = "regression" if in_lines else "column"
    more = [*(notes_of_lines(statistics) if in_lines else []), *slope_notes(regressions, declaration, noun)]
    notes = _notes(regressions, declaration, exhibit, list(unavailable), noun, more)
    if in_lines:
        over = [("", head) for head in heads_of_lines(lines)]
        body = as_lines(lines, heads, regressions)
        return printed(declaration, over, body, [], notes, stub=STUB, numbered=False, words=(0,))
    return printed(declaration, heads, as_columns(lines), statistics, notes)


def _is_asked_for(estimates: pd.DataFrame, effects: str) -> pd.Series:
    """Tell the rows to show of estimators that average effects: the overall one, by cohort or by event time."""
    kinds = {name: ESTIMATORS[name] for name in estimates["estimator"].unique()}
    over_time = [name for name, each in kinds.items() if "window" in each.keys and not each.by_parts]
    averaging = estimates["estimator"].isin([name for name in over_time if kinds[name].has_overall])
    by_parts, kind = estimates["estimator"].isin(BY_PARTS), estimates["kind"]
    if effects == "overall":
        whole = kind.isin(("overall", "lead_test"))
        return (~by_parts | whole) & ~(averaging & kind.isin(("event_time", "cohort", "cell")))
    if effects == "cohort":
        averaging |= estimates["estimator"].isin(over_time)  # some have none
    return ~(averaging | by_parts) | (kind == effects)


def _told_apart(
    heads: list[tuple[str, str]], columns: list[pd.DataFrame], labels: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Add the estimator to heads of the same words over columns of different estimators."""
    names = [column["estimator"].iloc[0] for column in columns]
    told = []
    for head, name in zip(heads, names, strict=True):
        others = {other for same, other in zip(heads, names, strict=True) if same == head}
        # The notes have the whole words, with what to cite.
        words = described(name, labels).head if len(others) > 1 else ""
        told.append((head[0], ", ".join(part for part in (head[1], words) if part)))
    return told


def _term_rows(columns: list[pd.DataFrame], exhibit: RegressionTable) -> list[tuple[str, int | str | None]]:
    """List the rows of the table: terms in the order of the study or of the estimates, parts of them in theirs.

    A part is an event time, or the cohort as text.
    """
    found: dict[str, set[int | str | None]] = {}
    stages: dict[str, str] = {}
    for column in columns:
        for row in column[_has_row(column)].to_dict("records"):
            event_time = None if pd.isna(row["event_time"]) else int(row["event_time"])
            cohort = row["cohort"] if exhibit.effects == "cohort" else ""
            found.setdefault(row["term"], set()).add(event_time if event_time is not None else cohort or None)
            if row["kind"] == "first_stage":
                stages[row["term"]] = read(row["at"])["endogenous"]
    terms = exhibit.terms or list(found)
    below = [term for term, endogenous in stages.items() if endogenous in terms]
    terms = [*(term for term in terms if term not in below), *below]
    return [
        (term, event_time)
        for term in terms
        for event_time in sorted(found.get(term, ()), key=lambda value: (value is None, isinstance(value, str), value))
    ]


def _has_row(estimates: pd.DataFrame) -> pd.Series:
    """Tell which estimates have a row of the table."""
    return estimates["period"].isna() & ~estimates["kind"].isin(NO_ROWS)


def _bin(shown: pd.DataFrame, term: str, event_time: int) -> str:
    here = shown[(shown["term"] == term) & (shown["event_time"] == event_time)]
    bins = set(here["event_time_bin"])
    return bins.pop() if len(bins) == 1 else ""


def event_time_words(event_time: float, binned: str) -> str:
    """Write an event time, and that it stands for all beyond it where it does: ``≤ −4``."""
    sign = {"and earlier": "≤ ", "and later": "≥ "}.get(binned, "")
    return sign + decimal(event_time, 0)


def _cell(
    column: pd.DataFrame,
    term: str,
    event_time: int | str | None,
    exhibit: RegressionTable,
    unavailable: dict[str, None],
) -> tuple[str, str]:
    """Give a coefficient and what stands below it; a dash where there is a reason and no number."""
    row = _row_of(column, term, event_time)
    if row is None:
        return "", ""
    if pd.isna(row["estimate"]):
        unavailable[row["reason"]] = None
        return Addressed("—", address_of(row)), ""
    stars = ""
    if exhibit.stars and pd.notna(row["p_value"]):
        stars = "*" * sum(row["p_value"] < bound for bound in (0.10, 0.05, 0.01))
    error = f"({decimal(row['standard_error'], exhibit.decimals)})" if pd.notna(row["standard_error"]) else ""
    if pd.notna(row["weight_share"]):
        error = f"[{decimal(row['weight_share'], exhibit.decimals)}]"
    address = address_of(row)
    return Addressed(decimal(row["estimate"], exhibit.decimals) + stars, address), Addressed(error, address)


def _row_of(column: pd.DataFrame, term: str, event_time: int | str | None) -> pd.Series | None:
    """Find the estimate of a term in a column of the table."""
    here = column[(column["term"] == term) & column["period"].isna()]
    if isinstance(event_time, str):
        here = here[here["event_time"].isna() & (here["cohort"] == event_time)]
    else:
        here = here[here["event_time"].isna()] if event_time is None else here[here["event_time"] == event_time]
    return None if here.empty else here.iloc[0]


def _rows_below(found: list[pd.Series | None], exhibit: RegressionTable) -> list[tuple[str, list[str]]]:
    """Give the rows below a standard error that the study asks for, those of them that have a number."""
    rows = []
    for kind in exhibit.p_values or []:
        column, label, _ = P_VALUES[kind]
        values = [np.nan if row is None else row[column] for row in found]
        texts = ["" if pd.isna(value) else f"[{probability(value, sign='')}]" for value in values]
        rows.append((label, _addressed(texts, found)))
    bounds = [
        ""
        if row is None or pd.isna(row["p_value_anderson_rubin"])
        else interval_words(row["interval_low_anderson_rubin"], row["interval_high_anderson_rubin"], exhibit.decimals)
        for row in found
    ]
    rows.append(("Anderson–Rubin", _addressed(bounds, found)))
    if exhibit.minimum_detectable_effect:
        effects = ["" if row is None else decimal(row["minimum_detectable_effect"], exhibit.decimals) for row in found]
        rows.append((MDE, _addressed(effects, found)))
    return [(label, cells) for label, cells in rows if any(cells)]


def _addressed(texts: list[str], found: list[pd.Series | None]) -> list[str]:
    """Give the texts of a row the addresses of the estimates they belong to."""
    return [text if row is None else Addressed(text, address_of(row)) for text, row in zip(texts, found, strict=True)]


def _head(column: pd.DataFrame, declaration: ExhibitDeclaration) -> str:
    first = column.iloc[0]
    return declaration.specifications.get(f"{first['block']}/{first['specification']}", "")


def _statistics(columns: list[pd.DataFrame], declaration: ExhibitDeclaration) -> list[tuple[str, list[str]]]:
    """Give the rows below the coefficients: fixed effects, weights, sample, counts."""
    exhibit = declaration.of(RegressionTable)
    firsts = [column.iloc[0].to_dict() for column in columns]
    rows = fixed_effect_rows(firsts, declaration) + slope_rows(columns, declaration)
    rows += _strength_rows(columns, declaration)
    if exhibit.terms is not None and any(_hidden(first, exhibit) for first in firsts):
        rows.insert(0, ("Other regressors", ["Yes" if _hidden(first, exhibit) else "No" for first in firsts]))
    variances = [variance_words(first, declaration.labels) for first in firsts]
    if len({text for text in variances if text}) > 1:
        rows.append(("Standard errors", [short_variance(first, declaration.labels, "in_table") for first in firsts]))
    if any(first["weights"] != "none" for first in firsts):
        rows.append(("Weighted by", [_weight_words(first["weights"], declaration) for first in firsts]))
    if len({first["sample"] for first in firsts}) > 1:  # one sample for all columns is said in the notes
        samples = [first["sample"] for first in firsts]
        rows.append(("Sample", ["see notes" if len(sample) > LONG_SAMPLE else sample for sample in samples]))
    found: list[pd.Series | None] = [column.iloc[0] for column in columns]
    rows.append(("Observations", _addressed([count(first["observations"]) for first in firsts], found)))
    rows.append(
        (
            f"Units ({name_words(declaration.unit, declaration.labels)})",
            _addressed([count(first["units"]) for first in firsts], found),
        )
    )
    if any(pd.notna(first["clusters"]) for first in firsts):
        rows.append(("Clusters", _addressed([count(first["clusters"]) for first in firsts], found)))
    means = [decimal(first["outcome_mean"], exhibit.decimals) for first in firsts]
    rows.append(("Mean of outcome", _addressed(means, found)))
    if any(pd.notna(first["r_squared"]) for first in firsts):
        label = "R²" if all(not effects_of(first) for first in firsts) else "Within R²"
        rows.append((label, [decimal(first["r_squared"], 3) for first in firsts]))
    return rows


def _strength_rows(columns: list[pd.DataFrame], declaration: ExhibitDeclaration) -> list[tuple[str, list[str]]]:
    """Give the F of first stages, one row an endogenous term where there are several."""
    found = [column[column["first_stage_f"].notna()] for column in columns]
    terms = list(dict.fromkeys(term for rows in found for term in rows["term"]))
    lines = []
    for term in terms:
        rows = [rows[rows["term"] == term] for rows in found]
        cells = [
            "" if row.empty else Addressed(decimal(row["first_stage_f"].iloc[0], 1), address_of(row.iloc[0]))
            for row in rows
        ]
        of = f" of {term_words(term, declaration.labels)}" if len(terms) > 1 else ""
        lines.append((f"First-stage F{of}", cells))
    return lines


def _hidden(first: dict[Any, Any], exhibit: RegressionTable) -> list[str]:
    """List regressors that the table does not show."""
    return [name for name in listed(first["regressors"]) if name not in (exhibit.terms or [])]


def _weight_words(weights: str, declaration: ExhibitDeclaration) -> str:
    return "—" if weights == "none" else name_words(weights, declaration.labels)


def _notes(
    columns: list[pd.DataFrame],
    declaration: ExhibitDeclaration,
    exhibit: RegressionTable,
    unavailable: list[str],
    noun: str,
    of_regressions: list[str],
) -> list[str]:
    """Write the notes; a regression is called a ``noun``, and of regressions more is to be said."""
    firsts = [column.iloc[0].to_dict() for column in columns]
    sentences = opening_notes(declaration)
    estimators = dict.fromkeys(
        "pooled least squares"
        if not effects_of(first) and first["estimator"] in LEAST_SQUARES
        else described(first["estimator"], declaration.labels).words
        for first in firsts
    )
    sentences.append(f"Estimated by {sentence_list(list(estimators))}.")
    if any(first["variance"] for first in firsts):
        having = pd.DataFrame([first for first in firsts if first["variance"]])
        sentences.append(f"Standard errors in parentheses: {variances_words(having, declaration.labels)}.")
    sentences += not_used_notes(pd.concat(columns), declaration.labels) if columns else []
    terms = {term for column in columns for term in column["term"]}
    sentences += [f"{words}." for term, words in declaration.treatments.items() if term in terms]
    sentences += of_regressions
    units = [
        f"{words.head}: {words.level_unit}"
        for name, words in declaration.outcomes.items()
        if words.level_unit and exhibit.shows_outcome(name)
    ]
    if units:
        sentences.append(f"Units of outcomes: {'; '.join(units)}.")
    hidden = dict.fromkeys(term_words(name, declaration.labels) for first in firsts for name in _hidden(first, exhibit))
    sentences += (
        [*missing_errors(pd.concat(columns)), *unit_notes(pd.concat(columns), declaration.outcomes)] if columns else []
    )
    samples = list(dict.fromkeys(first["sample"] for first in firsts))
    if len(samples) == 1 and samples != [ALL_ROWS]:
        sentences.append(f"Sample: {samples[0]}.")
    elif len(samples) > 1:
        for sample in (each for each in samples if len(each) > LONG_SAMPLE):
            numbers = [number for number, first in enumerate(firsts, start=1) if first["sample"] == sample]
            sentences.append(f"Sample of {numbered(noun, numbers)}: {sample}.")
    if exhibit.terms is not None and hidden:
        sentences.append(f"Other regressors: {', '.join(hidden)}.")
    if any(column["weight_share"].notna().any() for column in columns):
        sentences.append("In brackets: the weight of a comparison in the two-way estimate, which is their sum.")
    if exhibit.stars:
        sentences.append("* p < 0.10, ** p < 0.05, *** p < 0.01.")
    for kind in exhibit.p_values or []:
        sentences.append(f"{P_VALUES[kind][1]}: {_how_made(kind, columns, exhibit, noun)}.")
    if exhibit.minimum_detectable_effect:
        sentences.append(f"{MDE}: {DETECTABLE}")
    sentences += _instrument_notes(columns, declaration, noun)
    if unavailable:
        sentences.append(f"— no estimate: {'; '.join(unavailable)}.")
    return sentences + closing_notes(declaration)


def _instrument_notes(columns: list[pd.DataFrame], declaration: ExhibitDeclaration, noun: str) -> list[str]:
    """Say what instruments there are, what their F is held to, and what Anderson–Rubin sets are."""
    with_numbers = list(enumerate(columns, start=1))
    by_set: dict[str, list[int]] = {}
    for number, column in with_numbers:
        if listed(column["instruments"].iloc[0]):
            by_set.setdefault(column["instruments"].iloc[0], []).append(number)
    if not by_set:
        return []
    instruments = {
        names: sentence_list([term_words(name, declaration.labels) for name in listed(names)]) for names in by_set
    }
    if len(by_set) == 1:
        sentences = [f"Instruments: {next(iter(instruments.values()))}."]
    else:
        sentences = [f"Instruments in {numbered(noun, at)}: {instruments[names]}." for names, at in by_set.items()]
    for words, how in (("First-stage F", "first_stage"), ("In brackets", "anderson_rubin")):
        found: dict[str, list[int]] = {}
        for number, column in with_numbers:
            for text in dict.fromkeys(text for text in column[how] if text):
                found.setdefault(text, []).append(number)
        if found:
            sentences.append(f"{words}: {next(iter(found)) if len(found) == 1 else _by_columns(found, noun)}.")
    return sentences


def _how_made(kind: str, columns: list[pd.DataFrame], exhibit: RegressionTable, noun: str) -> str:
    """Say how p-values of a kind were made, in which columns of the table, and why others that are shown have none."""
    p_value, _, how = P_VALUES[kind]
    found: dict[str, list[int]] = {}
    not_asked = []
    for number, column in enumerate(columns, start=1):
        tested = column[["p_value", "standard_error", p_value]].notna().any(axis=1)
        shown = column[_has_row(column) & tested]
        shown = shown[shown["term"].isin(exhibit.terms or shown["term"])]
        made = shown.loc[shown[p_value].notna(), how]
        absent = shown.loc[shown[p_value].isna(), how]
        for text in dict.fromkeys(text for text in [*made, *absent] if text):
            found.setdefault(text, []).append(number)
        if made.empty and len(absent) and (absent == "").all():
            not_asked.append(number)
    if found and not_asked:
        found["not asked for"] = not_asked
    if len(found) < 2:
        return next(iter(found), "not asked for in these blocks")
    return _by_columns(found, noun)


def _by_columns(found: Mapping[str, list[int]], noun: str) -> str:
    """Say of texts in which columns of the table they hold."""
    return "; ".join(f"in {numbered(noun, numbers)}, {text}" for text, numbers in found.items())
