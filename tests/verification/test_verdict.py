from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from ruralpanel.errors import PublishedError
from ruralpanel.estimation.block import estimate_block
from ruralpanel.verification.by_exhibit import by_exhibit, worst_cell
from ruralpanel.verification.html import verdict_page
from ruralpanel.verification.published import (
    COLUMNS,
    ShownIn,
    keep_as_published,
    nothing_published,
    printed_decimals,
    read_published,
    refuse_to_replace_print,
)
from ruralpanel.verification.summary import STATUSES, verdict_sentence
from ruralpanel.verification.verdict import NotReproduced, judge, refuse_unless_reproduced
from tests.conftest import equation

PLACE = "block,main,y,two_way_fixed_effects"


@pytest.fixture(scope="module")
def made_estimates(made_panel: pd.DataFrame) -> pd.DataFrame:
    estimates, _ = estimate_block(made_panel, [equation(regressors=["x"]), equation(estimator="event_study")])
    first = (estimates["estimator"] == "two_way_fixed_effects") & (estimates["term"] == "listed")
    estimates.loc[first, ["estimate", "standard_error", "p_value"]] = [0.0755, 0.0332, 0.027]
    return estimates


@pytest.fixture
def estimates(made_estimates: pd.DataFrame) -> pd.DataFrame:
    """Give a test the estimates as its own."""
    return made_estimates.copy()


def published(tmp_path: Path, *rows: str) -> pd.DataFrame:
    path = tmp_path / "published.csv"
    header = "cell,block,specification,outcome,estimator,term,event_time,statistic,value,decimals,source"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return read_published(path)


def cell(value: str, statistic: str = "estimate", decimals: str = "", name: str = "T1", term: str = "listed") -> str:
    return f"{name},{PLACE},{term},,{statistic},{value},{decimals},print"


@pytest.mark.slow(but_each=3)
@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([cell("0.0755")], "match"),
        ([cell("0.08")], "rounding"),
        ([cell("0.0801", decimals="2")], "rounding"),
        ([cell("0.076")], "rounding"),
        ([cell("0.075")], "rounding"),
        ([cell("0.077")], "differ"),
        ([cell("-0.08")], "sign flip"),
        ([cell("0.00")], "differ"),
        ([cell("0.03"), cell("0.03", "standard_error")], "significance flip"),
        ([cell("0.09"), cell("0.03", "standard_error")], "differ"),
        ([cell("0.2", "p_value")], "significance flip"),
        ([cell("0.01", "p_value")], "differ"),
        ([cell("320", "observations")], "match"),
        ([cell("321", "observations")], "differ"),
        ([cell("0.1", term="listd")], "missing"),
    ],
)
def test_every_status(tmp_path: Path, estimates: pd.DataFrame, rows: list[str], expected: str) -> None:
    verdict = judge(published(tmp_path, *rows), estimates)
    assert verdict["status"].iloc[0] == expected
    assert expected in STATUSES
    if expected in ("match", "rounding") and len(rows) == 1:
        refuse_unless_reproduced(verdict)
    else:
        with pytest.raises(NotReproduced, match="T1") as error:
            refuse_unless_reproduced(verdict)
        assert all(each.hint for each in error.value.problems)  # the reason, or how to look at the number


def test_a_p_value_of_five_per_cent_is_not_below_it(tmp_path: Path, estimates: pd.DataFrame) -> None:
    estimates.loc[estimates["term"] == "listed", "p_value"] = 0.05
    rows = published(tmp_path, cell("0.09"), cell("0.03", "standard_error"), cell("0.04", "p_value"))
    assert judge(rows, estimates)["status"].tolist() == ["significance flip", "rounding", "significance flip"]
    verdict = judge(published(tmp_path, cell("0.05", "p_value")), estimates.assign(p_value=0.04))
    assert verdict["status"].tolist() == ["significance flip"]


def test_significance_as_published_is_that_of_a_normal_test(tmp_path: Path, estimates: pd.DataFrame) -> None:
    """A t of 2.05 has a p-value of 0.041, and one of 1.93 of 0.054; today's is 0.027."""
    for value, status in (("0.068", "differ"), ("0.064", "significance flip")):
        rows = published(tmp_path, cell(value), cell("0.0332", "standard_error"))
        assert judge(rows, estimates)["status"].tolist() == [status, "match"]


def test_a_difference_is_from_what_was_published_and_only_effects_have_it_in_errors(
    tmp_path: Path, estimates: pd.DataFrame
) -> None:
    rows = published(tmp_path, cell("0.09"), cell("0.03", "standard_error"), cell("321", "observations"))
    verdict = judge(rows, estimates)
    assert verdict["difference"].tolist() == pytest.approx([0.0755 - 0.09, 0.0332 - 0.03, -1])
    away = [0.0145 / 0.0332, 0.0032 / 0.0332, float("nan")]
    assert verdict["in_errors"].tolist() == pytest.approx(away, nan_ok=True)


def test_a_cell_may_name_numbers_of_two_blocks(tmp_path: Path) -> None:
    other = cell("0.09").replace(",block,", ",other,")
    assert published(tmp_path, cell("0.08"), other)["block"].tolist() == ["block", "other"]


