from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter
from typing import Any

import pandas as pd
import pytest

from ruralpanel.estimation.terms import average, first_stage
from ruralpanel.frames.ledger import Ledger
from ruralpanel.reasons import Reason, because, several, written
from ruralpanel.words.catalogue import SENTENCES
from ruralpanel.words.frames import as_text, in_words, ledger_in_words
from ruralpanel.words.names import name_words, row_words, term_words
from ruralpanel.words.sentences import condition_words, sample_words, sentence, whose_words
from tests.conftest import syntax_of

SOURCE = Path(__file__).parent.parent.parent / "src/ruralpanel"

LABELS = {
    "income": "Income",
    "labour_form": "Forms of labour",
    "listed_0_5": "Any village listed, 0 to 5 km",
    "ownership": "Ownership",
    "plain": "North China Plain",
    "province": "Province",
    "taobao_village": "Taobao Village",
    "village": "Village",
    "year": "Year",
    "yellow_river": "The Yellow River",
}

CONDITIONS = {
    "taobao_village == 1 or listed_0_5 == 0": "Taobao Village = 1 or “Any village listed, 0 to 5 km” = 0",
    "abs(income - 3) > 2 and not plain != 1": "abs(Income − 3) > 2 and not North China Plain ≠ 1",
    "year in [2008, 2010] and year <= 2009": "Year in [2008, 2010] and Year ≤ 2009",
    "income * year < -3": "Income × Year < −3",
    "province == 'Shan_dong'": "Province = 'Shan_dong'",
    "year >= 2014Q3": "Year ≥ 2014Q3",
}

TOLD = [
    (because("missing_in", columns=["labour_form", "plain"]), "missing in Forms of labour, North China Plain"),
    (because("outcome_missing", outcome="income", lost=None), "outcome Income missing"),
    (because("nobody_at", times=[-7, 2]), "no treated unit has a row at event times −7, 2"),
    (because("nobody_at", times=[-7]), "no treated unit has a row at event time −7"),
    (
        because("permutations", draws=1999, among="village", within=because("within", names=["province"])),
        "1,999 permutations of cohorts among Village within Province",
    ),
    (
        because("one_cluster", name="labour_form"),
        "one cluster only in `labour_form`: clustered standard errors need at least two",
    ),
    (
        because("collinear_term", term="taobao_village*plain"),
        "Taobao Village × North China Plain is collinear with other terms",
    ),
]


@pytest.mark.parametrize(("condition", "printed"), CONDITIONS.items())
def test_conditions_have_labels_for_names_and_the_signs_of_print(condition: str, printed: str) -> None:
    assert condition_words(condition, LABELS) == printed
    assert condition_words(condition) == condition


@pytest.mark.parametrize(("reason", "printed"), TOLD)
def test_a_reason_is_a_sentence_with_labels_for_names_alone(reason: Reason, printed: str) -> None:
    assert sentence(reason, LABELS) == printed


def test_without_labels_names_and_numbers_are_those_of_the_study_file() -> None:
    assert sentence(because("missing_in", columns=["labour_form"])) == "missing in labour_form"
    left_out = [because("without_event_times", times=[-2, -1], treatment="taobao_village"), because("base_period")]
    assert sample_words("year >= 2014", left_out) == (
        "year >= 2014, without event time -2, -1 of taobao_village, base period, zero by construction"
    )
    assert sample_words("", left_out[:1], LABELS) == "all rows, without event time −2, −1 of Taobao Village"


def test_reasons_put_together_are_one_sentence() -> None:
    both = several([because("collinear"), None, because("no_sign")])
    assert sentence(both) == "collinear with the fixed effects or the terms before it; a joint test has no sign"
    assert several([None, because("no_sign")]) == because("no_sign")
    assert sentence(None) == ""


def test_whose_reference_it_is_is_said_where_it_is_not_everybodys() -> None:
    cohorts = because("cohorts", names=["2014", "2016"])
    assert whose_words(because("reference_period_of", cohorts=cohorts)) == "for cohorts 2014 and 2016"
    assert whose_words(because("reference_period")) == ""


