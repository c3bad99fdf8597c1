"""Every estimate of an effect with a picker of specifications, as one page that needs no server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.exhibits.numbers import count, decimal, interval_words, probability
from ruralpanel.exhibits.specification_choices import CHOICES, choices_of
from ruralpanel.study.blocks import Equation
from ruralpanel.study.estimators import described
from ruralpanel.study.model import Study
from ruralpanel.words.estimates import OutcomeWords
from ruralpanel.words.frames import in_words
from ruralpanel.words.names import row_words, term_words

KINDS = ("coefficient", "overall")
"""The kinds of rows that are one effect over all rows."""

Choices = Mapping[str, str]


def effects(estimates: pd.DataFrame, study: Study) -> list[dict[str, Any]]:
    """Put estimates together that are of the same effect, with what each specification chose.

    Parameters
    ----------
    estimates
        Of all blocks, with codes.
    study
        The study.

    Returns
    -------
    list of dict
        One for each treatment, or product with one, and outcome, those with most estimates first: its words, and its
        estimates in the order of size. What is the same in numbers and choices in two blocks is there once.
    """
    labels, marked = study.labels(), _marked(study)
    terms = study.treatment_terms
    overall = estimates["event_time"].isna() & (estimates["cohort"] == "") & estimates["period"].isna()
    of_treatment = estimates["effect_of"].map(lambda each: bool(terms.keys() & set(each.split("*"))))
    rows = in_words(estimates[overall & of_treatment & estimates["kind"].isin(KINDS)], labels)
    rows = rows[rows["outcome"].isin(list(study.outcomes))].reset_index(drop=True)
    equations = {_address(each.model_dump()): each for block in study.blocks for each in study.equations(block)}
    found = []
    for (term, outcome), part in rows.groupby(["term", "outcome"], sort=False):
        chosen = marked.get((str(term), str(outcome)), "")
        estimated = [
            _estimate(row, equations[_address(row)], study, labels) for row in _once(part, chosen).to_dict("records")
        ]
        _tell_apart(estimated, study)
        known = sorted((each for each in estimated if each["value"] is not None), key=lambda each: each["value"])
        if not known:
            continue
        own = next((each for each in known if each["address"].startswith(f"{chosen}/")), None) if chosen else None
        first = next(each for each in estimated if each["value"] is not None)
        words = OutcomeWords.of(study.outcomes[str(outcome)])
        found.append(
            {
                "term": row_words(part.iloc[0], labels),
                "outcome": words.head,
                "unit": words.effect_unit,
                "estimates": [*known, *(each for each in estimated if each["value"] is None)],
                "chosen": [*known].index(own or first),
                "is_marked": own is not None,
            }
        )
    return sorted(found, key=lambda each: -len(each["estimates"]))


def _marked(study: Study) -> dict[tuple[str, str], str]:
    """Give, by term and outcome, the specification that a figure of the study marks."""
    declared: list[Any] = [each for each in study.exhibits.values() if getattr(each, "marked", None)]
    return {(each.term, each.outcome): each.marked for each in declared}


def _once(rows: pd.DataFrame, marked: str) -> pd.DataFrame:
    """Keep what is the same in two blocks once: as it is in the marked specification, or else where it is first."""
    is_marked = (rows["block"] + "/" + rows["specification"]) == marked
    ordered = rows.assign(first=is_marked).sort_values("first", ascending=False, kind="stable")
    numbers = ordered[["estimate", "standard_error"]].map("{:.10g}".format)
    choices = [each for each in CHOICES if each in ordered]
    doubled = numbers.join(ordered[[*choices, "small_sample", "reason"]].astype("str")).duplicated()
    return ordered[~doubled].sort_index()


def _address(row: Mapping[Any, Any]) -> str:
    return f"{row['block']}/{row['specification']}/{row['outcome']}/{row['estimator']}"


def _estimate(row: Mapping[Any, Any], equation: Equation, study: Study, labels: Mapping[str, str]) -> dict[str, Any]:
    """Write one estimate as the page shows it."""
    outcome = study.outcomes[row["outcome"]]
    estimator = described(row["estimator"], labels)
    is_log = outcome.transformation == "log" or outcome.in_logs or bool(estimator.log_of)
    known = pd.notna(row["estimate"])
    error = row["standard_error"] if pd.notna(row["standard_error"]) else abs(row["estimate"]) if known else 1.0
    digits = int(np.clip(2 - np.floor(np.log10(error)), 0, 6)) if known and error > 0 else 3
    has_ends = known and pd.notna(row["interval_low"])
    words = {"estimate": decimal(row["estimate"], digits)} if known else {"estimate": "", "reason": row["reason"]}
    if has_ends:
        words["interval"] = f"{row['interval_level']:.0%} interval {_ends(row, digits)}"
        words["p"] = f"p {probability(row['p_value'])}"
    if known and pd.notna(row["standard_error"]):
        words["error"] = f"standard error {decimal(row['standard_error'], digits)}"
    if known and is_log and "*" not in row["effect_of"]:
        change = 100 * np.expm1(row["estimate"])
        words["percent"] = f"{'+' if change > 0 else ''}{decimal(change, 1)} per cent"
        if has_ends:
            low, high = (100 * np.expm1(row[key]) for key in ("interval_low", "interval_high"))
            words["percent_interval"] = interval_words(low, high, 1)
    counts = [("observations", "observations"), ("units", "units"), ("clusters", "clusters")]
    words["counts"] = ", ".join(f"{count(row[key])} {name}" for key, name in counts if pd.notna(row[key]))
    return {
        "address": _address(row),
        "value": float(row["estimate"]) if known else None,
        "low": float(row["interval_low"]) if has_ends and np.isfinite(row["interval_low"]) else None,
        "high": float(row["interval_high"]) if has_ends and np.isfinite(row["interval_high"]) else None,
        "words": words,
        "choices": {group: " + ".join(values) for group, values in choices_of(row, labels).items()}
        | _right_hand(row, equation, labels),
    }


def _tell_apart(estimated: list[dict[str, Any]], study: Study) -> None:
    """Name the specification among the choices, where these alone do not tell estimates apart."""
    labels = study.specification_labels()
    seen = [tuple(each["choices"].values()) for each in estimated]
    if len(set(seen)) == len(seen):
        return
    for each in estimated:
        block, specification = each["address"].split("/")[:2]
        words = [study.blocks[block].title or block.replace("_", " "), labels[f"{block}/{specification}"]]
        each["choices"]["Specification"] = ": ".join(filter(None, words))


def _right_hand(row: Mapping[Any, Any], equation: Equation, labels: Mapping[str, str]) -> dict[str, str]:
    """Say what else is beside the effect, of which the estimates tell nothing: moderators and other treatments."""
    others = [name for name in equation.treatments if name not in row["effect_of"].split("*")]
    listed = {"Moderators": equation.moderators, "Other treatments": [*others, *equation.interactions]}
    return {group: " + ".join(term_words(each, labels) for each in names) or "none" for group, names in listed.items()}


def _ends(row: Mapping[Any, Any], digits: int) -> str:
    return interval_words(row["interval_low"], row["interval_high"], digits)


def page(found: list[dict[str, Any]], study: Study) -> str:
    """Write the page.

    Parameters
    ----------
    found
        From :func:`effects`.
    study
        The study.

    Returns
    -------
    str
        HTML with everything in it.
    """
    template = files("ruralpanel.trial").joinpath("explorer.html").read_text(encoding="utf-8")
    data = json.dumps(found, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")
    standing = '<p class="standing">SIMULATED DATA</p>' if study.data_standing == "simulated" else ""
    for name, text in (("TITLE", escape(study.title)), ("STANDING", standing), ("DATA", data)):
        template = template.replace(f"@@{name}@@", text)
    return template
