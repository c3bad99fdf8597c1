"""Facts of a run that a paper can state: how large the panel is, who is treated when, and the verdict."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from ruralpanel.exhibits.numbers import count
from ruralpanel.study.model import Study
from ruralpanel.treatment_columns import cohort_column
from ruralpanel.verification.summary import REPRODUCES, STATUSES
from ruralpanel.words.answer import Answer, found_sentence, status_sentence, truth_sentence


def columns_of_facts(study: Study) -> list[str]:
    """Name the columns of the panel that facts of a run are about: who, when, and who is treated when."""
    panel = study.panel
    return [panel.unit, panel.period, *study.levels.values(), *map(cohort_column, study.designation)]


def answered(answer: Answer, study: Study) -> str:
    """Say what a study found and how sure that is, as at the top of its page."""
    return f"{found_sentence(answer, study)} {status_sentence(answer)}"


def facts_of_run(
    study: Study, panel: pd.DataFrame, estimates: pd.DataFrame, verdict: pd.DataFrame, answer: Answer | None = None
) -> dict[str, str]:
    """State what a paper can ask for as ``{{ run: … }}``.

    Parameters
    ----------
    study
        The study.
    panel
        The finished panel, or its columns of :func:`columns_of_facts`.
    estimates
        Tidy estimates of all blocks.
    verdict
        Published values beside today's; a row each.
    answer
        What the study answers, if anything.

    Returns
    -------
    dict
        Every fact by its name, as it is printed: those of a treatment with its name behind a slash, counts with
        thousands separators, years without.
    """
    unit, period = study.panel.unit, study.panel.period
    statuses = Counter(verdict["status"])
    reproduced = sum(statuses[status] for status in STATUSES if status in REPRODUCES)
    words = "no published values" if verdict.empty else "match" if reproduced == len(verdict) else "no match"
    facts = {
        "rows": count(len(panel)),
        "units": count(panel[unit].nunique()),
        "periods": count(panel[period].nunique()),
        "first_period": study.frequency.label(panel[period].min()),
        "last_period": study.frequency.label(panel[period].max()),
        "sources": count(len(study.sources)),
        "estimates": count(estimates["estimate"].notna().sum()),
        "seed": str(study.seed),
        "answer": answered(answer, study) if answer is not None else "",
        "truth": truth_sentence(answer, study) if answer is not None else "",
        "verdict": words,
        "published_cells": count(len(verdict)),
        "reproduced_cells": count(reproduced),
    }
    for name in study.designation:
        cohorts = panel.groupby(study.levels.get(name, unit))[cohort_column(name)].max()
        treated = cohorts.dropna()
        facts |= {
            f"treated/{name}": count(len(treated)),
            f"never_treated/{name}": count(cohorts.isna().sum()),
            f"cohorts/{name}": count(treated.nunique()),
            f"first_cohort/{name}": study.frequency.label(treated.min()) if len(treated) else "none",
            f"last_cohort/{name}": study.frequency.label(treated.max()) if len(treated) else "none",
        }
    return facts
