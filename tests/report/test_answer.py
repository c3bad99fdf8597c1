"""The answer of a study: which estimate it is, how it is read, how sure it is, and what is true."""

from __future__ import annotations

from dataclasses import replace
from math import nan
from typing import Any

import pandas as pd
import pytest

from ruralpanel.diagnosis.finding import findings_frame
from ruralpanel.report.answer import answer_of, as_read, unit_of
from ruralpanel.report.answer_parts import answer_parts
from ruralpanel.study.answer import DeclaredAnswer
from ruralpanel.study.model import Study
from ruralpanel.study.outcomes import Outcome
from ruralpanel.verification.verdict import status_counts
from ruralpanel.words.answer import (
    Answer,
    doubt_sentences,
    found_sentence,
    looked_for_sentence,
    notes_sentence,
    status_sentence,
    truth_sentence,
)
from tests.report.made_page import default_study, made_contents
from tests.verification.claims.conftest import CLEAN, diagnosed


@pytest.fixture(scope="module")
def estimates(made_panel: pd.DataFrame) -> pd.DataFrame:
    """Give estimates of the made panel as those of the default study's treatment and outcome."""
    made = made_contents(made_panel, default_study()).estimates
    return made.assign(**{name: made[name].replace("listed", "taobao_village") for name in ("term", "effect_of")})


def answered(estimates: pd.DataFrame, findings: pd.DataFrame | None = None, **changes: Any) -> tuple[Answer, Study]:
    study = default_study().model_copy(update={"claims": {}} | changes)
    found = answer_of(study, estimates, findings_frame([]) if findings is None else findings, {})
    assert found is not None
    return found, study


def with_numbers(answer: Answer, estimate: float, low: float, high: float, **changes: Any) -> Answer:
    return replace(answer, estimate=estimate, low=low, high=high, **changes)


@pytest.mark.parametrize(
    ("outcome", "unit"),
    [
        ({"transformation": "log", "unit": "yuan"}, "per_cent"),
        ({"in_logs": True, "unit": "log of yuan"}, "per_cent"),
        ({"unit": "per cent of residents"}, "percentage_points"),
        ({"unit": "share of residents"}, "hundredths"),
        ({"unit": "0 or 1"}, "hundredths"),
        ({"unit": "years"}, "own"),
        ({"transformation": "inverse_hyperbolic_sine", "unit": "share"}, "own"),
    ],
)
def test_an_effect_is_read_in_the_unit_of_its_outcome(outcome: dict[str, Any], unit: str) -> None:
    assert unit_of(Outcome.model_validate({"label": "Y"} | outcome), "two_way_fixed_effects") == unit


def test_hazards_are_read_in_per_cent() -> None:
    assert unit_of(Outcome(label="Listed", unit="0 or 1"), "complementary_log_log") == "per_cent"


def test_numbers_are_read_as_percentages() -> None:
    assert as_read(0.1, "per_cent") == pytest.approx(10.5170918)
    assert as_read(-0.05, "hundredths") == -5
    assert as_read(-0.05, "own") == -0.05
    assert pd.isna(as_read(nan, "per_cent"))


def test_the_answer_is_the_first_effect_that_is_diagnosed(estimates: pd.DataFrame) -> None:
    answer, _ = answered(estimates)
    assert answer.address == "made/main/income/two_way_fixed_effects/taobao_village"
    assert (answer.unit, answer.treatment) == ("per_cent", "taobao_village")
    named, _ = answered(estimates, answer=DeclaredAnswer(at="made/event_study/taobao_village@event_time=2"))
    assert named.address.endswith("event_study/taobao_village@event_time=2")


def test_a_study_without_a_coefficient_has_no_answer(estimates: pd.DataFrame) -> None:
    study = default_study().model_copy(update={"claims": {}})
    assert answer_of(study, estimates.assign(estimate=nan), findings_frame([]), {}) is None
    none = pd.DataFrame(columns=["status"])
    parts = answer_parts(None, study, estimates, (status_counts(none), status_counts(none)))
    assert (parts["found"], parts["verdict"]) == ("", "nothing published")


