"""Mistakes about raw files, each with the advice that is printed and the advice followed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import pandas as pd

from tests.hints.attempt import SURVEY, Case, Made

COLUMNS = "sources.survey.columns"
TEXT = SURVEY.to_csv(index=False)


def incomes(made: Made) -> bool:
    """Tell whether all incomes came through as they are in the raw file."""
    return made.panel["income"].tolist() == SURVEY["income"].tolist()


def incomes_but_the_first(made: Made) -> bool:
    """Tell whether the first income is missing, and all others are as in the raw file."""
    first, *others = made.panel["income"]
    return pd.isna(first) and others == SURVEY["income"].tolist()[1:]


def other(column: str, value: object, frame: pd.DataFrame = SURVEY, row: int = 0) -> pd.DataFrame:
    """Give the raw file with another cell."""
    changed = frame.astype(object)
    changed.loc[row, column] = value
    return changed


def all_of(column: str, write: str) -> pd.DataFrame:
    """Give the raw file with a column written in another way."""
    return SURVEY.assign(**{column: SURVEY[column].map(write.format)})


def register(columns: dict[str, object], **more: object) -> dict[str, object]:
    """Declare a second source, of villages, which is joined."""
    return {
        "sources.register": {"path": "register.csv", "key": ["village"], "columns": columns, **more},
        "panel.base": "survey",
        "panel.joins": [{"source": "register", "on": ["village"]}],
    }


def workbook(**sheets: pd.DataFrame) -> bytes:
    """Write a workbook."""
    stream = io.BytesIO()
    with pd.ExcelWriter(stream) as writer:
        for name, frame in sheets.items():
            frame.to_excel(writer, sheet_name=name, index=False)
    return stream.getvalue()


def formatted(number_format: str, rows: Sequence[int] = range(2, len(SURVEY) + 2)) -> bytes:
    """Write a workbook some of whose incomes are shown in another way than they are stored."""
    stream = io.BytesIO()
    with pd.ExcelWriter(stream) as writer:
        SURVEY.to_excel(writer, sheet_name="form", index=False)
        for row in rows:
            writer.sheets["form"].cell(row, 1 + list(SURVEY).index("income")).number_format = number_format
    return stream.getvalue()


def packed(**files: str) -> bytes:
    """Write a zip file of text files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("_", "."), text)
    return stream.getvalue()


NOTE = "注：收入为人均\n"
CHINESE = SURVEY.assign(county=[f"泰安市岱岳区第{number}村" for number in range(len(SURVEY))]).to_csv(index=False)
AS_TEXT = {f"{COLUMNS}.county": {"type": "text"}}
BOOK = {"sources.survey.path": "survey.xlsx"}
ZIP = {"sources.survey.path": "survey.zip"}
TIDY = workbook(form=SURVEY)
CUT = "the file is cut off"


def is_chinese(made: Made) -> bool:
    """Tell whether Chinese names came through."""
    return made.panel["county"].tolist()[0] == "泰安市岱岳区第0村"


