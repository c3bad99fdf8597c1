"""All estimates as the page shows them: a table to sort and search, and what stands behind every number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import pandas as pd

from ruralpanel.estimation.address import address_of
from ruralpanel.estimation.modules import estimator_module
from ruralpanel.exhibits.numbers import count, decimal, probability
from ruralpanel.frames.rows import records
from ruralpanel.lineage import PACKAGE, file_of
from ruralpanel.study.addresses import PARTS, WITHIN
from ruralpanel.study.blocks import Equation
from ruralpanel.study.estimators import ESTIMATORS, described, is_own
from ruralpanel.study.fixed_effects import fixed_effect
from ruralpanel.study.model import Study
from ruralpanel.study.sources_behind import columns_of_equation, sources_behind
from ruralpanel.words.estimates import OutcomeWords, variance_words
from ruralpanel.words.frames import in_words, ledger_in_words, listed
from ruralpanel.words.names import name_words, row_words, term_words
from ruralpanel.words.sentences import sentence_list

REGRESSION = ("block", "specification", "outcome", "estimator")
"""What tells the equations of a study apart."""

NUMBERS = {
    "estimate": "Estimate",
    "standard_error": "Standard error",
    "statistic": "t, or F of a joint test",
    "degrees_of_freedom": "Degrees of freedom",
    "p_value": "p",
    "interval_low": "Interval, lower end",
    "interval_high": "Interval, upper end",
    "interval_level": "Coverage of the interval",
    "p_value_adjusted": "p, adjusted",
    "p_value_bootstrap": "p, wild bootstrap",
    "interval_low_bootstrap": "Not rejected by the bootstrap, from",
    "interval_high_bootstrap": "Not rejected by the bootstrap, to",
    "p_value_permutation": "p, permutation",
    "interval_low_simultaneous": "Band over all event times, lower end",
    "interval_high_simultaneous": "Band over all event times, upper end",
    "first_stage_f": "F of the first stage",
    "p_value_anderson_rubin": "p, Anderson–Rubin",
    "interval_low_anderson_rubin": "Not rejected by Anderson–Rubin, from",
    "interval_high_anderson_rubin": "Not rejected by Anderson–Rubin, to",
    "weight_share": "Weight in the two-way estimate",
    "minimum_detectable_effect": "Minimum detectable effect (5%, power 80%)",
}
"""The numbers of an estimate, as the page calls them."""

FACTS = {
    "sample": "Sample",
    "observations": "Observations",
    "units": "Units",
    "clusters": "Clusters",
    "treated_clusters": "Treated clusters",
    "outcome_mean": "Mean of outcome",
    "r_squared": "Within R²",
    "fixed_effects": "Fixed effects",
    "weights": "Weights",
    "not_used": "Stated and not used",
    "variance": "Standard errors",
    "assigned_by": "Treatment the same for all of a",
    "adjustment": "Adjustment of p",
    "bootstrap": "Bootstrap",
    "permutation": "Permutation",
    "instruments": "Instruments",
    "first_stage": "First stage",
    "anderson_rubin": "Anderson–Rubin",
    "reason": "No number, because",
}
"""What is known of the regression behind an estimate, as the page calls it."""


def fragment(address: str) -> str:
    """Give the name of an estimate's place on the page, which has no spaces: ``estimate-baseline/main/…``."""
    return "estimate-" + address.replace(" ", "+")


def link(address: str) -> str:
    """Give the link to an estimate's place on the page."""
    return "#" + quote(fragment(address), safe="/*@=,+-._")


def estimate_rows(estimates: pd.DataFrame, study: Study) -> list[dict[str, str]]:
    """Print every estimate, one row each.

    Parameters
    ----------
    estimates
        Tidy estimates of all blocks.
    study
        The study.

    Returns
    -------
    list of dict
        The place on the page, what is estimated, where it stands in the study, and its printed numbers.
    """
    labels, specifications = study.labels(), study.specification_labels()
    rows = []
    for row, address in zip(records(estimates), addresses(estimates), strict=True):
        error = row["standard_error"]
        specification = specifications.get(f"{row['block']}/{row['specification']}", "")
        known = pd.notna(row["interval_low"])
        digits = decimals(error if pd.notna(error) else row["estimate"])
        low, high = (decimal(row[name], digits) for name in ("interval_low", "interval_high"))
        rows.append(
            {
                "id": fragment(address),
                "link": link(address),
                "term": row_words(row, labels),
                "within": _within(row, study.panel.period),
                "outcome": study.outcomes[row["outcome"]].label,
                "block": row["block"].replace("_", " ") + (f": {specification}" if specification else ""),
                "estimator": described(row["estimator"], labels).short,
                "estimate": decimal(row["estimate"], digits) or "—",
                "error": decimal(error, digits),
                "interval": f"{low} to {high}" if known else "",
                "p": probability(row["p_value"], sign=""),
                "observations": count(row["observations"]),
            }
        )
    return rows


