"""What cells must hold, in the words of errors and quarantine, and what can be done where they do not."""

from __future__ import annotations

ONE_VALUE = "must hold one value a cell, not a list or raw bytes"
UNREADABLE = "must hold text, and these bytes are none in an encoding that fits the rest"
NO_NUMBER = "must hold numbers"
NO_NUMBER_AS_OTHERS = "must hold numbers as its other cells do, or be `type: text`"
NOT_ONE_NUMBER = "must hold numbers that can be read in one way, and a comma or point here may be a decimal mark or not"
PERCENT_ON_SOME = "must hold numbers that all have a per cent sign or format, or none"
SHOWN_OTHERWISE = "must hold numbers that are shown as they are stored, and these are shown in thousands or the like"
ROUNDED = "must hold whole codes, not ones that a spreadsheet program has rounded"
INEXACT = "must hold exact codes; as numbers, ones this long have lost their last digits (CSV: give `type: text`)"
TWO_WAYS = "must write a code in one way, and some are others without the zeros at their beginning, or with .0"
AS_DATES = "must hold codes, and some have become dates in a spreadsheet program"
DATES_AMONG_OTHERS = "must not hold dates among other values"
ERROR_OF_A_SPREADSHEET = "must hold values, not errors of a spreadsheet program"
NO_KEY = "is the key and must not be missing"
CUT_KEY = "tells things apart, was cut within a character, and what is left is or begins another's"

_LOST = "their last digits are lost: make the column text in the original file and export it again"

HINTS = {
    UNREADABLE: "declare the file's `encoding` (gb18030, big5, latin-1), or mend or set aside the rows",
    NO_NUMBER: "rows of units, totals or notes are left out with the source's `drop_rows`",
    NO_NUMBER_AS_OTHERS: "rows of units, totals or notes are left out with the source's `drop_rows`",
    NOT_ONE_NUMBER: 'give the source `decimal`: "," where 1.199 is 1199 and 95,7 is 95.7, "." where 1.199 is 1.199',
    PERCENT_ON_SOME: "Excel: `read_as: shown` takes each as the sheet shows it; else `corrections` can mend them",
    SHOWN_OTHERWISE: "say which number counts with `read_as: shown` or `read_as: stored`",
    ROUNDED: _LOST,
    INEXACT: _LOST,
    TWO_WAYS: "say how many digits a code has: `{type: code, width: 5}`; or `type: text` where they are two codes",
    AS_DATES: "make the column text in the original file and export it again",
    DATES_AMONG_OTHERS: "where the column holds periods, give it a `frequency`, such as `year`; of codes such as 3-1 a "
    "spreadsheet program makes dates: make the column text in the original",
    ERROR_OF_A_SPREADSHEET: "mend them in the original file, or give them as `missing_codes`",
    NO_KEY: "rows of totals or notes are left out with the source's `drop_rows`; merged cells are `fill_down`",
    CUT_KEY: "`corrections` can mend it",
}
"""By rule, what can be done."""
