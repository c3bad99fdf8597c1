"""Numbers in the text of a paper."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from ruralpanel.errors import PaperError
from ruralpanel.estimation.estimates import COLUMNS
from ruralpanel.frames.storage import with_types
from ruralpanel.report.paper.exhibits import pointer
from ruralpanel.report.paper.references import Sources, TypstMarkup, filled_references, number_words
from ruralpanel.study.addresses import NoSuchNumber
from ruralpanel.study.paper_text import read_text

ROW = {
    "block": "main",
    "specification": "main",
    "outcome": "income",
    "estimator": "two_way_fixed_effects",
    "term": "listed",
    "estimate": -0.05,
    "standard_error": 0.0123,
    "p_value": 0.0002,
    "interval_low": -0.0741,
    "interval_high": -0.0259,
    "interval_level": 0.95,
    "observations": 12345,
    "reason": "",
}


def estimates(*changes: dict[str, object]) -> pd.DataFrame:
    """Make a table of estimates, each the usual row with some of it changed."""
    return with_types(pd.DataFrame([ROW | change for change in changes], columns=list(COLUMNS)), COLUMNS)


@pytest.mark.parametrize(
    ("statistic", "formats", "decimals", "expected"),
    [
        ("estimate", (), None, ["−0.050"]),
        ("estimate", (), 1, ["−0.1"]),
        ("estimate", ("unsigned",), None, ["0.050"]),
        ("estimate", ("percent",), None, ["−5.0%"]),
        # 100 (exp(−0.05) − 1) = −4.877, exp(−0.05) · 1.23 = 1.170, and ends −7.142 and −2.557
        ("estimate", ("percent_change", "standard_error"), 2, ["−4.88%", "1.17"]),
        ("estimate", ("percent_change", "interval"), None, ["−4.9%", "95% interval −7.1 to −2.6"]),
        ("estimate", ("percent_change", "interval", "unsigned"), None, ["4.9%", "95% interval 2.6 to 7.1"]),
        ("estimate", ("p", "standard_error"), None, ["−0.050", "0.012", "p < 0.001"]),
        ("observations", (), None, ["12,345"]),
        ("p_value", (), None, ["< 0.001"]),
        ("interval_low", ("percent",), None, ["−7.4%"]),
    ],
)
def test_numbers_are_printed_as_asked(
    statistic: str, formats: tuple[str, ...], decimals: int | None, expected: list[str]
) -> None:
    assert number_words(estimates({}).iloc[0], statistic, formats, decimals, "log") == expected


def test_a_change_in_per_cent_needs_logarithms() -> None:
    with pytest.raises(NoSuchNumber, match="not in logarithms"):
        number_words(estimates({}).iloc[0], "estimate", ("percent_change",), None, "none")
    hazard = estimates({"estimator": "complementary_log_log"}).iloc[0]
    assert number_words(hazard, "estimate", ("percent_change",), None, "none") == [f"−{-100 * math.expm1(-0.05):.1f}%"]


def filled(text: str, table: pd.DataFrame) -> list[str]:
    """Fill a text whose run has one exhibit, one fact and one claim."""
    return filled_references(
        read_text(text),
        "paper.md",
        Sources(
            table,
            transformations={"income": "log"},
            facts={"units": "2,000"},
            claims={"pays": "undecided"},
            files={"truth": {"income": -0.0512}},
        ),
        TypstMarkup(exhibits={"t": "TABLE"}, pointers={"t": pointer("t")}),
    )


def test_what_stands_for_references() -> None:
    text = "{{ main | p }} {{ run: units }} {{ claim: pays }} @tbl:t @lee2020 [@lee2020, p. 3; @sun2021] $x$ \\@"
    text += " {{ truth/income | percent }}"
    assert filled(text, estimates({})) == [
        '#"−0.050 (p\u00a0<\u00a00.001)";',
        '#"2,000";',
        '#"undecided";',
        '#ref(label("exhibit-t"));',
        '#cite(label("lee2020"), form: "prose");',
        '#cite(label("lee2020"), supplement: [p. 3]); #cite(label("sun2021"));',
        "$x$",
        "\\@",
        '#"−5.1%";',
    ]


def test_unknown_and_ambiguous_addresses_are_errors_with_lines_all_at_once() -> None:
    table = estimates(
        {},
        {"term": "listed*kinship"},
        {"estimate": None, "outcome": "wages", "reason": "one_cluster", "reason_arguments": '{"name":"one"}'},
    )
    with pytest.raises(PaperError) as raised:
        filled(
            "{{ main/income }}\n{{ main/incom }}\n{{ main/income/listed }}\n{{ main/wages }} {{ main/wages#r }}", table
        )
    said = str(raised.value)
    assert "(4 problems)" in said
    assert "paper.md, line 1: `main/income` names 2 estimates" in said
    assert "main/main/income/two_way_fixed_effects/listed*kinship" in said
    assert "line 2: `main/incom`: no estimate" in said
    assert "did you mean “income”?" in said
    assert "line 3" not in said
    assert "line 4: `main/wages`: the estimate has no estimate\n    → one cluster only in `one`" in said
    assert "`r` is not a number of an estimate" in said