def addresses(estimates: pd.DataFrame) -> list[str]:
    """Give the whole address of every estimate, in their order."""
    return [address_of(row) for row in records(estimates, ["block", *PARTS, *WITHIN])]


def decimals(error: float) -> int:
    """Give the decimals that show two digits of a standard error, or three of a number that has none."""
    from math import floor, log10

    if pd.isna(error) or error == 0:
        return 3
    return min(max(1 - floor(log10(abs(error))), 0), 8)


def _within(row: Mapping[Any, Any], period: str) -> str:
    """Say which of the rows of a term this is."""
    parts = []
    if pd.notna(row["event_time"]):
        sign = {"and earlier": "≤ ", "and later": "≥ "}.get(row["event_time_bin"], "")
        parts.append(f"event time {sign}{decimal(row['event_time'], 0)}")
    if row["cohort"]:
        parts.append(f"cohort {row['cohort'].removesuffix('.0')}")
    if pd.notna(row["period"]):
        parts.append(f"{period} {row['period']}")
    return ", ".join(parts)


def traces(
    estimates: pd.DataFrame,
    study: Study,
    ledgers: pd.DataFrame,
    provenance: Mapping[str, Mapping[str, Any]],
    code: Mapping[str, str],
) -> dict[str, Any]:
    """Gather what stands behind every number, each thing once, in the order of :func:`estimate_rows`.

    Parameters
    ----------
    estimates
        Tidy estimates of all blocks.
    study
        The study.
    ledgers
        The ledger lines of all stages.
    provenance
        For each source, what was read.
    code
        For each block, the digest of the code behind it.

    Returns
    -------
    dict
        ``sources``: title, file, hash and rows; ``equations``: words, code, sources by position, steps;
        ``facts``: distinct combinations of :data:`FACTS`; ``rows``: for every estimate its address, the positions of
        its equation and facts, and its :data:`NUMBERS`.
    """
    declared = {
        tuple(getattr(equation, part) for part in REGRESSION): equation
        for block in study.blocks
        for equation in study.equations(block)
    }
    labels = study.labels()
    steps = {
        table: [_step(line) for line in records(lines)]
        for table, lines in ledger_in_words(ledgers[ledgers["stage"] == "estimation"], labels).groupby(
            "table", sort=False
        )
    }
    positions = {name: position for position, name in enumerate(study.sources)}
    at_zero = estimates[estimates["estimate"].eq(0) & estimates["standard_error"].isna() & (estimates["cohort"] == "")]
    zero = {
        tuple(map(str, key)): each["event_time"].dropna().tolist() for key, each in at_zero.groupby(list(REGRESSION))
    }
    equations: dict[tuple[str, ...], int] = {}
    facts: dict[tuple[str, ...], int] = {}
    behind_rows, rows = [], []
    for row, address in zip(records(in_words(estimates, labels)), addresses(estimates), strict=True):
        key = tuple(row[part] for part in REGRESSION)
        if key not in equations:
            equations[key] = len(equations)
            found = declared.get(key)
            behind = sources_behind(study, columns_of_equation(found)) if found is not None else list(study.sources)
            behind_rows.append(
                {
                    "words": equation_words(found, study, labels, zero.get(key, [])) if found is not None else "",
                    "declared": _declared_at(study, row),
                    "estimator": described(row["estimator"], labels).words,
                    "module": _module_path(row["estimator"]),
                    "code": code.get(row["block"], ""),
                    "sources": [positions[name] for name in behind],
                    "steps": steps.get("/".join(key), []),
                }
            )
        fact = _facts(row, labels)
        place = facts.setdefault(fact, len(facts))
        rows.append([address, equations[key], place, *(_short(row[name]) for name in NUMBERS)])
    return {
        "numbers": list(NUMBERS.values()),
        "words": list(FACTS.values()),
        "sources": [_source(name, study, provenance) for name in study.sources],
        "equations": behind_rows,
        "facts": [list(fact) for fact in facts],
        "rows": rows,
    }


