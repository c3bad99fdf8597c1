from __future__ import annotations

from typing import Any

import pytest

from tests.study.conftest import Repository

MONOTONE = {"never_falls": "income", "within": "village", "along": "year"}


def test_checks_of_a_source_are_read(repository: Repository) -> None:
    repository.at("sources.survey")["checks"] = [
        {**MONOTONE, "reason": "once earned, always counted"},
        {"condition": "income > treated"},
        {"unique": ["county", "year", "village"]},
    ]
    rules = [check.rule for check in repository.load().sources["survey"].checks]
    assert rules == [
        "must never fall within each village along year (once earned, always counted)",
        "must fulfil `income > treated`",
        "must not repeat",
    ]


@pytest.mark.parametrize(
    ("check", "said"),
    [
        ({**MONOTONE, "never_falls": "incme"}, "checks[1].never_falls: `incme` is not a column of this source"),
        ({**MONOTONE, "within": "vilage"}, "did you mean “village”?"),
        ({**MONOTONE, "along": "yaer"}, "checks[1].along: `yaer` is not a column of this source"),
        ({"never_rises": "income", "within": "village"}, "`never_rises` needs `along`, a column"),
        ({"constant": "county"}, "`constant` needs `within`, a column"),
        ({"constant": "county", "within": "village", "along": "year"}, "`along` does not go with `constant`"),
        ({"constant": "village", "within": "village"}, "names a column twice: village, village"),
        ({"condition": "income <= inc"}, "did you mean “income”?"),
        ({"condition": "income + 1"}, "is a number, not a condition"),
        ({"unique": ["county", "name"]}, "checks[1].unique: `name` is not a column of this source"),
        ({"unique": []}, "at least 1 expected"),
        (
            {"reason": "why not"},
            "a check is one of `never_falls`, `never_rises`, `constant`, `condition`, `unique`; 0 are",
        ),
        ({**MONOTONE, "constant": "county"}, "; 2 are given"),
        ({**MONOTONE, "never_fall": "income"}, "did you mean “never_falls”?"),
    ],
)
def test_a_check_that_cannot_be_made_is_an_error(repository: Repository, check: dict[str, Any], said: str) -> None:
    repository.at("sources.survey")["checks"] = [check]
    assert said in repository.complaint_with_lines()