ENCODINGS = [
    Case(
        "declare its `encoding`, such as latin-1 or big5",
        {"survey.csv": SURVEY.assign(county="café é").to_csv(index=False).encode("latin-1"), **AS_TEXT},
        {"sources.survey.encoding": "latin-1"},
        lambda made: set(made.panel["county"]) == {"café é"},
    ),
    Case(
        "Chinese files are often `encoding: gb18030`",
        {"survey.csv": CHINESE.encode("gb18030"), **AS_TEXT, "sources.survey.encoding": "utf-8"},
        {"sources.survey.encoding": "gb18030"},
        is_chinese,
    ),
    Case(
        "try `encoding: utf-8-sig`",
        {"survey.csv": CHINESE.encode("utf-8-sig"), **AS_TEXT, "sources.survey.encoding": "ascii"},
        {"sources.survey.encoding": "utf-8-sig"},
        is_chinese,
    ),
    Case(
        "common here: utf-8-sig, gb18030",
        {"survey.csv": CHINESE.encode("gb18030"), **AS_TEXT, "sources.survey.encoding": "gb-18030x"},
        {"sources.survey.encoding": "gb18030"},
        is_chinese,
    ),
    Case(
        "leave `encoding` out",
        {"survey.csv": CHINESE.encode(), **AS_TEXT, "sources.survey.encoding": "latin-1"},
        {"sources.survey.encoding": None},
        is_chinese,
    ),
    Case(
        "the file may be cut off, or of another encoding",
        {"survey.csv": CHINESE.encode()[:-30] + "岱".encode()[:2], **AS_TEXT, "sources.survey.encoding": "utf-8"},
        {"survey.csv": CHINESE},
        is_chinese,
    ),
    Case(
        "it may be cut off",
        {"survey.csv": CHINESE.encode("utf-16")[:-1], **AS_TEXT},
        {"survey.csv": CHINESE.encode("utf-16")},
        is_chinese,
    ),
    Case(CUT, {"survey.csv": CHINESE.encode() + "岱".encode()[:2], **AS_TEXT}, {"survey.csv": CHINESE}, is_chinese),
    Case(
        CUT,
        {"survey.csv": CHINESE.encode("gb18030") + "岱".encode("gb18030")[:1], **AS_TEXT},
        {"survey.csv": CHINESE.encode("gb18030")},
        is_chinese,
    ),
    Case(
        "the file is damaged there, or put together from two encodings",
        {"survey.csv": CHINESE.encode().replace("岱".encode(), b"\xff\xff", 1), **AS_TEXT},
        {"survey.csv": CHINESE},
        is_chinese,
    ),
]

LAYOUT = [
    Case(
        "is `header_row` right, or does a line above the header belong to nothing?",
        {"survey.csv": "收入,表\n" + TEXT},
        {"sources.survey.header_row": 2},
        incomes,
    ),
    Case(
        "lines of notes are left out with `drop_rows: [{last: 1, reason: notes}]`",
        {"survey.csv": TEXT + NOTE},
        {"sources.survey.drop_rows": [{"last": 1, "reason": "notes"}]},
        incomes,
    ),
    Case(
        "the file may be cut off, or a cell with the delimiter in it unquoted",
        {"survey.csv": TEXT.replace("\n1,2009,020101,", "\n1,2009,02,0101,")},
        {"survey.csv": TEXT.replace("\n1,2009,020101,", '\n1,2009,"020101",')},
        incomes,
    ),
    Case(
        "a quotation mark may be missing",
        {"survey.csv": TEXT.replace("\n1,2009,020101,", '\n1,2009,"020101,')},
        {"survey.csv": TEXT},
        incomes,
    ),
    Case(
        "a quotation mark is missing, and rows are swallowed",
        {"survey.csv": TEXT.replace("\n1,2009,020101,", '\n1,2009,"020101,').replace("\n3,2009,0", '\n3,2009",0')},
        {"survey.csv": TEXT},
        incomes,
    ),
    Case(
        "is `header_row`, `sheet` or `delimiter` right?",
        {"survey.csv": "a,b,c,d,e,f,g,h,i\n" + TEXT},
        {"sources.survey.header_row": 2},
        incomes,
    ),
    Case(
        "is `header_row`, `sheet` or `delimiter` right?",
        {"survey.csv": TEXT, "sources.survey.delimiter": ";"},
        {"sources.survey.delimiter": ","},
        incomes,
    ),
    Case(
        "is `header_row`, `sheet` or `delimiter` right?",
        {"survey.xlsx": workbook(notes=pd.DataFrame({"a": [1], "b": [2]}), form=SURVEY), **BOOK},
        {"sources.survey.sheet": "form"},
        incomes,
    ),
    Case(
        "did you mean “income”?",
        {f"{COLUMNS}.income": {"from": "incmoe"}},
        {f"{COLUMNS}.income": {"from": "income"}},
        incomes,
    ),
    Case(
        "did you mean “form”?",
        {"survey.xlsx": TIDY, **BOOK, "sources.survey.sheet": "from"},
        {"sources.survey.sheet": "form"},
        incomes,
    ),
    Case(
        "sheets: notes, form",
        {"survey.xlsx": workbook(notes=pd.DataFrame(), form=SURVEY), **BOOK},
        {"sources.survey.sheet": "form"},
        incomes,
    ),
    Case(
        "give `member`: a.csv, b.csv",
        {"survey.zip": packed(a_csv="x\n1\n", b_csv=TEXT), **ZIP, "sources.survey.format": "csv"},
        {"sources.survey.member": "b.csv"},
        incomes,
    ),
    Case(
        "did you mean “form.csv”?",
        {"survey.zip": packed(form_csv=TEXT), **ZIP, "sources.survey.member": "from.csv"},
        {"sources.survey.member": "form.csv"},
        incomes,
    ),
    Case(
        "give `format`",
        {"survey.zip": packed(form_data=TEXT), **ZIP},
        {"sources.survey.format": "csv"},
        incomes,
    ),
    Case(
        "was it saved from a link that has ended? A table saved as HTML has to become .xlsx or .csv",
        {"survey.csv": "<!DOCTYPE html><html><body>expired</body></html>"},
        {"survey.csv": TEXT},
        incomes,
    ),
    Case(
        "has the file changed? mend the entry or take it out",
        {"sources.survey.drop_rows": [{"rows": [999], "reason": "notes"}]},
        ({"sources.survey.drop_rows": None}, {"sources.survey.drop_rows": [{"rows": [57], "reason": "notes"}]}),
    ),
    Case(
        "a full row that is to go, such as a total, is named by `rows` or `values`; has the file changed?",
        {"sources.survey.drop_rows": [{"last": 1, "reason": "total"}]},
        (
            {"sources.survey.drop_rows": [{"rows": [57], "reason": "total"}]},
            {"sources.survey.drop_rows": [{"values": ["8"], "column": "village", "reason": "total"}]},
        ),
        lambda made: len(made.panel) in (55, 49),
    ),
    Case(
        "declare what a period is: `frequency` under `panel`",
        {
            "survey.csv": "village,treated,2014Q1,2014Q2\n1,0,5,6\n2,1,6,8\n3,0,6,7\n",
            "sources.survey.columns": {"village": {}, "treated": {}, "income": {"wide": "(20.*)"}},
            "sources.survey.wide_into": "year",
        },
        {"panel.frequency": "quarter"},
        lambda made: made.panel["income"].tolist() == [5, 6, 6, 8, 6, 7],
    ),
]

