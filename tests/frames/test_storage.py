from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.frames.storage import ColumnsOf, is_in_order, key_problems, load_table, save_table, sorted_by

codes = st.sampled_from(["10", "9", "09", "", "北京", "ａ", "\U00020000", "z", "Z"])
keys = st.lists(st.tuples(codes, st.integers(-2, 2)), max_size=8)


@given(keys, st.booleans())
def test_a_table_that_is_in_order_is_the_one_that_sorting_would_give(rows: list[tuple[str, int]], once: bool) -> None:
    rows = sorted(set(rows)) if once else rows
    table = pd.DataFrame({"code": pd.Series([code for code, _ in rows], dtype="str"), "n": [n for _, n in rows]})
    ordered = table.sort_values(["code", "n"], kind="stable").reset_index(drop=True)
    pd.testing.assert_frame_equal(sorted_by(table, ["code", "n"]), ordered)
    assert is_in_order(table, ["code", "n"]) == (table.equals(ordered) and not table.duplicated().any())
    assert (key_problems(table, ["code", "n"], "t") == []) == (not table.duplicated().any())


def test_order_is_not_told_of_keys_that_are_missing_or_of_other_types() -> None:
    assert not is_in_order(pd.DataFrame({"n": [1.0, np.nan]}), ["n"])
    assert not is_in_order(pd.DataFrame({"n": pd.Series(["a", None], dtype="str")}), ["n"])
    assert not is_in_order(pd.DataFrame({"n": pd.Series([1, "a"], dtype=object)}), ["n"])
    assert is_in_order(pd.DataFrame({"n": [1.5, 2.0]}, index=[7, 3]), ["n"])


def test_columns_are_loaded_one_at_a_time(tmp_path: Path) -> None:
    table = pd.DataFrame({"n": [1, 2], "text": ["a", None], "x": [0.5, np.nan]})
    save_table(table, tmp_path / "t.parquet", key=["n"])
    columns = ColumnsOf(tmp_path / "t.parquet")
    assert (list(columns), len(columns)) == (["n", "text", "x"], 3)
    pd.testing.assert_frame_equal(pd.DataFrame(dict(columns)), load_table(tmp_path / "t.parquet"))
    assert list(load_table(tmp_path / "t.parquet", columns=["x", "n", "x"])) == ["x", "n"]
