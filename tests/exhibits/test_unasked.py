"""What tables say of what estimators met that nobody asked for."""

from __future__ import annotations

import pandas as pd

from ruralpanel.estimation.unasked import LEFT_OUT, NOT_ESTIMATED
from ruralpanel.exhibits.caption import closing_notes
from ruralpanel.exhibits.unasked import with_unasked
from ruralpanel.frames.ledger import Ledger
from ruralpanel.reasons import Reason, because
from ruralpanel.study.strict import KINDS
from tests.exhibits.conftest import declaration


def ledger(table: str, *told: tuple[str, Reason]) -> pd.DataFrame:
    made = Ledger("estimation", table)
    rows = pd.DataFrame({"y": [1.0, 2.0]})
    for step, reason in told:
        made.note(step, 2, rows, reason, unasked=[name for name, kind in KINDS.items() if reason.code in kind.codes])
    return made.frame()


def notes(*ledgers: pd.DataFrame) -> list[str]:
    return closing_notes(with_unasked(declaration("regression_table"), pd.concat(ledgers, ignore_index=True)))


ONE = "block/main/y/two_way_fixed_effects"


def test_what_was_met_is_one_line_before_the_source() -> None:
    found = ledger(
        ONE,
        ("singletons kept", because("singletons_kept", rows=3)),
        (LEFT_OUT, because("terms_collinear", terms=["x"])),
        ("variance", because("variance_raised")),
        ("estimated", because("sample_of_specification", sample="y > 0")),
    )
    line, source = notes(found)
    assert line.startswith("Without being asked for: ") and source == "Source: A survey."
    assert "3 rows are alone in a fixed effect" in line and "collinear" in line and "varia" in line
    assert notes(ledger(ONE, ("estimated", because("sample_of_specification", sample="y > 0")))) == [source]


def test_why_a_number_is_not_there_is_not_said_twice() -> None:
    assert notes(ledger(ONE, (NOT_ESTIMATED, because("factors_do_not_settle")))) == ["Source: A survey."]


def test_of_many_equations_there_is_a_count() -> None:
    many = [ledger(f"block/main/y{each}/poisson", ("s", because("singletons", rows=each))) for each in (1, 2, 3)]
    assert notes(*many)[0] == "Without being asked for: rows alone in a fixed effect in 3 equations."
    assert "1 rows alone in a fixed effect; 2 rows" in notes(*many[:2])[0]
