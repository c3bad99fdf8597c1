from __future__ import annotations

import pandas as pd

from ruralpanel.panel.balance import balance
from ruralpanel.report.balance import balance_parts


def test_balance_is_told_by_status_and_by_period() -> None:
    panel = pd.DataFrame(
        [(1, 2010), (1, 2012), (2, 2010), (2, 2011), (2, 2012), (3, 2011), (4, 2010)], columns=["village", "year"]
    )
    panel = panel.assign(listed_cohort=panel["village"].map({3: 2011.0}), listed=(panel["village"] == 3).astype(int))
    parts = balance_parts(balance(panel, "village", "year", ["listed"]), {"listed": "Listed village"})
    assert [tuple(row.values()) for row in parts["statuses"]] == [
        ("all units", "4", "1", "1", "1", "2"),
        ("Listed village: never treated", "3", "1", "1", "0", "1"),
        ("Listed village: ever treated", "1", "0", "0", "1", "1"),
        ("Listed village: of these, in every row", "1", "0", "0", "1", "1"),
    ]
    assert [tuple(row.values()) for row in parts["periods"]] == [
        ("2010", "3", "", "", "0", "1"),
        ("2011", "2", "1", "0", "1", "1"),
        ("2012", "2", "0", "1", "0", ""),
    ]
    assert parts["patterns"][0] == {"pattern": "2010", "units": "1", "share": "25.0%"}
    alone = balance_parts(balance(panel[panel["village"] == 3], "village", "year", ["listed"]), {})
    assert [row["units"] for row in alone["statuses"]] == ["1", "0", "1", "1"]