def test_sentences_say_rise_and_fall_without_a_minus_sign(estimates: pd.DataFrame) -> None:
    answer, study = answered(estimates)
    sure = replace(answer, status="robust", level=0.95)
    rise = found_sentence(with_numbers(sure, 13.74, 10.5, 17.1), study)
    assert rise == "Becoming a Taobao Village raised real income per head by 13.7 per cent (95% interval 10.5 to 17.1)."
    fall = found_sentence(with_numbers(sure, -3.9, -6.2, -1.6), study)
    assert fall == "Becoming a Taobao Village lowered real income per head by 3.9 per cent (95% interval 1.6 to 6.2)."
    open_ = found_sentence(with_numbers(sure, 1.2, -3.0, 5.6, status="undecided"), study)
    assert open_.startswith("Becoming a Taobao Village may have raised or lowered real income per head")
    assert open_.endswith("the estimate is 1.2 per cent (95% interval −3.0 to 5.6).")
    beside = found_sentence(with_numbers(sure, -3.9, -6.2, -1.6, is_effect=False), study)
    assert beside.startswith("Becoming a Taobao Village went with a fall in real income per head of 3.9 per cent")


def test_names_are_labels_where_the_study_says_nothing_else(estimates: pd.DataFrame) -> None:
    answer, study = answered(estimates, answer=DeclaredAnswer())
    assert found_sentence(replace(answer, status="robust"), study).startswith(
        "Taobao Village raised income per head by"
    )


def test_the_truth_is_told_with_whether_the_interval_holds_it(estimates: pd.DataFrame) -> None:
    answer, study = answered(estimates)
    assert truth_sentence(answer, study) == ""  # the file of facts is not there
    facts = {"truth": {"effects_by_first_list_seen": {"log_income": {"average": 0.064634}}}}
    known = answer_of(study, estimates, findings_frame([]), facts)
    assert known is not None and known.truth == pytest.approx(6.6768, abs=1e-4)
    wide = truth_sentence(with_numbers(known, 8.0, 2.0, 14.0), study)
    assert wide == "The data are simulated, and the true effect is 6.7 per cent, which the interval covers."
    assert "too large" in truth_sentence(with_numbers(known, 13.7, 10.5, 17.1), study)
    assert "too small" in truth_sentence(with_numbers(known, 2.0, 1.0, 3.0), study)
    assert "wrong sign" in truth_sentence(with_numbers(known, -2.0, -3.0, -1.0), study)


def test_the_status_is_that_of_the_rule_of_claims(estimates: pd.DataFrame) -> None:
    clean, _ = answered(estimates, diagnosed("taobao_village", "income", CLEAN))
    assert (clean.status, clean.doubts) == ("robust", ())
    assert looked_for_sentence(clean).startswith("Looked for and not found: ")
    assert notes_sentence(clean) == ""
    noted = replace(clean, notes=("treatment_exits", "attrition"))
    assert notes_sentence(noted) == "Noted: treatment that ends and units that leave the panel."
    found = CLEAN | {"transitory_selection": {"null_band_p": 0.4}}
    doubted, study = answered(estimates, diagnosed("taobao_village", "income", found))
    assert doubted.status == "fragile"
    assert status_sentence(doubted) == "This finding is fragile: it may be an artefact."
    (line,) = doubt_sentences(doubted, study.labels())
    assert line.startswith("Good or bad years: ") and line.endswith("(p = 0.400).")


def test_an_estimate_of_no_treatment_is_not_called_robust(estimates: pd.DataFrame) -> None:
    other = estimates.assign(effect_of="x", term="x")
    answer, _ = answered(other, answer=DeclaredAnswer(at="made/two_way_fixed_effects/x"))
    assert (answer.status, answer.is_effect) == ("told", False)


def test_the_picture_has_the_answer_first_and_other_estimators_on_its_scale(estimates: pd.DataFrame) -> None:
    answer, study = answered(estimates)
    second = estimates[estimates["kind"] == "coefficient"].assign(estimator="imputation", kind="overall")
    none = pd.DataFrame(columns=["status"])
    counts = status_counts(none), status_counts(none.assign(status=[]))
    parts = answer_parts(answer, study, pd.concat([estimates, second]), counts)
    assert [row["is_answer"] for row in parts["rows"]] == [True, False]
    assert [row["name"] for row in parts["rows"]] == ["Two-way", "Imputation"]
    first = parts["rows"][0]
    assert first["low"] < first["estimate"] < first["high"]
    assert parts["zero"] in [tick["at"] for tick in parts["ticks"]]
