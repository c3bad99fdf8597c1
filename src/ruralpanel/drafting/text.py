"""Write the draft of a study as YAML, with what was guessed marked as such."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import pandas as pd

from ruralpanel.drafting.described_files import DraftSource
from ruralpanel.drafting.draft import IN_FIRST_BLOCK, WIDEST, Draft
from ruralpanel.drafting.treatments import Treatment
from ruralpanel.errors import counted
from ruralpanel.study.estimators import ESTIMATORS

GUESSED = "guessed:"
"""What a comment on a guess begins with."""

NOBODY_YET = "Unknown"
"""The author of a draft, who has to be named by whoever makes a study of it."""

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_ ./-]*[A-Za-z0-9_]|[A-Za-z]")
_WORDS_OF_YAML = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
_LONGEST = 118


def study_text(name: str, draft: Draft) -> str:
    """Write a study file.

    Parameters
    ----------
    name
        The study's name.
    draft
        What was guessed.

    Returns
    -------
    str
        YAML with comments.
    """
    unit, period = draft.base.key.unit[0], str(draft.base.key.period)
    treatment = draft.treatments[0] if draft.treatments else None
    label = name.replace("_", " ").capitalize()
    lines = [
        "# yaml-language-server: $schema=../schema.json",
        f"# A draft made from raw files by ./run new-study {name}. Whatever is marked `{GUESSED}` is a guess: read it,",
        "# mend it, and take the mark away. config/README.md explains every key; ./run doctor looks at the files.",
    ]
    if draft.open_questions:
        lines += ["#", "# Not guessed:", *(line for each in draft.open_questions for line in _comment(each))]
    lines += [
        f"study: {name}",
        f"title: {label} # {GUESSED} from the name",
        f"authors: [{NOBODY_YET}] # who answers for it",
        "seed: 1 # any whole number; all random draws derive from it",
        f"data_standing: restricted # {GUESSED} the careful choice; `public` where everybody can have the data",
        "",
        "sources:",
    ]
    for source in draft.sources:
        lines += _source(source)
    lines += ["", "panel:"]
    shape = f"{draft.panel[unit].nunique():,} units, {draft.panel[period].nunique()} periods, {len(draft.panel):,} rows"
    lines += [f"  unit: {unit} # {GUESSED} {shape}", f"  period: {period}"]
    if draft.frequency is not None:
        lines.append(f"  frequency: {draft.frequency} # {GUESSED} as `{period}` has them")
    lines.append(f"  base: {draft.base.name}")
    if draft.joins:
        lines += ["  joins:"]
        for join in draft.joins:
            found = f"# {GUESSED} {join.share:.1%} of the panel's rows have a partner"
            lines.append(f"    - {{ source: {join.source.name}, on: {_flow(join.source.key.columns)} }} {found}")
    if treatment is not None:
        lines += ["", "designation:"]
        for number, each in enumerate(draft.treatments):
            lines += _designation(each, commented=number > 0)
    lines += ["", f"outcomes: # {GUESSED} numbers that vary over time within units"]
    lines += [f"  {key}: {_flow(keys)} # {draft.evidence_of_outcomes[key]}" for key, keys in draft.outcomes.items()]
    lines += ["", *_blocks(draft, treatment)]
    return "\n".join(lines) + "\n"


def _source(source: DraftSource) -> list[str]:
    lines = [f"  {source.name}:", f"    path: {_scalar(source.path)}"]
    lines.append(f"    key: {_flow(source.key.columns)} # {GUESSED} {source.evidence['key']}")
    for key, value in source.settings.items():
        if value != []:
            why = source.evidence.get(key)
            lines.append(f"    {key}: {_flow(value)}" + (f" # {GUESSED} {why}" if why else ""))
    lines.append("    columns:")
    for variable in source.variables:
        written = f"      {variable.name}: {_flow(variable.keys)}"
        why = f"{GUESSED} {'; '.join(variable.evidence)}" if variable.evidence else ""
        if why and len(written) + len(why) + 3 > _LONGEST:
            lines += [*_comment(why, "      "), written]
        else:
            lines.append(f"{written} # {why}" if why else written)
    stem = PurePosixPath(source.path).stem.replace("_", " ")
    return [*lines, f"    title: {_scalar(stem)}", "    redistributable: false # until its licence is known"]


def _designation(treatment: Treatment, commented: bool) -> list[str]:
    lines = [f"  {treatment.name}: # {GUESSED} {treatment.evidence}"]
    lines += [f"    {key}: {_flow(value)}" for key, value in treatment.keys.items()]
    lines.append(f"    label: {_scalar(treatment.name.replace('_', ' ').capitalize())}")
    return [f"  # {line[2:]}" for line in lines] if commented else lines


def _blocks(draft: Draft, treatment: Treatment | None) -> list[str]:
    """Write a first block, an event study where there are periods before treatment, and what shows them."""
    unit, period = draft.base.key.unit[0], str(draft.base.key.period)
    first = list(draft.outcomes)[:IN_FIRST_BLOCK]
    effects = f"[{unit}, {period}]"
    blocks = [
        "blocks:",
        "  baseline:",
        "    title: Two-way fixed effects",
        f"    outcomes: {_flow(first)}",
        f"    estimators: {_flow(_drafted('terms'))}",
        f"    fixed_effects: {effects}",
        f"    inference: {{ cluster: [{draft.cluster}] }}",
    ]
    exhibits = [
        "exhibits:",
        "  baseline: { kind: regression_table, title: Two-way fixed effects, blocks: [baseline] }",
    ]
    if treatment is None:
        others = [name for name in draft.outcomes if name not in first[:1]]
        if others:
            blocks[3] = f"    outcomes: {_flow(first[:1])}"
            blocks.append(f"    regressors: [{others[0]}] # in place of a treatment, for the study to run; not a claim")
        else:
            blocks[4] = f"    estimators: {_flow(_drafted('means'))}"
            del blocks[5:]
            exhibits[1] = "  baseline: { kind: trends_figure, title: Means, blocks: [baseline] }"
        return [*blocks, "", *exhibits]
    if not treatment.absorbing:
        return [*blocks, "", *exhibits]
    blocks += [
        "  trends:",
        "    title: Means by cohort",
        f"    outcomes: {_flow(first)}",
        f"    estimators: {_flow(_drafted('means'))}",
    ]
    exhibits += ["  trends: { kind: trends_figure, title: Means by cohort, blocks: [trends] }"]
    window = _window(draft.panel, treatment, period)
    never = draft.panel.loc[treatment.cohorts.isna(), unit].nunique()
    cohorts = draft.panel.groupby(treatment.cohorts.to_numpy())[unit].nunique()
    # Where all are treated at once, effects cannot be told from time.
    if window is not None and (never or len(cohorts) > 1):
        seen = f"{counted(len(cohorts), 'cohort')}, {counted(never, 'unit')} never treated"
        estimators = _drafted("event_times")
        if never >= 2 and len(cohorts) > 1:
            estimators += _drafted("staggered")
        blocks += [
            "  dynamic:",
            "    title: Before and after treatment",
            f"    outcomes: {_flow(first[:1])}",
            f"    estimators: {_flow(estimators)} # {GUESSED} {seen}",
            f"    fixed_effects: {effects}",
            f"    window: {window}",
            f"    inference: {{ cluster: [{draft.cluster}] }}",
        ]
        title = "Before and after treatment"
        exhibits += [f"  dynamic: {{ kind: event_study_figure, title: {title}, blocks: [dynamic] }}"]
    return [*blocks, "", *exhibits]


def _window(panel: pd.DataFrame, treatment: Treatment, period: str) -> list[int] | None:
    """Choose the event times shown: those seen, five at most on each side; none without two periods before."""
    times = (panel[period] - treatment.cohorts).dropna()
    if times.empty or times.min() > -2 or times.max() < 0:
        return None
    return [max(-WIDEST, int(times.min())), min(WIDEST, int(times.max()))]


def _comment(text: str, indent: str = "") -> list[str]:
    """Break a comment into lines."""
    lines, line = [], f"{indent}#"
    for word in text.split():
        if len(line) + len(word) + 1 > _LONGEST and line.strip() != "#":
            lines.append(line)
            line = f"{indent}#  "
        line += f" {word}"
    return [*lines, line]


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key}: {_flow(each)}" for key, each in value.items()) + " }" if value else ""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(_flow(each) for each in value) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    """Write a scalar, in quotation marks wherever YAML might read something else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(int(value)) if float(value).is_integer() else repr(value)
    text = str(value)
    chinese = re.fullmatch(r"[\u4e00-\u9fff]+", text)
    if (_PLAIN.fullmatch(text) and text.lower() not in _WORDS_OF_YAML) or chinese:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(each if each.isprintable() else f"\\U{ord(each):08x}" for each in quoted)


def _drafted(what_for: str) -> list[str]:
    """Name the estimators that a drafted study has for something."""
    return [name for name, each in ESTIMATORS.items() if each.drafted == what_for]
