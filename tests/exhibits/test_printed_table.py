from __future__ import annotations

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.exhibits.numbers import decimal
from ruralpanel.exhibits.printed_table import as_grid, as_html
from tests.exhibits.test_layout import table


def shown_cells(html: str) -> list[tuple[str, str, str]]:
    """Give what stands unseen before and after every number, and the number."""
    found = re.findall(r"<td(?: data-before=\"([^\"]*)\")?(?: data-after=\"([^\"]*)\")?>([^<]+)</td>", html)
    return [(unescape(before), unescape(cell), unescape(after)) for before, after, cell in found]


@given(st.lists(st.tuples(st.floats(-2000, 2000), st.integers(0, 4), st.booleans()), min_size=1, max_size=8))
def test_all_numbers_of_a_column_are_as_wide_before_their_point_and_after_it(
    numbers: list[tuple[float, int, bool]],
) -> None:
    texts = [decimal(value, decimals) for value, decimals, _ in numbers]
    texts = [f"({text})" if brackets else text for text, (_, _, brackets) in zip(texts, numbers, strict=True)]
    rows = [(f"Term {row}", [text]) for row, text in enumerate(texts)]
    cells = shown_cells(as_html(table([("Income", "")], coefficients=rows, statistics=[])))
    assert [cell for _, cell, _ in cells] == texts
    sides = set()
    for before, cell, after in cells:
        whole, point, part = re.sub("[0-9]", "0", cell).partition(".")
        if not point and whole.endswith(")"):
            whole, part = whole[:-1], ")"
        sides.add(("".join(sorted(before + whole)), "".join(sorted(point + part + after))))
    assert len(sides) == 1


def test_counts_are_centred_and_not_aligned() -> None:
    html = as_html(table([("Income", "")], rows=1))
    assert "<td>27,725</td>" in html


def test_a_table_without_numbers_over_its_columns_names_its_rows() -> None:
    described = table(
        [("", "What it is"), ("", "Rows")],
        coefficients=[("A survey", ["Every village", "1,000"])],
        statistics=[],
        stub="Source",
        numbered=False,
        words=(0,),
    )
    html = as_html(described)
    assert '<tr><th scope="col" class="text">Source</th><th scope="col" class="text">What it is</th>' in html
    assert '<td class="text">Every village</td>' in html
    assert "(1)" not in html
    assert as_grid(described).to_numpy().tolist() == [
        ["", "What it is", "Rows"],
        ["A survey", "Every village", "1,000"],
    ]
