from __future__ import annotations

from typing import Any

import pytest

from tests.study.conftest import Repository

SECOND = {"path": "survey.csv", "key": ["village"], "columns": {"village": None, "size": "inc"}}


@pytest.mark.parametrize(
    ("path", "key", "value", "said"),
    [
        ("", "study", "yours", "write `study: mine` or rename the file"),
        ("sources.survey", "path", "survye.csv", "did you mean “survey.csv”?"),
        ("sources.survey", "key", ["village", "yaer"], "did you mean “year”?"),
        ("sources.survey", "key", ["village"], "must have one row for each village and year"),
        ("panel", "unit", "vilage", "did you mean “village”?"),
        ("panel", "base", "survy", "did you mean “survey”?"),
        ("panel", "sample", [{"keep": "yeer > 2000", "reason": "r"}], "did you mean “year”?"),
        ("panel", "sample", [{"keep": "year + 1", "reason": "r"}], "not a condition"),
        ("panel", "sample", [{"keep": "year = 2000", "reason": "r"}], "compare with a double sign"),
        ("panel", "derived", {"ratio": "income / incme"}, "did you mean “income”?"),
        ("panel", "derived", {"income": "income * 2"}, "is a column of the panel already"),
        ("panel", "derived", {"late": "listed * 2"}, "`listed` is not a column of the panel here"),
        ("panel", "derived", {"bad": "__import__('os').system('ls')"}, "is not a function of the language"),
        ("panel", "derived", {"bad": "income.sum()"}, "is not a function of the language"),
        ("panel", "joins", [{"source": "other", "on": ["village"]}], "`other` is not a source"),
        ("sources.survey", "corrections", "corrections.csv", "there is no file corrections.csv"),
        ("designation.listed", "indicator", "traeted", "did you mean “treated”?"),
        ("designation", "treated", {"indicator": "treated"}, "which the panel has already"),
        ("outcomes", "wealth", {"label": "Wealth"}, "the panel has no column `wealth`"),
        ("outcomes.income", "column", "incom", "did you mean “income”?"),
        ("blocks.main", "outcomes", ["incme"], "did you mean “income”?"),
        ("blocks.main", "treatments", ["list"], "did you mean “listed”?"),
        ("blocks.main", "treatments", [], "an event study needs one treatment, not 0"),
        ("blocks.main", "regressors", ["incme"], "did you mean “income”?"),
        ("blocks.main", "regressors", ["income"], "is a regressor too"),
        ("blocks.main", "regressors", ["listed"], "is on the right-hand side twice"),
        ("blocks.main", "fixed_effects", ["village", "county*yeer"], "did you mean “year”?"),
        ("blocks.main", "weights", "wieght", "is not a column of the panel"),
        ("blocks.main", "inference", {"cluster": ["conty"]}, "did you mean “county”?"),
        ("blocks.main", "window", [3, -3], "runs backwards"),
        ("blocks.main", "window", [0, 3], "leaves out the reference period -1"),
        ("blocks.main", "sample", "log(income", "is not an expression"),
        ("exhibits.table", "blocks", ["mian"], "did you mean “main”?"),
        ("exhibits.table", "terms", ["liste"], "did you mean “listed”?"),
        ("exhibits.table", "terms", ["county"], "`county` is not a term of these blocks"),
        ("blocks.main", "estimators", ["cohort_means"], "shows two_way_fixed_effects or event_study"),
        ("panel", "period", "village", "the unit too"),
        ("panel", "sample", [{"keep": "not treated", "reason": "r"}], "`treated` is a number; `and`, `or` and `not`"),
        ("exhibits", "trends", {"kind": "trends_figure", "title": "T", "blocks": ["main"]}, "shows cohort_means"),
        ("", "published", "numbers.csv", "there is no file numbers.csv"),
    ],
)
def test_parts_that_do_not_fit_are_found(repository: Repository, path: str, key: str, value: Any, said: str) -> None:
    section = repository.at(path) if path else repository.study
    section[key] = value
    message = repository.complaint()
    assert said in message
    assert "config/studies/mine.yaml, line" in message