NUMBERS = [
    Case(
        "rows of units, totals or notes are left out with the source's `drop_rows`",
        {"survey.csv": other("income", "yuan")},
        {"sources.survey.drop_rows": [{"rows": [2], "reason": "units"}]},
        lambda made: made.panel["income"].tolist() == SURVEY["income"].tolist()[1:],
    ),
    Case(
        "rows of units, totals or notes are left out with the source's `drop_rows`",
        {"survey.csv": other("income", "yuan"), f"{COLUMNS}.income": {"type": "number"}},
        {"sources.survey.drop_rows": [{"values": ["yuan"], "column": "income", "reason": "units"}]},
        lambda made: made.panel["income"].tolist() == SURVEY["income"].tolist()[1:],
    ),
    Case(
        'give the source `decimal`: "," where 1.199 is 1199 and 95,7 is 95.7, "." where 1.199 is 1.199',
        {"survey.csv": SURVEY.assign(income="1.199", rain="95,7").to_csv(index=False, sep=";")},
        {"sources.survey.decimal": ","},
        lambda made: set(made.panel["income"]) == {1199} and set(made.panel["rain"]) == {95.7},
    ),
    Case(
        "Excel: `read_as: shown` takes each as the sheet shows it; else `corrections` can mend them",
        {"survey.csv": other("income", "50%")},
        {
            "sources.survey.corrections": "corrections.csv",
            "corrections.csv": "village,year,column,from,to,reason\n1,2007,income,50%,122,a slip\n",
        },
        incomes,
    ),
    Case(
        "say how many digits a code has: `{type: code, width: 5}`; or `type: text` where they are two codes",
        {"survey.csv": other("village", "1", all_of("village", "0{}"))},
        ({f"{COLUMNS}.village": {"type": "code", "width": 2}}, {f"{COLUMNS}.village": {"type": "text"}}),
        lambda made: made.panel["village"].nunique() in (8, 9),
    ),
    Case(
        "must hold exact codes; as numbers, ones this long have lost their last digits (CSV: give `type: text`)",
        {"survey.csv": all_of("village", "3709210000000000000{}"), f"{COLUMNS}.village": {"type": "number"}},
        {f"{COLUMNS}.village": {"type": "text"}},
        lambda made: made.panel["village"].tolist()[0] == "37092100000000000001",
    ),
    Case(
        "rows of totals or notes are left out with the source's `drop_rows`; merged cells are `fill_down`",
        {"survey.csv": other("village", "", row=1)},
        (
            {"sources.survey.fill_down": ["village"]},
            {"sources.survey.drop_rows": [{"rows": [3], "reason": "notes"}]},
        ),
        lambda made: len(made.panel) in (55, 56),
    ),
    Case(
        "mend them in the original file, or give them as `missing_codes`",
        {"survey.xlsx": workbook(form=other("income", "#N/A")), **BOOK},
        ({f"{COLUMNS}.income": {"missing_codes": ["#N/A"]}}, {"sources.survey.missing_codes": ["#N/A"]}),
        incomes_but_the_first,
    ),
    Case(
        "Excel: `read_as: shown` takes each as the sheet shows it",
        {"survey.xlsx": formatted("0%", rows=[2]), **BOOK},
        {f"{COLUMNS}.income": {"read_as": "shown"}},
        lambda made: made.panel["income"].tolist()[0] == 12200,
    ),
    Case(
        "say which number counts with `read_as: shown` or `read_as: stored`",
        {"survey.xlsx": formatted("0,"), **BOOK},
        ({f"{COLUMNS}.income": {"read_as": "stored"}}, {f"{COLUMNS}.income": {"read_as": "shown"}}),
        lambda made: made.panel["income"].tolist()[0] in (122, 0.122),
    ),
    Case(
        "where the column holds periods, give it a `frequency`, such as `year`",
        {
            "survey.xlsx": workbook(form=other("rain", pd.Timestamp("2007-05-01"), SURVEY.assign(rain=SURVEY["year"]))),
            **BOOK,
        },
        {f"{COLUMNS}.rain": {"frequency": "year"}},
        lambda made: made.panel["rain"].tolist() == SURVEY["year"].tolist(),
    ),
    Case(
        "of codes such as 3-1 a spreadsheet program makes dates: make the column text in the original",
        {"survey.xlsx": workbook(form=other("county", pd.Timestamp("2010-03-01"))), **BOOK},
        {"survey.xlsx": TIDY},
        incomes,
    ),
]

