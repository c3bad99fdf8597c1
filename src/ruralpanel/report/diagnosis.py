"""What could be wrong, as the page says it: by effect, warnings first, each with what to do and where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
from markupsafe import Markup, escape

from ruralpanel.diagnosis.finding import Finding, findings_of
from ruralpanel.errors import counted
from ruralpanel.estimation.address import address_of
from ruralpanel.report.estimates import link
from ruralpanel.study.model import Study
from ruralpanel.study.subjects import DeclaredSubject
from ruralpanel.words.diagnosis import ITEMS
from ruralpanel.words.estimates import OutcomeWords
from ruralpanel.words.names import name_words
from ruralpanel.words.sentences import sentence, sentence_list

OVER_ALL = ("coefficient", "overall")
"""The kinds of estimates that are of a whole effect."""

MOST_OPEN = 4
"""Warnings and notes of a page beyond which they are folded, effect by effect."""


def diagnosis_parts(findings: pd.DataFrame, study: Study, estimates: pd.DataFrame) -> dict[str, Any] | None:
    """Print the diagnosis.

    Parameters
    ----------
    findings
        From :func:`ruralpanel.diagnosis.diagnose.diagnose`.
    study
        The study.
    estimates
        Tidy estimates of all blocks, some of which each effect is linked to.

    Returns
    -------
    dict or None
        How many warnings and notes there are, in a sentence; the effects that have any, those with warnings first; and
        the quiet ones. None where there is no effect of a treatment.
    """
    if findings.empty:
        return None
    declared = {(each.treatment, each.outcome): each for each in study.subjects}
    effects = []
    for (treatment, outcome), rows in findings.groupby(["treatment", "outcome"], sort=False):
        found = [finding for _, _, finding in findings_of(rows)]
        effects.append(_effect(str(treatment), str(outcome), found, declared, study, estimates))
    count = findings["level"].value_counts()
    told = [counted(int(count.get(level, 0)), level) for level in ("warning", "note")]
    return {
        "sentence": f"{sentence_list(told)} on {counted(len(effects), 'effect')}{_among(findings)}.",
        "effects": sorted((each for each in effects if each["count"]), key=lambda each: not each["warnings"]),
        "open": count.get("note", 0) + count.get("warning", 0) <= MOST_OPEN,
        "quiet": [each for each in effects if not each["count"]],
    }


def place_of_effect(treatment: str, outcome: str) -> str:
    """Name the place on the page of what was found of an effect."""
    return f"diagnosis-{treatment}-{outcome}"


def _among(findings: pd.DataFrame) -> str:
    """Say of how many units, where a large panel is looked at in part."""
    numbers = (finding.numbers for _, _, finding in findings_of(findings))
    drawn = [int(each["units_drawn"]) for each in numbers if "units_drawn" in each]
    return f", looked for in {drawn[0]:,} units drawn at random" if drawn else ""


def _effect(
    treatment: str,
    outcome: str,
    found: list[Finding],
    declared: dict[tuple[str, str], DeclaredSubject],
    study: Study,
    estimates: pd.DataFrame,
) -> dict[str, Any]:
    """Print what was found of one effect."""
    labels = study.labels()
    at = _headline(treatment, outcome, declared.get((treatment, outcome)), estimates)
    by_level = {level: [each for each in found if each.level == level] for level in ("warning", "note", "not_run")}
    told = {level: [_told(each, labels, at) for each in each_of] for level, each_of in by_level.items()}
    counts = [counted(len(by_level[level]), level) for level in ("warning", "note") if by_level[level]]
    return {
        "place": place_of_effect(treatment, outcome),
        "title": f"{name_words(treatment, labels)}: {OutcomeWords.of(study.outcomes[outcome]).head}",
        "link": link(at) if at else "",
        "count": sentence_list(counts) if counts else "",
        "warnings": told["warning"],
        "notes": told["note"],
        "silent": [ITEMS[each.item] for each in found if each.level == "silent"],
        "not_run": told["not_run"],
    }


def _told(finding: Finding, labels: dict[str, str], at: str) -> dict[str, Any]:
    addresses = finding.addresses or ((at,) if at else ())
    return {
        "level": finding.level,
        "item": ITEMS[finding.item],
        "flaw": _with_code(sentence(finding.flaw, labels)),
        "remedy": _with_code(sentence(finding.remedy, labels)),
        "estimates": [{"link": link(address), "address": address} for address in addresses],
    }


def _headline(treatment: str, outcome: str, declared: DeclaredSubject | None, estimates: pd.DataFrame) -> str:
    """Give the address of an effect's first estimate, of the equation that was looked at if it has one."""
    terms = {treatment, *(declared.equation.intensities.values() if declared is not None else ())}
    own = estimates["effect_of"].isin(terms) & (estimates["outcome"] == outcome) & estimates["kind"].isin(OVER_ALL)
    rows = estimates[own & estimates["estimate"].notna()]
    if declared is not None:
        equation = declared.equation
        same = (rows["block"] == equation.block) & (rows["specification"] == equation.specification)
        rows = rows[same] if same.any() else rows
    return address_of(rows.iloc[0]) if len(rows) else ""


def _with_code(text: str) -> Markup:
    """Set as code what stands between backticks."""
    return Markup("").join(_parts(text))


def _parts(text: str) -> Iterator[Markup]:
    for number, part in enumerate(text.split("`")):
        yield Markup("<code>{}</code>").format(part) if number % 2 else escape(part)