def estimate(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"at": written(row.get("at"))}


def test_a_name_without_a_label_is_printed_as_words() -> None:
    assert name_words("new_firms", LABELS) == "new firms"
    assert term_words("taobao_village*new_firms", LABELS) == "Taobao Village × new firms"
    assert row_words(estimate(first_stage("income", "plain")), LABELS) == "First stage of Income: North China Plain"
    assert row_words(estimate(average("taobao_village", "by period")), LABELS) == "Taobao Village, by period"


def test_a_frame_has_sentences_for_codes_and_keeps_the_codes() -> None:
    frame = pd.DataFrame(
        {
            "term": ["taobao_village", "labour_form"],
            "sample": ["plain == 1", ""],
            "left_out": [written([]), written([because("untreated_rows_only")])],
            "fixed_effects": [written(["village", "year"]), written([])],
            "reason": ["", "missing_in"],
            "reason_arguments": ["", '{"columns":["labour_form"]}'],
        }
    )
    shown = in_words(frame, LABELS)
    assert list(shown["term"]) == ["taobao_village", "labour_form"]
    assert list(shown["sample"]) == ["North China Plain = 1", "all rows, untreated rows only"]
    assert list(shown["reason"]) == ["", "missing in Forms of labour"]
    assert list(shown["reason_code"]) == ["", "missing_in"]
    text = as_text(frame)
    assert list(text["fixed_effects"]) == ["village + year", "none"]
    assert "left_out" not in text and list(text["sample"]) == ["plain == 1", "all rows, untreated rows only"]
    assert list(frame["sample"]) == ["plain == 1", ""]


def test_analyses_read_from_a_file_have_words_where_they_have_codes() -> None:
    """Cells without text are missing when a file is read."""
    slope, nothing = written(because("slope")), float("nan")
    frame = pd.DataFrame({"quantity": [slope, nothing], "under": [nothing, written(because("share"))], "value": [1, 2]})
    told = in_words(frame, None)
    assert told["quantity"].tolist()[0] == "slope" == told["quantity_code"][0]
    assert told["quantity"].isna().tolist() == told["quantity_code"].isna().tolist() == [False, True]
    assert told["under"][1] == "share" and "under_code" not in as_text(frame)


def test_lines_of_the_estimation_stage_are_put_into_words_and_others_stay() -> None:
    rows = pd.DataFrame({"year": [2001]})
    lines = []
    for stage, step in (("panel", "keep {strange"), ("estimation", because("keep", condition="year > 2000"))):
        ledger = Ledger(stage, stage)
        ledger.note(step, 2, rows)
        lines.append(ledger.frame())
    told = ledger_in_words(pd.concat(lines, ignore_index=True), LABELS)
    assert list(told["step"]) == ["keep {strange", "keep Year > 2000"]


def arguments_of(template: str) -> set[str]:
    """Give the names in a template, those within the formats of others among them."""
    found = set()
    for _, name, how, _ in Formatter().parse(template):
        found |= ({name} if name else set()) | (arguments_of(how) if how else set())
    return found


def reasons_of(path: Path) -> list[tuple[int, str, set[str | None]]]:
    """Find the codes that a module gives, each with its line and the names of its arguments."""
    found = []
    makers = re.compile(r"because|Cannot\w+|TooFewClusters|TooManyLevels")
    for node in ast.walk(syntax_of(path)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or not node.args:
            continue
        if makers.fullmatch(node.func.id):
            first = node.args[0]
            codes = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
            names = {each.arg for each in node.keywords}
            found += [(node.lineno, each.value, names) for each in codes if isinstance(each, ast.Constant)]
    return found


@pytest.mark.slow
def test_every_code_has_a_sentence_for_exactly_its_arguments() -> None:
    found = [(path.name, *each) for path in sorted(SOURCE.rglob("*.py")) for each in reasons_of(path)]
    assert len(found) > 200
    assert not [each for each in found if each[2] not in SENTENCES]
    told = [each for each in found if None not in each[3]]  # arguments by ** are not seen here
    assert not [each for each in told if each[3] != arguments_of(SENTENCES[each[2]])]