def test_exhibits_come_worst_first_and_a_line_each(tmp_path: Path, estimates: pd.DataFrame) -> None:
    rows = [
        cell("0.0755", name="Table 1: Listed"),
        *(cell(value, name=f"Table 2: {value}", decimals="4") for value in ("0.0756", "0.09")),
        cell("0.0755", name="Table 3: Listed"),
        cell("-0.08", name="Table 3: Turned"),
    ]
    numbers = {f"Table {number}": f"Table {number}. A title" for number in (1, 2, 3)}
    verdict = judge(published(tmp_path, *rows), estimates, numbers)
    assert verdict["in_errors"].iloc[2] == pytest.approx((0.09 - 0.0755) / 0.0332)
    table = by_exhibit(verdict)
    assert table["exhibit"].tolist() == ["Table 3. A title", "Table 2. A title", "Table 1. A title"]
    assert table["cells"].tolist() == [2, 2, 1]
    far = [(0.08 + 0.0755) / 0.0332, (0.09 - 0.0755) / 0.0332, float("nan")]  # of what does not reproduce
    assert table["largest_difference"].tolist() == pytest.approx(far, nan_ok=True)
    with pytest.raises(NotReproduced) as error:
        refuse_unless_reproduced(verdict)
    first, second = error.value.problems
    assert first.where == "Table 3. A title"
    assert first.what.startswith("1 of 2 cells does not reproduce (1 sign flip); Table 3: Turned, estimate: published")
    assert "Table 2: 0.09, estimate: published 0.09, now 0.0755, 0.44 standard errors away" in second.what
    page = verdict_page(verdict, "A", "public")
    assert page.index("Table 3: Turned") < page.index("Table 2: 0.09") < page.index("Table 2: 0.0756")
    assert page.index("By exhibit") < page.index("Cell by cell")


def test_the_worst_cell_of_an_exhibit_is_the_worst_by_status_and_then_the_farthest(
    tmp_path: Path, estimates: pd.DataFrame
) -> None:
    flipped, far, near = (cell(value, name=f"Table 1: {value}") for value in ("-0.01", "0.9", "0.09"))
    for rows, worst in (([near, far, flipped], "-0.01"), ([near, far], "0.9")):
        verdict = judge(published(tmp_path, *rows), estimates)
        assert worst_cell(verdict)["cell"] == f"Table 1: {worst}"


def test_cells_typed_from_print_are_of_the_exhibit_that_shows_their_block(
    tmp_path: Path, estimates: pd.DataFrame
) -> None:
    typed = published(tmp_path, cell("0.0755", name="Abstract: effect"))
    assert judge(typed, estimates, {}, {"block": "Table 1. A"})["exhibit"].tolist() == ["Table 1. A"]
    assert judge(typed, estimates)["exhibit"].tolist() == ["block block"]


def test_a_missing_cell_says_what_the_run_lacks(tmp_path: Path, estimates: pd.DataFrame) -> None:
    verdict = judge(published(tmp_path, cell("0.1", term="listd")), estimates)
    assert verdict["note"].iloc[0] == "the run has no term `listd` there; did you mean “listed”?"


def test_an_event_time_identifies_its_estimate(tmp_path: Path, estimates: pd.DataFrame) -> None:
    event_study = estimates[estimates["estimator"] == "event_study"].set_index("event_time")
    value = f"{event_study.loc[2, 'estimate']:.4f}"
    row = f"F1,block,main,y,event_study,listed,2,estimate,{value},,print"
    assert judge(published(tmp_path, row), estimates)["status"].tolist() == ["rounding"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (cell("0.08*"), "is not a number"),
        (cell("−0.08"), "is not a number"),
        (cell("nan"), "is not a number"),
        (cell("1e400"), "is not a number"),
        (cell("1_0"), "is not a number"),
        (cell("0.08", decimals="--1"), "is not a whole number"),
        (cell("0.08", decimals="16"), "cannot have been printed"),
        (cell("0.08", decimals="2013"), "cannot have been printed"),
        (cell(""), "the column `value` is empty"),
        (cell("0.08", "estimat"), "did you mean “estimate”?"),
        (cell("0.08", decimals="two"), "is not a whole number"),
        ("a,b", "does not have as many cells as the header"),
        (cell("0.08") + ",more", "does not have as many cells as the header"),
    ],
)
def test_mistakes_in_the_file_name_their_line(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(PublishedError) as raised:
        published(tmp_path, row)
    assert said in str(raised.value)
    assert "published.csv, line 2" in str(raised.value)


def test_periods_are_read_in_any_spelling_and_fifteen_decimals_can_be_printed(tmp_path: Path) -> None:
    path = tmp_path / "published.csv"
    head = "cell,block,specification,outcome,estimator,term,period,statistic,value,decimals,source"
    path.write_text(f"{head}\nT1,{PLACE},listed,2013q2,estimate,0.08,15,print\n", encoding="utf-8")
    assert read_published(path)[["period", "decimals"]].values.tolist() == [["2013Q2", 15]]


def test_a_missing_and_an_unknown_column_are_named(tmp_path: Path) -> None:
    path = tmp_path / "published.csv"
    path.write_text("cell,blok\na,b\n", encoding="utf-8")
    with pytest.raises(PublishedError) as raised:
        read_published(path)
    assert "the column `block` is missing" in str(raised.value)
    assert "did you mean “block”?" in str(raised.value)


def test_a_cell_given_twice_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PublishedError, match="is given twice"):
        published(tmp_path, cell("0.08"), cell("0.09"))