CORRECTIONS = [
    Case(
        "the file has 1 / 2007, 1 / 2008, 1 / 2009 and so on",
        {
            "sources.survey.corrections": "corrections.csv",
            "corrections.csv": "village,year,column,from,to,reason\n1,1907,income,122,118,a slip\n",
        },
        {"corrections.csv": ("1907", "2007")},
    ),
    Case(
        "the source has changed: is the correction still needed?",
        {
            "sources.survey.corrections": "corrections.csv",
            "corrections.csv": "village,year,column,from,to,reason\n1,2007,income,999,118,a slip\n",
        },
        {"sources.survey.corrections": None},
        incomes,
    ),
    Case(
        "did you mean “income”?",
        {
            "sources.survey.corrections": "corrections.csv",
            "corrections.csv": "village,year,column,from,to,reason\n1,2007,incmoe,122,118,a slip\n",
        },
        {"corrections.csv": ("incmoe", "income")},
    ),
    Case(
        "so many are a sign of a wrong declaration: mend it, or take it out",
        {"sources.survey.on_violation": "quarantine", f"{COLUMNS}.income": {"maximum": 20}},
        ({f"{COLUMNS}.income": {"maximum": 2000}}, {f"{COLUMNS}.income": {}}),
        incomes,
    ),
    Case(
        "write it without a repetition inside a repetition",
        {
            "survey.csv": SURVEY.assign(county="a" * 60 + "!"),
            f"{COLUMNS}.county": {"type": "text", "matches": "(?=a)(a+)+"},
        },
        {f"{COLUMNS}.county": {"type": "text", "matches": "a+!"}},
        incomes,
    ),
    Case(
        "write its expressions without a repetition inside a repetition",
        {
            "survey.csv": SURVEY.assign(county="a" * 60 + "!"),
            f"{COLUMNS}.county": {"type": "text", "rewrite": {"(a+)+$": "b"}},
        },
        {f"{COLUMNS}.county": {"type": "text", "rewrite": {"a+!": "b"}}},
        lambda made: set(made.panel["county"]) == {"b"},
    ),
]


