from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ruralpanel.estimation.block import estimate_block
from ruralpanel.frames import computed
from ruralpanel.frames.computed import Computed
from ruralpanel.study.blocks import Equation, Inference


@pytest.fixture
def table() -> pd.DataFrame:
    return pd.DataFrame({"village": ["b", "a", "b", None], "year": [1, 2, 2, 1], "y": [0.5, np.nan, 1.0, 2.0]})


def test_nothing_is_computed_twice_of_a_column_that_frames_share(table: pd.DataFrame) -> None:
    known, asked = Computed(), []
    later = table.assign(z=1).reset_index(drop=True)
    for frame in (table, later, later.copy(deep=True)):  # the last is elsewhere and holds the same
        known.of("first", [frame["year"]], lambda year: asked.append(year.iloc[0]))
    assert asked == [1]
    changed = table.assign(year=table["year"] + 1)
    known.of("first", [changed["year"]], lambda year: asked.append(year.iloc[0]))
    known.of("first", [table["year"], table["village"]], lambda year, _: asked.append(year.iloc[0]))
    assert asked == [1, 2, 1]


def test_a_column_changed_in_place_is_another(table: pd.DataFrame) -> None:
    known = Computed()
    assert known.levels(table["year"]).number == 2
    table.loc[0, "year"] = 7
    assert known.levels(table["year"]).number == 3


def test_levels_of_text_follow_rows_that_stay(table: pd.DataFrame) -> None:
    known = Computed()
    assert known.levels(table["village"]).codes.tolist() == [1, 0, 1, -1]
    stay = np.array([True, False, True, True])
    kept = table[stay]
    known.kept(table, stay, kept)
    assert known.known("levels", kept["village"]).codes.tolist() == [0, 0, -1]


def test_facts_and_distinct_values(table: pd.DataFrame) -> None:
    known = Computed()
    assert known.facts(table["year"])[:3] == (1, 2, 1.5)
    assert np.isnan(known.facts(table["y"]).low)
    assert known.distinct(table["y"]).tolist() == [0.5, 1.0, 2.0]


def test_little_is_remembered_beside_the_last(table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(computed, "REMEMBERED", 8)
    known = Computed()
    columns = [table["year"] + number for number in range(3)]
    for column in columns:
        known.levels(column)
    assert [known.known("levels", column) is not None for column in columns] == [False, True, True]


def test_equations_of_one_block_are_as_each_alone() -> None:
    random = np.random.default_rng(2)
    panel = pd.DataFrame({"village": np.repeat(np.arange(30), 6), "year": np.tile(np.arange(6), 30)})
    panel["county"] = panel["village"] // 3
    panel[["x", "z", "y"]] = random.normal(size=(180, 3))
    panel["people"] = random.uniform(1, 9, 180)
    panel.loc[random.random(180) < 0.1, "z"] = np.nan
    keys = {
        "block": "b",
        "outcome": "y",
        "unit": "village",
        "period": "year",
        "inference": Inference(cluster=["county"]),
    }
    choices: list[dict[str, Any]] = [
        {"weights": "people"},
        {},
        {"regressors": ["x", "z"]},
        {"sample": "year > 1"},
        {"fixed_effects": ["village", "county*year"], "weights": "people"},
        {"fixed_effects": ["village", "county*year"]},
        {"fixed_effects": []},
    ]
    equations = [
        Equation(**{"regressors": ["x"], **keys, "specification": f"s{number}", **choice})
        for number, choice in enumerate(choices)
    ]
    together, ledger = estimate_block(panel, equations)
    alone = [estimate_block(panel.copy(deep=True), [equation]) for equation in equations]
    for found, apart in ((together, [each for each, _ in alone]), (ledger, [each for _, each in alone])):
        expected = pd.concat(apart, ignore_index=True)
        numbering = [name for name in ("row", "line") if name in found]
        pd.testing.assert_frame_equal(found.drop(columns=numbering), expected.drop(columns=numbering), rtol=0, atol=0)