def test_decimals_are_those_printed() -> None:
    assert [printed_decimals(text) for text in ("0.080", "4360", "-1.5", "1e-3")] == [3, 0, 1, 3]


def test_what_a_run_keeps_as_published_matches_that_run(tmp_path: Path, estimates: pd.DataFrame) -> None:
    kept = keep_as_published(estimates, [ShownIn("Table 1", ["block"], 3)], "run of test")
    assert list(kept.columns) == COLUMNS
    assert set(zip(kept["statistic"], kept["decimals"], strict=True)) == {
        ("estimate", "3"),
        ("standard_error", "3"),
        ("observations", "0"),
    }
    third = keep_as_published(estimates.head(1).assign(estimate=1 / 3), [ShownIn("Table 1", ["block"], 3)], "run")
    assert third["value"].iloc[0] == "0.3333333333"
    kept.to_csv(tmp_path / "kept.csv", index=False)
    verdict = judge(read_published(tmp_path / "kept.csv"), estimates)
    assert set(verdict["status"]) == {"match"}
    assert len(verdict) == estimates["estimate"].notna().sum() * 3 - 1  # the reference period has no standard error
    refuse_to_replace_print(tmp_path / "kept.csv")


def test_what_no_exhibit_prints_is_not_kept_as_published(estimates: pd.DataFrame) -> None:
    shown = [ShownIn("Table 1", ["block"], 3)]
    row = estimates[estimates["estimate"].notna()].iloc[[0]]
    unseen = pd.concat([estimates, row.assign(term="of a cohort", cohort="2013"), row.assign(term="own", period=2013)])
    assert keep_as_published(unseen, shown, "run").equals(keep_as_published(estimates, shown, "run"))
    mean = row.assign(estimator="cohort_means", cohort="2013", period=2013)
    assert keep_as_published(mean, shown, "run")["cohort"].tolist() == ["2013"]


def test_a_run_does_not_replace_what_was_typed_from_print(tmp_path: Path) -> None:
    published(tmp_path, cell("0.08"))
    with pytest.raises(PublishedError, match="typed from print"):
        refuse_to_replace_print(tmp_path / "published.csv")


def test_simulated_data_are_no_evidence() -> None:
    assert "no evidence for any claim" in verdict_sentence(Counter(match=2), "simulated")
    assert "no evidence" not in verdict_sentence(Counter(match=2), "public")
    assert "nothing is published" in verdict_sentence(Counter(), "public")


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        (
            Counter(match=1200, rounding=3),
            "MATCH. All 1,203 published cells reproduce (1,200 exactly, 3 within rounding).",
        ),
        (
            Counter(match=1000, rounding=200, differ=1040, missing=3),
            "NO MATCH. Of 2,243 published cells, 1,200 reproduce (1,000 exactly, 200 within rounding), 1,040 differ "
            "and 3 are missing.",
        ),
        (
            Counter({"differ": 1, "sign flip": 1, "significance flip": 2, "missing": 1}),
            "NO MATCH. Of 5 published cells, none reproduces, 4 differ (1 with another sign, 2 with a p-value on the "
            "other side of 5 per cent) and 1 is missing.",
        ),
        (
            Counter(match=2, differ=1),
            "NO MATCH. Of 3 published cells, 2 reproduce (2 exactly) and 1 differs.",
        ),
        (
            Counter(match=1, differ=1),
            "NO MATCH. Of 2 published cells, 1 reproduces (1 exactly) and 1 differs.",
        ),
    ],
)
def test_the_verdict_says_how_many_reproduce_differ_and_are_missing(counts: Counter[str], sentence: str) -> None:
    assert verdict_sentence(counts, "public") == f"Verdict: {sentence}"


def test_what_does_not_reproduce_is_said_first() -> None:
    assert verdict_sentence(Counter(match=2243), "public", Counter(match=28, differ=2)) == (
        "Verdict: NO MATCH. Of 30 data and pictures of published figures, 28 reproduce (28 exactly) and 2 differ; "
        "all 2,243 published cells reproduce (2,243 exactly)."
    )


def test_the_verdict_has_a_page(tmp_path: Path, estimates: pd.DataFrame) -> None:
    verdict = judge(published(tmp_path, cell("-0.08", name="<T1>")), estimates)
    page = verdict_page(verdict, "A & B", "simulated")
    assert "&lt;T1&gt;" in page
    assert "sign flip" in page
    assert "SIMULATED DATA" in page
    assert "−0.08" in page
    assert len(judge(nothing_published(), estimates)) == 0