def stata(frame: pd.DataFrame = SURVEY, labels: dict[str, dict[int, str]] | None = None, version: int = 118) -> bytes:
    """Write a file of Stata."""
    stream = io.BytesIO()
    frame.to_stata(stream, write_index=False, version=version, value_labels=labels)
    return stream.getvalue()


DTA = {"sources.survey.path": "survey.dta"}
RAIN = {f"{COLUMNS}.rain": {"value_labels": True}}
SHARED = stata(labels={"rain": dict.fromkeys(range(11), "wet")})


def of_cells(*cells: bytes) -> bytes:
    """Write an old file of Stata with these names of counties first, byte for byte."""
    names = [each.decode("latin-1") for each in cells]
    return stata(SURVEY.assign(county=[*names, *[names[0]] * (len(SURVEY) - len(names))]), version=114)


def other_encoding() -> bytes:
    """Write an old file of Stata with Chinese text, which does not say how that is encoded."""
    name = "泰安市岱岳区".encode("gb18030").decode("latin-1")
    return stata(SURVEY.assign(county=name), version=114)


TOWNS = [each.encode("gbk") for each in ("大集镇", "安蔡楼镇", "孙老家镇", "阎店楼镇", "普连集镇青")]

FORMATS = [
    Case(
        "or mend or set aside the rows",
        {**DTA, "survey.dta": of_cells(*TOWNS[:3], b"\xff\xfe\x01a"), **AS_TEXT},
        ({"sources.survey.on_violation": "quarantine"}, {"survey.dta": of_cells(*TOWNS)}),
        lambda made: len(made.panel) in (55, 56),
    ),
    Case(
        "the file may be cut off, or of another format",
        {**DTA, "survey.dta": stata()[:400]},
        {"survey.dta": stata()},
        incomes,
    ),
    Case(
        "read the codes: leave `value_labels` of `rain` out",
        {**DTA, "survey.dta": SHARED, **RAIN},
        {f"{COLUMNS}.rain": {}},
        incomes,
    ),
    Case(
        "read the values: leave `value_labels` of `rain` out",
        {**DTA, "survey.dta": stata(), **RAIN},
        {f"{COLUMNS}.rain": {}},
        incomes,
    ),
    Case(
        "common here: gb18030, big5, latin-1",
        {**DTA, "survey.dta": other_encoding(), "sources.survey.encoding": "gb-x", **AS_TEXT},
        {"sources.survey.encoding": "gb18030"},
        lambda made: set(made.panel["county"]) == {"泰安市岱岳区"},
    ),
    Case(
        "leave `encoding` out to have it found out",
        {**DTA, "survey.dta": other_encoding(), "sources.survey.encoding": "ascii", **AS_TEXT},
        {"sources.survey.encoding": None},
        lambda made: set(made.panel["county"]) == {"泰安市岱岳区"},
    ),
    Case(
        "their last digits are lost: make the column text in the original file and export it again",
        {"survey.csv": all_of("village", "3.7{}e+11")},
        {"survey.csv": all_of("village", "37{}092100000")},
        lambda made: made.panel["village"].nunique() == 8,
    ),
    Case(
        "make the column text in the original file and export it again",
        {"survey.csv": other("village", "Mar-01")},
        {"survey.csv": SURVEY},
        incomes,
    ),
]

CASES: list[Case] = [*FORMATS, *ENCODINGS, *LAYOUT, *NUMBERS, *CORRECTIONS]
