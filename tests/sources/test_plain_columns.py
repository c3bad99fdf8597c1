"""What is read at once is what is read cell by cell: values, cells that are wrong, words for the ledger, errors."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ruralpanel.errors import DataError
from ruralpanel.sources import delimited, numbers, values
from ruralpanel.sources.delimited import read_csv
from ruralpanel.sources.distinct import EACH
from ruralpanel.sources.formats import read_raw
from ruralpanel.sources.numbers import Marks, marks_of
from ruralpanel.sources.plain_numbers import plain_numbers
from ruralpanel.sources.raw import RawTable
from ruralpanel.sources.table import read_source
from ruralpanel.sources.typed import Typed
from ruralpanel.study.source_columns import Column
from ruralpanel.study.sources import Source

PLAIN = [
    *("1", "0", "27", "-3", "2.5", "0.5", "-0.50", "1.583", "870", "12.25", "123456789012345", "0.4598117052408681"),
    *("-1.0323490091710932", "123456789012345.12345678901", "1.00000000000000000001", "0.00000000000000000012"),
    *("9.5e-05", "-1.0323490091710932e-05", "1e-07"),
]
ODD = [
    *("", "NA", ".", "-", "…", "-9", "-9.0", "−9", "9,999", "refused", " refused ", "0099", "0012", "12.0", "-0", "+4"),
    *(
        "1,250",
        "1.250",
        "95,7",
        "1 234",
        "1,23",
        "12%",
        "５",
        "1e5",
        "3.71E+11",
        "12345678901234567",
        "1.7e308",
        "9" * 400,
    ),
    *("abc", "2014年", "#REF!", " 7 ", "'0123", "Mar-01", "3-1", "北京", "Ａ1", "x\x00", "371703000000", "371703.0"),
]
DECLARED = [
    *({}, {"type": "number"}, {"type": "integer"}, {"type": "text"}, {"type": "code", "width": 5}),
    *({"type": "code", "level": "county"}, {"scale": 10.0}, {"minimum": 0}, {"type": "number", "read_as": "shown"}),
    {"missing_codes": [-9, "refused", 9999]},
]
CODES = [[], [-9], [-9, "refused", "12.0", 99], ["NA", "-9"]]
MARKS = [Marks(), Marks("."), Marks(","), Marks(None, True, False), Marks(None, True, True)]

cells = st.one_of(
    st.lists(st.sampled_from(PLAIN), min_size=1, max_size=30),
    st.lists(st.sampled_from([*PLAIN, "", "NA", "-9"]), min_size=1, max_size=30),
    st.lists(st.sampled_from([*PLAIN, *ODD]), min_size=1, max_size=12),
    st.lists(st.sampled_from(ODD), min_size=1, max_size=5).map(lambda few: few * 4),
)


def cell_by_cell(patch: pytest.MonkeyPatch) -> None:
    """Take away what looks at cells together."""
    patch.setattr(values, "plain_numbers", lambda *_: None)
    for module in (values, numbers):
        patch.setattr(module, "different_cells", lambda column: (column.astype(object), EACH))


def same(one: Typed, other: Typed) -> None:
    pd.testing.assert_series_equal(one.values, other.values, check_names=False)
    found = [[(bad[bad].index.tolist(), rule) for bad, rule in [(each.bad, each.rule), *each.more] if bad.any()]
             for each in (one, other)]  # fmt: skip
    assert found[0] == found[1]
    assert one.notes == other.notes


@given(cells, st.sampled_from(DECLARED), st.sampled_from(CODES), st.sampled_from(MARKS), st.booleans())
def test_a_column_typed_at_once_is_the_one_typed_cell_by_cell(
    written: list[str], declared: dict[str, object], codes: list[object], marks: Marks, identifies: bool
) -> None:
    column = Column.model_validate(declared)
    at_once = values.type_column(pd.Series(written, dtype="str"), column, list(codes), marks, identifies)  # type: ignore[arg-type]
    with pytest.MonkeyPatch.context() as patch:
        cell_by_cell(patch)
        slowly = values.type_column(pd.Series(written, dtype=object), column, list(codes), marks, identifies)  # type: ignore[arg-type]
    same(at_once, slowly)


@given(st.lists(cells, min_size=1, max_size=3), st.booleans())
def test_marks_are_those_that_all_cells_show(columns: list[list[str]], semicolons: bool) -> None:
    at_once = marks_of([pd.Series(each, dtype="str") for each in columns], None, semicolons)
    with pytest.MonkeyPatch.context() as patch:
        cell_by_cell(patch)
        assert marks_of([pd.Series(each, dtype=object) for each in columns], None, semicolons) == at_once


def test_a_category_is_read_as_its_values_are() -> None:
    written = pd.Series(["b", None, "a", "b"])
    category = written.astype(pd.CategoricalDtype(["unused", "a", "b"]))
    same(values.type_column(category, Column(), []), values.type_column(written, Column(), []))
    numbers_of = pd.Series(pd.Categorical([3, None, 1]))
    assert values.type_column(numbers_of, Column(), [1]).values.tolist()[0] == 3


def test_numbers_are_plain_only_where_no_rule_has_anything_to_say_of_them() -> None:
    def plain(*written: str, marks: Marks = Marks()) -> bool:  # noqa: B008
        return plain_numbers(pd.Series(written, dtype="str"), [], marks) is not None

    assert plain("1", "-2.5", "", "NA")
    assert not plain("1.583", "870")  # a point before three digits may separate thousands
    assert plain("1.583", "870.5")
    assert not any(
        plain("1", odd) for odd in ("0099", "-0", "1e5", "+4", "1,250", "12%", "５", " 7", "1234567890123456")
    )
    assert plain("1", "95,7", marks=Marks(","))
    assert not plain("", "NA")


LINES = [
    *("1,2", "a,b", '"a",b', '"a,b",2', 'a,"x""y"', 'a"b,2', ',""', ",", "北京,１", "", "  ,3", "1", "1,2,3"),
    *('"a\nb",1', "x\x00,1", '"open,1', "1,2\r", "\ra,1"),
]
ENCODINGS = [("detect", "utf-8"), ("utf-8", "utf-8"), ("gb18030", "gb18030")]
HEADERS = [{}, {"header_row": 2}, {"header_height": 2}]


def text_of(raw: RawTable) -> tuple[object, ...]:
    return (raw.values.astype(object).to_numpy().tolist(), list(raw.values.columns), raw.rows.tolist(), raw.notes,
            raw.uneven, raw.encoding, raw.delimiter, raw.comma_may_be_decimal)  # fmt: skip


def outcome(source: Source, path: Path) -> object:
    try:
        return text_of(read_csv(source, path))
    except DataError as error:
        return str(error)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(LINES), min_size=1, max_size=6),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "\n", "\n\n"]),
    st.sampled_from(["", "\ufeff"]),
    st.sampled_from(ENCODINGS),
    st.sampled_from(HEADERS),
)
def test_a_file_read_at_once_is_the_one_read_row_by_row(
    tmp_path: Path,
    lines: list[str],
    ends: str,
    last: str,
    mark: str,
    encodings: tuple[str, str],
    header: dict[str, int],
) -> None:
    declared, stored = encodings
    path = tmp_path / "data.csv"
    path.write_bytes((mark + ends.join(["h,k", *lines]) + last).encode(stored))
    declaration = {"path": str(path), "key": ["h"], "columns": {"h": None}, "encoding": declared, **header}
    source = Source.model_validate(declaration)
    at_once = outcome(source, path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "read_plain", lambda *_: None)
        assert outcome(source, path) == at_once


@pytest.mark.parametrize("ending", ["csv", "parquet", "feather"])
def test_columns_that_nobody_declares_are_not_read(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"data.{ending}"
    table = pd.DataFrame({"v": ["a", "b"], "other": ["x", "y"], "n": [1, 2]})
    write = {"csv": lambda: table.to_csv(path, index=False), "parquet": lambda: table.to_parquet(path)}
    write.get(ending, lambda: table.to_feather(path))()
    source = Source.model_validate({"path": str(path), "key": ["v"], "columns": {"v": None, "n": None}})
    raw = read_raw(source, path, only_declared=True)
    assert list(raw.values.columns) == ["v", "other", "n"]
    assert raw.values["other"].isna().all()
    assert read_raw(source, path).values["other"].tolist() == ["x", "y"]
    found = read_source("s", source, path)
    assert found.table["n"].tolist() == [1, 2]
    assert "2 of 3 columns declared" in str(found.ledger.lines[0].reason)


def test_all_columns_are_read_where_rows_are_dropped_by_what_is_in_them(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("other,v\nx,1\nNotes,\n", encoding="utf-8")
    drop = [{"values": ["Notes"], "reason": "notes"}]
    source = Source.model_validate({"path": str(path), "key": ["v"], "columns": {"v": None}, "drop_rows": drop})
    assert read_source("s", source, path).table["v"].tolist() == [1]
