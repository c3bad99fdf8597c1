"""Two runs side by side."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from ruralpanel.__main__ import main
from ruralpanel.commands import command_names
from ruralpanel.estimation.address import address_of, find_estimate
from ruralpanel.estimation.block import estimate_block
from ruralpanel.study.addresses import read_address
from ruralpanel.verification.comparison import NothingToCompare, largest_first, side_by_side
from tests.conftest import equation


@pytest.fixture
def estimates(panel: pd.DataFrame) -> pd.DataFrame:
    return estimate_block(panel, [equation()])[0]


def kept(estimates: pd.DataFrame, folder: Path) -> str:
    (folder / "estimates").mkdir(parents=True)
    estimates.to_csv(folder / "estimates" / "main.csv", index=False)
    estimates.head(1).to_csv(folder / "estimates" / "main.ledger.csv", index=False)
    return str(folder)


def test_a_run_is_the_same_as_itself(estimates: pd.DataFrame) -> None:
    assert set(side_by_side(estimates, estimates)["status"]) == {"same"}


def test_every_way_to_differ_has_its_word(estimates: pd.DataFrame) -> None:
    first = pd.concat([estimates] * 4, ignore_index=True).assign(term=["a", "b", "c", "d"] * len(estimates))
    second = first.assign(estimate=first["estimate"].where(first["term"] != "b", -first["estimate"]))
    second.loc[second["term"] == "c", "standard_error"] *= 1 + 1e-5
    second = second.assign(term=second["term"].replace("d", "e"))
    found = side_by_side(first, second).set_index("term")["status"]
    assert found.groupby(level=0).first().to_dict() == {
        "a": "same",
        "b": "sign flip",
        "c": "differs",
        "d": "only first",
        "e": "only second",
    }


def test_an_effect_of_zero_has_no_sign_to_change_and_two_of_zero_are_not_apart(estimates: pd.DataFrame) -> None:
    row = estimates.iloc[[0]].assign(estimate=0.0, standard_error=float("nan"))
    first = pd.concat([row.assign(term=term) for term in "ab"], ignore_index=True)
    rows = side_by_side(first, first.assign(estimate=[0.0, 1.0]))
    assert rows["status"].tolist() == ["same", "differs"]
    assert rows["relative_difference"].tolist() == [0, 1]


def test_coefficients_that_share_everything_are_paired_in_their_order(estimates: pd.DataFrame) -> None:
    assert estimates["event_time"].isna().all()
    twice = pd.concat([estimates.iloc[[0]].assign(estimate=value) for value in (1.0, 2.0)], ignore_index=True)
    rows = side_by_side(twice, twice.assign(estimate=[1.0, 3.0]))
    assert rows[["estimate_first", "estimate_second"]].values.tolist() == [[1, 1], [2, 3]]


def test_nothing_in_common_is_an_error(estimates: pd.DataFrame) -> None:
    with pytest.raises(NothingToCompare, match="no coefficient has the same"):
        side_by_side(estimates, estimates.assign(outcome="another"))


def test_the_command_prints_what_differs(
    estimates: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = kept(estimates, tmp_path / "here")
    there = kept(estimates.assign(estimate=estimates["estimate"] + 1), tmp_path / "there")
    assert main(["compare", here, here]) == 0
    assert main(["compare", here, there, "--csv", str(tmp_path / "all.csv")]) == 1
    printed = capsys.readouterr().out
    assert "standard errors" in printed
    # What is printed of a coefficient is its address, with which it is found again.
    address = printed.splitlines()[-2].split()[1].removesuffix(":")
    assert address_of(find_estimate(estimates, read_address(address))) == address
    assert printed.splitlines()[0] == "Of 1 coefficient, 0 differ and 1 is the same."
    assert printed.splitlines()[-1] == "Of 1 coefficient, 1 differs and 0 are the same."
    assert len(pd.read_csv(tmp_path / "all.csv")) == len(estimates)


def test_the_largest_difference_in_standard_errors_comes_first(
    estimates: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = estimates.iloc[[0]].assign(estimate=1.0, standard_error=0.1)
    first = pd.concat([row.assign(term=term) for term in "abcdef"], ignore_index=True)
    second = first.assign(
        estimate=[1.0, 1.1, 2.0, -1.0, 1.0, 1.0], standard_error=[0.1, 0.1, 0.1, 0.1, 0.4, 0.1]
    ).replace({"term": {"f": "g"}})
    rows = side_by_side(first, second)
    assert rows["relative_difference"].head(5).round(3).tolist() == [0, 0.091, 0.5, 2, 0.75]
    here, there = kept(first, tmp_path / "here"), kept(second, tmp_path / "there")
    assert main(["compare", here, there]) == 1
    head, *lines, last = capsys.readouterr().out.splitlines()
    assert head == "What differs, the largest difference in standard errors first:"
    assert [line.split(":")[0][-1] for line in lines] == ["d", "c", "e", "b", "f", "g"]
    assert lines[1].endswith("1 (0.1) → 2 (0.1), by 50 %, 10 standard errors")
    assert last == (
        "Of 7 coefficients, 4 differ (1 in sign), 1 is the same, 1 is only in the first and 1 is only in the second."
    )


def test_a_sign_flip_near_zero_does_not_come_before_what_matters(estimates: pd.DataFrame) -> None:
    row = estimates.iloc[[0]].assign(estimate=1.0, standard_error=0.1)
    first = pd.concat([row.assign(term=term) for term in "abc"], ignore_index=True)
    first = first.assign(estimate=[0.004, 0.5, 2.0], standard_error=[0.08, 0.1, float("nan")])
    second = first.assign(estimate=[-0.004, 0.9, 3.0])
    rows = side_by_side(first, second)
    assert rows["status"].tolist() == ["sign flip", "differs", "differs"]
    assert largest_first(rows)["term"].tolist() == ["b", "a", "c"]


def test_a_standard_error_that_halves_comes_before_a_third_of_one(estimates: pd.DataFrame) -> None:
    row = estimates.iloc[[0]].assign(estimate=1.0, standard_error=0.1)
    first = pd.concat([row.assign(term=term) for term in "ab"], ignore_index=True)
    second = first.assign(estimate=[1.033, 1.0], standard_error=[0.1, 0.05])
    assert largest_first(side_by_side(first, second))["term"].tolist() == ["b", "a"]


def test_one_coefficient_differs_and_two_differ(
    estimates: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = estimates.iloc[[0]].assign(estimate=1.0)
    first = pd.concat([row.assign(term=term) for term in "ab"], ignore_index=True)
    here = kept(first, tmp_path / "here")
    there = kept(first.assign(estimate=[1.0, 2.0]), tmp_path / "there")
    assert main(["compare", here, there]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "Of 2 coefficients, 1 differs and 1 is the same."


def test_results_of_an_older_version_are_read(estimates: pd.DataFrame, tmp_path: Path) -> None:
    old = kept(estimates.drop(columns="p_value_adjusted"), tmp_path / "old")
    assert main(["compare", old, old]) == 0


def test_what_has_not_been_run_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(tmp_path), str(tmp_path)]) == 1
    assert "has no estimates" in capsys.readouterr().err


def test_an_unknown_command_is_told_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert "compare" in command_names()
    assert main(["compares"]) == 2
    assert "did you mean “compare”?" in capsys.readouterr().err
