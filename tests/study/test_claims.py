"""What a study file may claim."""

from __future__ import annotations

from typing import Any

import pytest

from tests.study.conftest import Repository

CLAIM: dict[str, Any] = {"text": "Listing pays", "tests": [{"at": "main/two_way_fixed_effects", "expect": "positive"}]}


def test_a_claim_points_at_an_estimate(repository: Repository) -> None:
    repository.study["claims"] = {"pays": CLAIM}
    assert repository.load().claims["pays"].tests[0].bound == 0


@pytest.mark.parametrize(
    ("change", "complaints"),
    [
        ({"at": "mian/income"}, ["`mian` is not a block", "did you mean “main”?"]),
        ({"at": "main/incom"}, ["`incom` is not", "did you mean “income”?"]),
        ({"at": "main/income#p_value"}, ["a claim is about the estimate"]),
        ({"at": "main/income@tme=4"}, ["`tme` is not what rows are told apart by"]),
        ({"expect": "large"}, ["is not one of the valid words"]),
        ({"p_value": "bootstrap"}, ["does not ask for the p-value `bootstrap`"]),
        ({"p_value": "adjusted", "bound": 0.1}, ["keep one of them"]),
        ({"bound": -1}, ["bound"]),
    ],
)
def test_a_claim_that_cannot_be_tested_is_an_error(
    repository: Repository, change: dict[str, Any], complaints: list[str]
) -> None:
    test = {"at": "main/income", "expect": "positive"} | change
    repository.study["claims"] = {"pays": {"text": "Listing pays", "tests": [test]}}
    said = repository.complaint()
    for each in complaints:
        assert each in said
