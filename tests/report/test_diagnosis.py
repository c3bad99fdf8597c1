"""What the page says of what could be wrong."""

from __future__ import annotations

from html import unescape

import pandas as pd
import pytest

from ruralpanel.diagnosis.finding import Finding, findings_frame, silent
from ruralpanel.reasons import because
from ruralpanel.report.diagnosis import MOST_OPEN, diagnosis_parts
from ruralpanel.report.page import write_page
from tests.conftest import shipped_study
from tests.report.made_page import FINDINGS, default_study, made_contents


def estimates(*addresses: tuple[str, str, str]) -> pd.DataFrame:
    rows = [
        {"block": block, "specification": specification, "outcome": "income", "estimator": estimator}
        for block, specification, estimator in addresses
    ]
    of = {"term": "taobao_village", "effect_of": "taobao_village", "kind": "overall", "estimate": 1.0}
    return pd.DataFrame(rows).assign(**of, event_time=None, cohort="", period=None)


def note(outcome: str) -> tuple[str, str, Finding]:
    return "taobao_village", outcome, Finding("composition", "note", {}, because("nothing_found"))


def test_warnings_are_told_with_what_to_do_and_quiet_effects_by_themselves() -> None:
    parts = diagnosis_parts(FINDINGS, default_study(), estimates(("baseline", "a", "imputation")))
    assert parts is not None and parts["sentence"] == "1 warning and 0 notes on 2 effects."
    (effect,), (quiet,) = parts["effects"], parts["quiet"]
    assert effect["title"] == "Taobao Village: Income per head (log)" and effect["count"] == "1 warning"
    (warning,) = effect["warnings"]
    assert "+0.2 off the line of earlier periods (p = 0.010)" in warning["flaw"]
    assert "<code>anticipation: 1</code>" in warning["remedy"]
    assert warning["estimates"][0]["address"] == "baseline/a/income/imputation/taobao_village"
    assert effect["not_run"][0]["flaw"] == "the item failed: &lt;no&gt; <code>column</code>"
    assert quiet["title"] == "Rural Taobao station: Resident population (log)" and quiet["silent"] == ["few clusters"]


def test_an_effect_is_linked_to_the_equation_that_was_looked_at() -> None:
    study = shipped_study("taobao_villages")
    others = estimates(("dynamic", "main", "imputation"), ("baseline", "income_by_cohort", "callaway_santanna"))
    parts = diagnosis_parts(findings_frame([note("income")]), study, others)
    assert parts is not None
    assert parts["effects"][0]["link"].startswith("#estimate-baseline/income_by_cohort/income/callaway_santanna")


def test_effects_with_warnings_come_first_and_many_findings_are_folded() -> None:
    few = findings_frame([note("income"), *((each[0], "resident", each[2]) for each in [note("x")])])
    warned = pd.concat([few, FINDINGS.assign(outcome="share_away")[:1]], ignore_index=True)
    parts = diagnosis_parts(warned, default_study(), estimates(("made", "a", "imputation")))
    assert parts is not None and parts["open"]
    assert [bool(each["warnings"]) for each in parts["effects"]] == [True, False, False]
    many = findings_frame([note(name) for name in list(default_study().outcomes)[: MOST_OPEN + 1]])
    folded = diagnosis_parts(many, default_study(), estimates(("made", "a", "imputation")))
    assert folded is not None and not folded["open"]


@pytest.mark.slow
def test_a_study_without_effects_has_no_section(made_panel: pd.DataFrame) -> None:
    with_effects = unescape(write_page(made_contents(made_panel, default_study())))
    assert 'id="wrong"' in with_effects and "Treatment may be anticipated" in with_effects
    assert with_effects.index('id="answer"') < with_effects.index('id="wrong"') < with_effects.index('id="exhibits"')
    without = write_page(made_contents(made_panel, default_study(), diagnosis=findings_frame([])))
    assert 'id="wrong"' not in without and "#wrong" not in without


def test_silent_items_alone_are_one_line() -> None:
    parts = diagnosis_parts(
        findings_frame([("taobao_village", "income", silent("few_clusters"))]),
        default_study(),
        estimates(("a", "b", "c")),
    )
    assert parts is not None and parts["effects"] == [] and len(parts["quiet"]) == 1
