from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.exhibits.layout import LINE, is_longer_than_a_page, parts_of
from ruralpanel.exhibits.numbers import number_parts
from ruralpanel.exhibits.printed_table import PrintedTable


def table(heads: list[tuple[str, str]], rows: int = 2, **changes: object) -> PrintedTable:
    """Make a table with a coefficient and its error, some times over."""
    coefficients = []
    for row in range(rows):
        coefficients.append((f"Term {row}", [f"{column}.{row:03d}" for column in range(len(heads))]))
        coefficients.append(("", ["(0.123)"] * len(heads)))
    usual = {
        "title": "Table 1. Effects",
        "heads": heads,
        "coefficients": coefficients,
        "statistics": [("Observations", ["27,725"] * len(heads))],
        "notes": ["A note."],
        "number": "Table 1",
        "caption": "Effects",
    }
    return PrintedTable(**{**usual, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("0.115", ("0", ".115")),
        ("−0.048***", ("−0", ".048***")),
        ("(0.014)", ("(0", ".014)")),
        ("[< 0.001]", ("[< 0", ".001]")),
        ("27,725", ("27,725", "")),
        ("Yes", None),
        ("2008–2022", None),
        ("1998 to 2001", None),
        ("—", None),
        ("", None),
    ],
)
def test_a_printed_number_is_split_at_its_decimal_point(text: str, parts: tuple[str, str] | None) -> None:
    assert number_parts(text) == parts


def test_a_table_that_fits_has_one_part() -> None:
    assert len(parts_of(table([("Income", "")] * 5))) == 1


@given(st.lists(st.integers(1, 15), min_size=1, max_size=12))
def test_every_column_of_a_wide_table_is_in_one_part_and_every_part_fits_a_line(groups: list[int]) -> None:
    heads = [(f"Outcome {name}", "Weighted") for name, size in enumerate(groups) for _ in range(size)]
    wide = table(heads)
    parts = parts_of(wide)
    assert [head for part in parts for head in part.table.heads] == heads
    assert [cell for part in parts for cell in part.table.coefficients[0][1]] == wide.coefficients[0][1]
    assert [number for part in parts for number in part.numbers] == [f"({n})" for n in range(1, len(heads) + 1)]
    assert all(part.labels + sum(part.widths) <= LINE for part in parts)


def test_columns_that_share_a_head_wider_than_a_line_are_divided_among_lines() -> None:
    parts = parts_of(table([("Income", "Weighted by population")] * 64))
    assert sum(len(part.widths) for part in parts) == 64
    assert all(part.labels + sum(part.widths) <= LINE for part in parts)


def test_columns_of_one_outcome_stay_together() -> None:
    parts = parts_of(table([("Income", "A")] * 5 + [("Population", "B")] * 5 + [("Away", "C")] * 5))
    assert len(parts) > 1
    assert all(len(set(part.table.heads)) == len(part.table.heads) // 5 for part in parts)


def test_no_column_is_left_over_alone() -> None:
    parts = parts_of(table([(f"Outcome {n}", "") for n in range(9)]))
    assert sorted(len(part.widths) for part in parts) == [4, 5]


def test_rows_that_are_empty_in_a_part_are_left_out_of_it() -> None:
    heads = [(f"Outcome {n}", "") for n in range(12)]
    ends = ["1.000", *[""] * 10, "2.000"]
    first = ["3.000", *[""] * 11]
    errors = ["(1.000)", *[""] * 11]
    rows = [("Both", ends), ("", [""] * 12), ("First", first), ("", errors)]
    parts = parts_of(table(heads, coefficients=rows))
    assert [label for label, _ in parts[0].table.coefficients] == ["Both", "First", ""]
    assert [label for label, _ in parts[-1].table.coefficients] == ["Both"]


def test_a_long_label_goes_on_beside_the_standard_error() -> None:
    label = "Listed village × Log distance to a large city × North China Plain"
    (part,) = parts_of(table([("Income", "")], coefficients=[(label, ["0.1"]), ("", ["(0.2)"])]))
    first, second = part.rows[:2]
    assert f"{first.label} {second.label}" == label
    assert (first.cells, second.cells) == (["0.1"], ["(0.2)"])
    assert (first.is_indented, second.is_indented) == (False, True)
    assert (first.stays, second.stays) == (True, False)


def test_words_are_given_the_width_that_numbers_leave() -> None:
    described = table(
        [("", "What it is"), ("", "Rows")],
        coefficients=[("A survey", ["Every village of the plain, " * 10, "1,000"])],
        statistics=[],
        words=(0,),
    )
    (part,) = parts_of(described)
    assert part.labels + sum(part.widths) <= LINE + 1e-9
    assert part.widths[0] > part.widths[1]


def test_notes_count_in_what_a_page_holds() -> None:
    assert not is_longer_than_a_page(parts_of(table([("Income", "")], rows=20)))
    assert is_longer_than_a_page(parts_of(table([("Income", "")], rows=40)))
    assert is_longer_than_a_page(parts_of(table([("Income", "")], rows=20, notes=["A note of some length."] * 120)))


def test_a_part_has_no_row_of_effects_that_none_of_its_columns_has() -> None:
    heads = [(f"Outcome {column // 6}", f"({column})") for column in range(12)]
    effects = [("Village fixed effects", ["Yes"] * 12), ("County × Year fixed effects", ["Yes"] * 6 + ["No"] * 6)]
    weighted = [("Weighted by", ["—"] * 11 + ["population"])]
    first, second = parts_of(table(heads, statistics=[*effects, *weighted]))
    assert [label for label, _ in first.table.statistics] == ["Village fixed effects", "County × Year fixed effects"]
    assert [label for label, _ in second.table.statistics] == ["Village fixed effects", "Weighted by"]
