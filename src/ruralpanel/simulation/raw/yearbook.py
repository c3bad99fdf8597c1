"""The county yearbook: an Excel sheet with a header over two rows, merged cells, units in headers and a watermark."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from ruralpanel.simulation.economy import Economy
from ruralpanel.simulation.random_streams import stream
from ruralpanel.simulation.raw.writers import LABEL, write_workbook

WATERMARK = "\n—来源公众号【云上村落】"
"""Of an account that does not exist."""

HEADER_ROW = 3
"""Where the two rows of the header begin."""

GROUPS = (
    ("年份", ""),
    ("省份", ""),
    ("行政区划", "代码"),
    ("行政区划", "县(市、区)"),
    ("人口与经济", "年末总人口(万人)"),
    ("人口与经济", "地区生产总值(万元)"),
    ("人口与经济", "新登记市场主体(个)"),
    ("农业", "粮食产量(吨)"),
    ("收入", f"农村居民人均可支配收入(元){WATERMARK}"),
)
"""The header: groups, and what is below them."""

MARKERS = ("…", "-")
"""For figures too small to print, and for those that there are not."""


def write_yearbook(economy: Economy, folder: Path) -> None:
    """Write the yearbook, whose issue of a year prints the figures of the year before."""
    random = stream(economy.seed, "yearbook markers")
    book = Workbook()
    sheet = book.active
    sheet.title = "县域统计"
    book.properties.creator = "ruralpanel"
    book.properties.title = LABEL
    sheet["A1"] = "县域主要社会经济指标（虚构数据，SYNTHETIC）"
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(GROUPS))
    sheet["A2"] = "注：年份为年鉴出版年份，数据为上一年"
    _write_header(sheet)
    table = economy.county_years.sort_values(["year", "county"], kind="stable")
    hidden = economy.county_years_hidden.loc[table.index]
    row = HEADER_ROW + 2
    beginning, before = row, None
    for (_, each), (_, gone) in zip(table.iterrows(), hidden.iterrows(), strict=True):
        above = (each["year"], each["province_name"])
        if above != before:
            _merge(sheet, 2, beginning, row - 1)
            beginning, before = row, above
            sheet.cell(row, 2, each["province_name"])
        sheet.cell(row, 1, int(each["year"]) + 1)
        sheet.cell(row, 3, each["county"])
        sheet.cell(row, 4, each["county_name"])
        written = (
            ("population", float(each["population"])),
            ("output", f"{each['output']:,.0f}"),
            ("new_firms", int(each["new_firms"])),
            ("grain", f"{each['grain']:,.0f}"),
            ("rural_income", int(each["rural_income"])),
        )
        for column, (name, value) in enumerate(written, start=5):
            sheet.cell(row, column, MARKERS[random.integers(len(MARKERS))] if gone[name] else value)
        row += 1
    _merge(sheet, 2, beginning, row - 1)
    write_workbook(book, folder / "county_yearbook.xlsx")


def _write_header(sheet: Any) -> None:
    """Write groups over the columns that belong to them, merged, and what they hold below."""
    for column, (group, below) in enumerate(GROUPS, start=1):
        sheet.cell(HEADER_ROW + 1, column, below or None)
        if not below:
            sheet.cell(HEADER_ROW, column, group)
    start = 1
    for group, members in groupby(GROUPS, key=lambda pair: pair[0]):
        width = len(list(members))
        sheet.cell(HEADER_ROW, start, group)
        if width > 1:
            sheet.merge_cells(
                start_row=HEADER_ROW, start_column=start, end_row=HEADER_ROW, end_column=start + width - 1
            )
        start += width


def _merge(sheet: Any, column: int, first: int, last: int) -> None:
    if last > first:
        sheet.merge_cells(start_row=first, start_column=column, end_row=last, end_column=column)
