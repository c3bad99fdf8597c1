"""How far a printed estimate is from one of a study, and why that cannot be said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ruralpanel.__main__ import main
from ruralpanel.estimation.block import estimate_block
from ruralpanel.verification.beside_published import beside, lines_beside_published
from ruralpanel.verification.comparison import NothingToCompare
from tests.conftest import equation
from tests.study.conftest import Repository, repository  # noqa: F401

LIST = """publication,topic,outcome,treatment,unit,estimate,standard_error,scale,observations,printed_in
A (2020),income,Income,listed,village,0.5,0.3,yuan,100,Table 1
B (2021),income,Wages,Fair,county,-5.3,,per cent,,Abstract
"""


def row(**changes: Any) -> dict[str, Any]:
    return {
        "estimate": 1.0,
        "standard_error": 0.3,
        "scale": "log points",
        "treatment": "Fair",
        "unit": "village",
        "outcome": "Income",
        "own": False,
        **changes,
    }


def test_the_difference_is_in_its_own_standard_errors() -> None:
    assert beside(row(), row(estimate=2.0, standard_error=0.4, own=True)) == (
        "1.0 (0.3) log points; 2.0 standard errors of the difference"
    )
    assert beside(row(standard_error=np.nan), row(estimate=2.0, standard_error=0.4, own=True)) == (
        "1 log points; 2.5 standard errors of this study's estimate, as none is printed there"
    )


def test_what_differs_is_said() -> None:
    said = beside(row(scale="yuan", treatment="Station", unit="county"), row(own=True))
    assert said == (
        "1.0 (0.3) yuan; not on one scale: yuan there, log points here; another treatment: Station; "
        "another unit: county"
    )


@pytest.fixture
def study(repository: Repository) -> Repository:  # noqa: F811
    (repository.root / "list.csv").write_text(LIST)
    columns: dict[str, Any] = dict.fromkeys(LIST.splitlines()[0].split(","))
    repository.study["sources"]["list"] = {"path": "list.csv", "key": ["publication"], "columns": columns}
    repository.study["panel"]["base"] = "survey"
    return repository


def with_table(study: Repository, **changes: Any) -> Repository:
    own = [{"at": "main/income/two_way_fixed_effects/listed", "topic": "income", **changes}]
    study.study["exhibits"]["beside"] = {"kind": "meta_table", "title": "Beside", "of": "list", "own": own}
    return study


def test_a_study_is_laid_beside_its_list(study: Repository, panel: pd.DataFrame) -> None:
    study.study["outcomes"]["income"]["unit"] = "yuan"
    with_table(study).load()
    estimates = estimate_block(panel, [equation()])[0].assign(block="main", outcome="income")
    folder = study.root / "results/mine/estimates"
    folder.mkdir(parents=True)
    estimates.assign(estimate=0.5, standard_error=0.4).to_csv(folder / "main.csv", index=False)
    own, first, second = lines_beside_published("mine", study.root)
    assert own == "main/main/income/two_way_fixed_effects/listed: 0.5 (0.4) yuan, listed, village"
    assert first == "    A (2020), Table 1: 0.5 (0.3) yuan; 0.0 standard errors of the difference"
    assert second == (
        "    B (2021), Abstract: −5.3 per cent; not on one scale: per cent there, yuan here; another treatment: Fair; "
        "another unit: county; another outcome: Wages"
    )


def test_a_study_without_a_list_is_told_so(study: Repository) -> None:
    del study.study["sources"]["list"]
    study.write()
    with pytest.raises(NothingToCompare, match="lays no estimates beside printed ones"):
        lines_beside_published("mine", study.root)


def test_a_wrong_list_or_address_is_told(study: Repository) -> None:
    complaint = with_table(study, at="main/incme", per_cent=True).complaint_with_lines()
    assert "`incme` is not a specification, outcome, estimator or term" in complaint
    assert "`income` is not in logs" in complaint
    study.at("exhibits.beside")["own"] = [{"at": "mian/income", "topic": "income"}]
    study.at("exhibits.beside")["of"] = "survey"
    complaint = study.complaint()
    assert "exhibits.beside.own" in complaint and "`mian` is not a block of this study" in complaint
    assert "`survey` lists no printed estimates: it lacks the columns publication" in complaint


def test_what_cannot_be_compared_is_refused_before_anything_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["compare", "a"])
    with pytest.raises(SystemExit):
        main(["compare", "a", "b", "--published"])
    assert "give a second study or --published" in capsys.readouterr().err