def equation_words(
    equation: Equation, study: Study, labels: Mapping[str, str], measured_from: Sequence[int] = ()
) -> str:
    """Put an equation into a few sentences.

    Parameters
    ----------
    equation
        From :meth:`ruralpanel.study.Study.equations`.
    study
        The study.
    labels
        What a reader sees for a column.
    measured_from
        Event times that the estimates have as zero by construction; none where that is not known.
    """
    outcome = study.outcomes[equation.outcome]
    words = OutcomeWords.of(outcome)
    period = name_words(equation.period, labels)
    head = words.head + (f", {words.level_unit}" if words.level_unit else "")
    if ESTIMATORS[equation.estimator].means_by_cohort:
        cohorts = sentence_list([name_words(name, labels) for name in equation.treatments] or ["treatment"])
        return f"Mean of {head}, by cohort of {cohorts} and {period}."
    terms = [*equation.treatment_terms, *equation.regressors]
    moderated = [
        f"{term_words(f'{treatment}*{moderator}', labels)} with {term_words(moderator, labels)} by {period}"
        for moderator in equation.moderators
        for treatment in equation.treatment_terms
    ]
    right = [*(term_words(term, labels) for term in terms), *moderated]
    sentences = [f"{head[0].upper()}{head[1:]}" + (f", on {sentence_list(right)}." if right else ".")]
    if equation.instruments:
        instruments, endogenous = (
            sentence_list([term_words(name, labels) for name in names])
            for names in (equation.instruments, equation.endogenous)
        )
        sentences.append(f"Instrumented by {instruments}: {endogenous}.")
    if ESTIMATORS[equation.estimator].by_cohort:
        bases = sorted({int(each) for each in measured_from} or {equation.reference_period})
        times = f"Event times are measured from {sentence_list([decimal(each, 0) for each in bases])}"
        if equation.window is not None:
            times += f", shown from {decimal(equation.window[0], 0)} to {decimal(equation.window[1], 0)}"
        sentences.append(f"{times}.")
    return " ".join(sentences)


def _declared_at(study: Study, row: Mapping[Any, Any]) -> str:
    """Name the key of the study file that declares an equation."""
    own = study.blocks[row["block"]].specifications
    return f"blocks.{row['block']}" + (f".specifications.{row['specification']}" if own else "")


def _module_path(estimator: str) -> str:
    """Give the file of an estimator, from the top of the repository, or from the study file's folder if it is own."""
    if is_own(estimator):
        return estimator.partition(":")[0]
    return f"src/{file_of(estimator_module(estimator)).relative_to(PACKAGE.parent).as_posix()}"


def _facts(row: Mapping[Any, Any], labels: Mapping[str, str]) -> tuple[str, ...]:
    printed = {
        **{name: count(row[name]) for name in ("observations", "units", "clusters", "treated_clusters")},
        "outcome_mean": _digits(row["outcome_mean"]),
        "r_squared": decimal(row["r_squared"], 3),
        "fixed_effects": _effect_words(listed(row["fixed_effects"]), labels),
        "instruments": ", ".join(name_words(name, labels) for name in listed(row["instruments"])),
        "weights": name_words(row["weights"], labels),
        "variance": variance_words(row, labels) if row["variance"] else "",
        "assigned_by": name_words(row["assigned_by"], labels) if row["assigned_by"] else "",
    }
    return tuple(str(printed.get(name, row.get(name, "")) or "") for name in FACTS)


def _effect_words(effects: list[str], labels: Mapping[str, str]) -> str:
    words = []
    for text in effects:
        effect = fixed_effect(text)
        each = term_words(effect.intercept, labels)
        words.append(f"{each} with slopes in {name_words(effect.slope, labels)}" if effect.slope else each)
    return ", ".join(words) or "none"


def _step(line: Mapping[Any, Any]) -> list[str]:
    reason = "" if pd.isna(line["reason"]) else str(line["reason"])
    return [str(line["step"]), count(line["rows_in"]), count(line["rows_out"]), reason]


def _source(name: str, study: Study, provenance: Mapping[str, Mapping[str, Any]]) -> list[str]:
    source, read = study.sources[name], provenance[name]
    digest = read.get("sha256") or read.get("package") or ""
    return [source.title or name, source.origin, str(digest), count(read["rows"])]


def _digits(value: float) -> str:
    return "" if pd.isna(value) else f"{value:.6g}".replace("-", "−")


def _short(value: Any) -> float | None:
    """Give a number with as many digits as anybody will compare, or nothing; JSON has no infinity."""
    if pd.isna(value) or abs(value) == float("inf"):
        return None
    return float(f"{float(value):.9g}")
