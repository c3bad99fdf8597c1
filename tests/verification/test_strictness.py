"""What `strict` names ends a run, all at once, with block, number and remedy."""

from __future__ import annotations

import pandas as pd
import pytest
from pydantic import ValidationError

from ruralpanel.errors import Problem, ProblemsFound
from ruralpanel.frames.ledger import LedgerLine, ledger_frame
from ruralpanel.reasons import because
from ruralpanel.study.blocks import Block
from ruralpanel.study.strict import KINDS, spelled_out
from ruralpanel.verification.strictness import NotAllowed, refuse, unasked_problems

PARTS = {
    "dropped_rows": because("outcome_missing", outcome="income", lost=None),
    "collinear": because("terms_collinear", terms=["roads"]),
    "singletons": because("singletons_kept", rows=4),
    "not_converged": because("factors_do_not_settle", steps=3000),
    "repaired_variance": because("variance_raised"),
    "few_clusters": because("rests_on_few_clusters", clusters=12, treated=None),
    "separated": because("perfect_prediction"),
}


def ledgers(*names: str, block: str = "main") -> pd.DataFrame:
    lines = [
        LedgerLine(
            "estimation", f"{block}/{number}/income/two_way", "step", 90, 90 - lost, 9, 9, PARTS[name], {}, (), (name,)
        )
        for name in names
        for number, lost in ((1, 3), (2, 0))
    ]
    quiet = LedgerLine("estimation", f"{block}/3/income/two_way", "panel", 90, 90, 9, 9, None)
    aside = LedgerLine(
        "sources", "survey", "quarantine", 99, 90, None, None, "9 rows set aside", {}, (), ("dropped_rows",)
    )
    return ledger_frame([*lines, quiet, aside])


@pytest.mark.parametrize("name", KINDS)
def test_each_is_an_error_only_where_it_is_named(name: str) -> None:
    found = unasked_problems(ledgers(name), [name], {})
    mine = [each for each in found if each.where == "block main"]
    assert len(mine) == 1
    assert f"{KINDS[name].what}, 3 rows in 2 of 3 equations; main/1/income/two_way: " in mine[0].what
    assert f"take `{name}` out of `blocks.main.strict`" in mine[0].hint
    others = [other for other in KINDS if other != name]
    assert not [each for each in unasked_problems(ledgers(name), others, {}) if each.where == "block main"]


def test_all_stands_for_every_one_and_sources_are_named() -> None:
    found = unasked_problems(ledgers(*KINDS), ["all"], {})
    assert [each.where for each in found] == ["block main"] * len(KINDS) + ["source survey"]
    assert "rows that are set aside, 9 rows; quarantine: 9 rows set aside" in str(found[-1])


def test_a_block_has_its_own() -> None:
    assert [each.where for each in unasked_problems(ledgers("collinear"), ["all"], {"main": []})] == ["source survey"]
    assert len(unasked_problems(ledgers("collinear"), [], {"main": ["collinear"]})) == 1


def test_what_is_wrong_is_told_at_once() -> None:
    with pytest.raises(ProblemsFound) as error:
        refuse([ProblemsFound([Problem("table 1", "differs")]), NotAllowed([Problem("block main", "few")])])
    assert str(error.value).count("(1 problem):") == 2
    assert [each.what for each in error.value.problems] == ["differs", "few"]
    refuse([])
    with pytest.raises(NotAllowed):
        refuse([NotAllowed([Problem("block main", "few")])])


def test_one_word_is_a_list_and_an_unknown_one_an_error() -> None:
    assert Block.model_validate({"strict": "all"}).strict == ["all"]
    assert spelled_out(["all"]) == list(KINDS) and spelled_out(["separated"]) == ["separated"]
    with pytest.raises(ValidationError):
        Block.model_validate({"strict": ["colinear"]})
