"""What tables and figures say of the warnings of the effects that they show."""

from __future__ import annotations

import pandas as pd
import pytest

from ruralpanel.diagnosis.finding import Finding, Level, findings_frame
from ruralpanel.exhibits.caption import ExhibitDeclaration, closing_notes, declared
from ruralpanel.exhibits.flaws import with_warnings
from ruralpanel.reasons import because
from tests.conftest import shipped_study
from tests.exhibits.conftest import declaration


def finding(item: str, level: Level, *addresses: str) -> Finding:
    return Finding(item, level, {}, because("nothing_found"), None, addresses)


FOUND = findings_frame(
    [
        ("listed", "y", finding("anticipation", "warning")),
        ("listed", "y", finding("bad_control", "note")),
        ("listed", "y", finding("few_clusters", "warning", "block/main/y/two_way_fixed_effects/listed")),
        ("listed", "y", finding("influence", "warning", "other/main/y/two_way_fixed_effects/listed")),
        ("listed", "elsewhere", finding("heavy_tails", "warning")),
    ]
)


def shown(pairs: list[tuple[str, str]], findings: pd.DataFrame = FOUND) -> ExhibitDeclaration:
    of = declaration("regression_table").model_copy(update={"subjects": pairs})
    return with_warnings(of, findings)


def test_warnings_of_what_is_shown_are_one_line_before_the_source() -> None:
    notes = closing_notes(shown([("listed", "y")]))
    line = "The diagnosis warns of effects before treatment and few clusters (Income_per head)."
    assert notes == [line, "Source: A survey."]


@pytest.mark.parametrize("pairs", [[], [("listed", "x")], [("station", "y")]])
def test_an_exhibit_of_other_effects_says_nothing(pairs: list[tuple[str, str]]) -> None:
    assert closing_notes(shown(pairs)) == ["Source: A survey."]


def test_many_effects_are_counted() -> None:
    names = [f"outcome_{number}" for number in range(5)]
    found = findings_frame([("listed", name, finding("anticipation", "warning")) for name in names])
    (line,) = shown([("listed", name) for name in names], found).warnings
    assert line == "In 5 of the effects shown, the diagnosis warns of effects before treatment."


def test_treatments_are_told_apart_where_several_are_shown() -> None:
    found = findings_frame([("listed", "y", finding("anticipation", "warning"))])
    (line,) = shown([("listed", "y"), ("station", "y")], found).warnings
    assert line == "The diagnosis warns of effects before treatment (Listed village on Income_per head)."


def test_an_exhibit_knows_the_effects_of_its_blocks_and_not_those_of_means() -> None:
    study = shipped_study("taobao_villages")
    pairs = {name: declared(study, name).subjects for name in study.exhibits}
    assert ("taobao_village", "income") in pairs["event_study"] and pairs["raw_trends"] == []
