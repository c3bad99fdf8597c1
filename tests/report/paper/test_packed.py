"""Where the exhibits of an online appendix stand, as typst places boxes of stated heights."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ruralpanel.report.paper import paper
from ruralpanel.report.paper.document import LAYOUT

ROOM = 29.7 - 2 * 2.6
"""Centimetres of a page between its margins."""

PLACES = """
#context [#metadata(query(figure).map(each => (
  name: str(each.label), page: each.location().page(), at: each.location().position().y / 1cm,
))) <places>]
"""


def placed(folder: Path, tables: list[float], figures: list[float], front: float = 0.0) -> list[tuple[str, int, float]]:
    """Give for each exhibit, in the order of the pages, its name, its page, and where on it it begins (cm)."""
    import typst

    def boxes(kind: str, heights: list[float]) -> str:
        one = '[#exhibit({}, "1", [A], none, [], "A", none, {}) <{}{}>], '
        # A table of rows may go over to the next page, a picture may not.
        body = {
            "table": lambda tall: (
                f"printed-table(9pt, (50%,), (left,), 1, ([],), (), _ => range({round(tall * 2)})"
                ".map(_ => box(height: 0.5cm - 0.48em)), whole: true)"
            ),
            "image": lambda tall: f"rect(height: {tall}cm)",
        }[kind]
        return "(" + "".join(one.format(kind, body(tall), kind, at) for at, tall in enumerate(heights)) + ")"

    source = Path(paper.__file__).parent / LAYOUT
    (folder / LAYOUT).write_bytes(source.read_bytes())
    document = folder / "packed.typ"
    document.write_text(
        f'#import "{LAYOUT}": *\n#set page(paper: "a4", margin: margin)\n#set par(spacing: 0.68em)\n'
        f"#block(height: {front}cm)\n#packed({boxes('table', tables)}, {boxes('image', figures)})\n{PLACES}",
        encoding="utf-8",
    )
    found = json.loads(typst.query(document, "<places>", field="value", one=True))
    return [(each["name"], each["page"], each["at"]) for each in found]


def names(found: list[tuple[str, int, float]]) -> list[list[str]]:
    """Give the names on each page."""
    return [[name for name, page, _ in found if page == number] for number in sorted({page for _, page, _ in found})]


def test_tables_and_figures_share_pages_where_neither_kind_would_by_itself(tmp_path: Path) -> None:
    """Tables of 14 cm leave a third of their pages empty, which figures of 7 cm fill."""
    pages = names(placed(tmp_path, [14, 14, 14], [7, 7, 7]))
    assert [sorted(page) for page in pages] == [["image0", "table0"], ["image1", "table1"], ["image2", "table2"]]


@pytest.mark.parametrize("front", [0.0, 6.0, 11.0, 20.0])
def test_each_kind_keeps_its_order_whatever_stands_before(tmp_path: Path, front: float) -> None:
    found = placed(tmp_path, [9, 16, 5, 12], [11, 8, 20], front)
    for kind in ("table", "image"):
        order = [name for name, _, _ in found if name.startswith(kind)]
        assert order == sorted(order)
    assert len(found) == 7


def test_the_first_page_is_filled_below_what_stands_on_it(tmp_path: Path) -> None:
    """A figure that is too tall for it does not come first, though it is followed by a table that is not."""
    assert placed(tmp_path, [12], [18], front=8)[0][:2] == ("table0", 1)
    assert placed(tmp_path, [18], [12], front=8)[0][:2] == ("image0", 1)


def test_a_table_goes_over_to_the_next_page_only_where_much_would_stay_empty(tmp_path: Path) -> None:
    # 14 of 24.5 cm are taken: a table of 20 cm leaves ten on this page and ten on the next.
    assert placed(tmp_path, [20], [], front=14)[0][1] == 1
    # With 20 taken, too little of it would stand here.
    assert placed(tmp_path, [20], [], front=20)[0][1] == 2
    # One that a page holds stays whole, where only little is left empty for it.
    assert placed(tmp_path, [8], [], front=18)[0][1] == 2
    # A picture is never parted.
    assert placed(tmp_path, [], [20], front=14)[0][1] == 2


def test_a_table_longer_than_a_page_begins_where_it_stands(tmp_path: Path) -> None:
    assert placed(tmp_path, [ROOM + 10], [], front=8)[0][:2] == ("table0", 1)
    # What is left of it on the second page is known: nothing is sent to a third.
    assert {page for _, page, _ in placed(tmp_path, [ROOM + 2], [10], front=5)} <= {1, 2}