def test_an_unknown_loader_is_offered_the_nearest(repository: Repository) -> None:
    repository.at("sources.survey")["loader"] = "causaldata.castel"
    del repository.at("sources.survey")["path"]
    assert "did you mean “causaldata.castle”?" in repository.complaint()


def test_a_missing_file_comes_with_how_to_get_it(repository: Repository) -> None:
    repository.at("sources.survey").update(path="restricted.csv", access="apply to the Institute, form 7")
    assert "how to get it: apply to the Institute, form 7" in repository.complaint()


def test_several_sources_need_a_base(repository: Repository) -> None:
    repository.study["sources"]["other"] = dict(SECOND)
    assert "the key `base` is missing" in repository.complaint()


def test_a_source_that_is_not_joined_is_an_error(repository: Repository) -> None:
    repository.study["sources"]["other"] = dict(SECOND)
    repository.study["panel"]["base"] = "survey"
    assert "is read but never used" in repository.complaint()


def test_a_join_that_could_multiply_rows_is_an_error(repository: Repository) -> None:
    repository.study["sources"]["other"] = {**SECOND, "key": ["village", "size"]}
    repository.study["panel"].update(base="survey", joins=[{"source": "other", "on": ["village"]}])
    assert "several of its rows could meet one row of the panel" in repository.complaint()


def test_a_column_that_two_tables_have_is_an_error(repository: Repository) -> None:
    repository.study["sources"]["other"] = {**SECOND, "columns": {"village": None, "income": "inc"}}
    repository.study["panel"].update(base="survey", joins=[{"source": "other", "on": ["village"]}])
    assert "the panel has a column `income` already" in repository.complaint()


def test_a_join_adds_its_columns(repository: Repository) -> None:
    repository.study["sources"]["other"] = dict(SECOND)
    repository.study["panel"].update(base="survey", joins=[{"source": "other", "on": ["village"]}])
    assert "size" in repository.load().panel_columns()


def test_a_key_of_event_studies_needs_one(repository: Repository) -> None:
    repository.at("blocks.main").update(estimators=["two_way_fixed_effects"], window=[-2, 2])
    assert "blocks.main.window: is a key of event studies" in repository.complaint()


def test_wrong_types_do_not_hide_dangling_references(repository: Repository) -> None:
    repository.at("sources.survey.columns")["income"] = {"from": "inc", "typ": "number"}
    repository.at("designation.listed")["indicator"] = "nope"
    repository.at("blocks.main")["weights"] = "nope"
    message = repository.complaint()
    assert "(3 problems)" in message
    assert message.count("`nope`") == 2


def test_a_join_that_does_not_fit_does_not_hide_dangling_references(repository: Repository) -> None:
    repository.study["sources"]["other"] = dict(SECOND)
    repository.study["panel"].update(base="survey", joins=[{"source": "othr", "on": ["village"]}])
    repository.at("blocks.main").update(weights="siz", regressors=["size"])
    message = repository.complaint()
    assert "`othr` is not a source" in message
    assert "did you mean “size”?" in message
    assert "regressors" not in message


def test_a_treatment_that_ends_has_no_event_study(repository: Repository) -> None:
    repository.at("designation.listed")["absorbing"] = False
    assert "needs a treatment that stays" in repository.complaint()


def test_specifications_state_only_what_differs(repository: Repository) -> None:
    repository.at("blocks.main").update(
        estimators=["two_way_fixed_effects"],
        inference={"cluster": ["county"]},
        specifications={
            "plain": {},
            "other": {"fixed_effects": ["village"], "inference": {"variance": "heteroskedastic"}},
        },
    )
    plain, other = repository.load().equations("main")
    assert plain.fixed_effects == ["village", "year"]
    assert plain.inference.cluster == ["county"]
    assert other.fixed_effects == ["village"]
    assert other.inference.variance == "heteroskedastic"
