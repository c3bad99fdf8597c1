"""The lineage of a number in plain text: what it is, its equation, its rows, its code, its sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ruralpanel.exhibits.numbers import count
from ruralpanel.reasons import read
from ruralpanel.report.estimates import traces
from ruralpanel.study.model import Study
from ruralpanel.study.sources_behind import columns_behind, columns_of_equation
from ruralpanel.verification.inputs import ChangedInput, behind_sources


def explanation(
    row: pd.Series,
    statistic: str,
    study: Study,
    name: str,
    ledgers: pd.DataFrame,
    provenance: Mapping[str, Mapping[str, Any]],
    code: str,
    changed: Sequence[ChangedInput] = (),
) -> str:
    """Write what stands behind an estimate.

    Parameters
    ----------
    row
        The estimate.
    statistic
        The number of it that is asked for: a column of the estimates.
    study, name
        The study, and what to say after ``--config study=``.
    ledgers
        Ledger lines of its sources, of the panel and of its block.
    provenance
        For each source, what was read.
    code
        The digest of the code behind its block.
    changed
        The study's inputs that are not the published ones, of which those behind this number are told.

    Returns
    -------
    str
        Lines for a terminal.
    """
    traced = traces(row.to_frame().T.convert_dtypes(), study, ledgers, provenance, {row["block"]: code})
    equation = traced["equations"][0]
    address, _, facts, *numbers = traced["rows"][0]
    lines = [address, ""]
    lines += _pairs([(words, f"{value:.9g}") for words, value in zip(traced["numbers"], numbers, strict=True) if value])
    if statistic != "estimate":
        lines += ["", f"Asked for: {statistic} = {row[statistic]}"]
    lines += ["", f"Equation: {equation['words']}"]
    lines += [f"Declared in: {equation['declared']} of config/studies/{name}.yaml"]
    described = zip(traced["words"], traced["facts"][facts], strict=True)
    lines += _pairs([(words, value) for words, value in described if value])
    lines += ["", f"Estimated by {equation['estimator']}: {equation['module']} ({code[:16]})"]
    lines += ["", "From the rows of the panel to those of the equation:"]
    lines += [_step(step) for step in equation["steps"]]
    lines += ["", "From raw rows to the panel, as far as it touches this number:"]
    lines += [_step(step) for step in _panel_steps(ledgers, row, study)]
    lines += ["", "Sources:"]
    for position in equation["sources"]:
        title, origin, digest, rows = traced["sources"][position]
        lines.append(f"  {title}: {origin}, {rows} rows, {digest}")
    names = list(study.sources)
    behind = behind_sources(changed, study, [names[position] for position in equation["sources"]])
    if behind:
        lines += ["", "Changed since publication:", *(f"  {each.sentence}" for each in behind)]
    shown = [
        exhibit
        for exhibit, each in study.exhibits.items()
        if row["block"] in each.estimated_in and each.shows_outcome(row["outcome"])
    ]
    lines += ["", f"Shown in: {', '.join(shown) or 'no exhibit'}"]
    lines += [f"Again, and nothing else: ./run results/{name}/estimates/{row['block']}.csv --config study={name}"]
    return "\n".join(lines)


def _pairs(pairs: list[tuple[str, str]]) -> list[str]:
    width = max((len(words) for words, _ in pairs), default=0)
    return [f"  {words:<{width}}  {value}" for words, value in pairs]


def _panel_steps(ledgers: pd.DataFrame, row: pd.Series, study: Study) -> list[list[str]]:
    """Keep the steps of the panel that lose rows, or make a column of the equation or one that such a column is of."""
    lines = ledgers[ledgers["stage"] == "panel"].to_dict("records")
    equations = [each for each in study.equations(row["block"]) if each.specification == row["specification"]]
    needed = {column for each in equations if each.outcome == row["outcome"] for column in columns_of_equation(each)}
    behind = columns_behind(study, needed | {name for each in equations for name in each.treatments})
    kept: list[list[str]] = []
    for line in lines:
        made = read("" if pd.isna(line["made"]) else line["made"]) or ()
        stayed = not pd.isna(line["rows_in"] + line["rows_out"]) and line["rows_in"] == line["rows_out"]
        if not made or behind & set(made) or not stayed:
            reason = "" if pd.isna(line["reason"]) else str(line["reason"])
            kept.append([str(line["step"]), count(line["rows_in"]), count(line["rows_out"]), reason])
    return kept


def _step(step: list[str]) -> str:
    what, rows_in, rows_out, reason = step
    return f"  {what}: {rows_in} → {rows_out}" + (f" ({reason})" if reason else "")
