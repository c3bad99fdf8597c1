from __future__ import annotations

import random

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ruralpanel.errors import DataError
from ruralpanel.frames.ledger import Ledger
from ruralpanel.frames.storage import key_problems
from ruralpanel.study.tables import Crosswalk, Recode
from ruralpanel.tables.administrative_codes import AUDIT_COLUMNS, AUDIT_KEY, no_codes, recode_rows
from ruralpanel.tables.crosswalk import CodeChanges, read_crosswalk

LISTED = {"source": "area_codes", "old": "code", "new": "successors", "year": "changed", "since": "started"}
PAIRS = {"source": "pairs", "old": "old", "new": "new", "year": "year"}

HEZE = """
110101 东城区 1981 -    -
110103 崇文区 1981 2010 110101
130130 无极县 1986 -    -
150105 赛罕区 2000 -    -
150105 郊区   1983 2000 150102;150105
371703 定陶区 2016 -    -
371721 曹县   2000 -    -
371727 定陶县 2000 2016 371703
372922 曹县   1981 2000 371721
372923 定陶县 1981 2000 371727
130402 邯山区 1983 -    -
130403 丛台区 1983 -    -
130404 复兴区 1983 -    -
130408 永年区 2016 -    -
130421 邯郸县 1983 2016 130404[2014];130402;130403
130429 永年县 1993 2016 130403;130408
130427 磁县   1993 -    130402[2016];130404[2016]
150602 东胜区 2001 -    150603[2016]
150603 康巴什区 2016 -  -
371200 莱芜市 1992 2018 -
"""
"""Rows of China's table of codes at county level: code, name, first year, year of its end, successors."""


def heze() -> pd.DataFrame:
    rows = [line.split() for line in HEZE.strip().splitlines()]
    table = pd.DataFrame(rows, columns=["code", "name", "started", "changed", "successors"]).replace("-", None)
    return table.astype({"code": "str", "started": "int64", "changed": "float64", "successors": "str"})


def changes(text: str) -> pd.DataFrame:
    """Write a crosswalk as `A→B 2000, A→C 2000 0.4`, with a share where there is one."""
    parts = [each.replace("→", " ").split() for each in text.split(",")]
    frame = pd.DataFrame([[*each, None][:4] for each in parts], columns=["old", "new", "year", "share"])
    return frame.astype({"year": "int64", "share": "float64"})


def recode(
    codes: list[str] | pd.DataFrame,
    crosswalk: pd.DataFrame,
    since: int | str = 2000,
    to: int = 2020,
    **declared: object,
) -> tuple[pd.DataFrame, pd.DataFrame, Ledger]:
    """Recode rows with `residents`, of which the first has 100, the next 200 and so on."""
    table = codes
    if not isinstance(codes, pd.DataFrame):
        table = pd.DataFrame({"code": codes, "residents": 100 * np.arange(1, len(codes) + 1)})
    columns = LISTED if "successors" in crosswalk else PAIRS
    columns = {**columns, **({"name": "name"} if "name" in crosswalk else {})}
    if declared.get("several_successors") == "divide":
        columns["share"] = "share"
    section = {"column": "code", "crosswalk": columns, "from": since, "to": to, **declared}
    declaration = Recode.model_validate(section)
    ledger = Ledger("tables", "census")
    read = read_crosswalk(crosswalk, declaration.crosswalk)
    recoded, audit = recode_rows(table, read, declaration, ["residents"], "table census", ledger)
    assert list(audit.columns) == AUDIT_COLUMNS
    assert not key_problems(audit, AUDIT_KEY, "audit")
    assert audit["rows"].sum() == table["code"].notna().sum()
    return recoded, audit, ledger


def complaint(*arguments: object, **declared: object) -> str:
    with pytest.raises(DataError) as raised:
        recode(*arguments, **declared)  # type: ignore[arg-type]
    return str(raised.value)


def fate(audit: pd.DataFrame, code: str) -> dict[str, object]:
    return dict(audit[audit["old_code"] == code].iloc[0])


@pytest.mark.slow(but_each=2)
@pytest.mark.parametrize(
    ("code", "since", "to", "new"),
    [
        ("371727", 2015, 2016, "371703"),
        ("371727", 2015, 2015, "371727"),
        ("371703", 2016, 2020, "371703"),
        ("372922", 1999, 2000, "371721"),
        ("372922", 1999, 1999, "372922"),
        ("372923", 1990, 2020, "371703"),  # 2000 and 2016
        ("372923", 1990, 2015, "371727"),
    ],
)
def test_codes_of_heze_change_in_the_years_in_which_they_did(code: str, since: int, to: int, new: str) -> None:
    recoded, audit, _ = recode([code], heze(), since, to)
    assert recoded["code"].tolist() == [new]
    assert fate(audit, code)["what"] == ("unchanged" if new == code else "new code")


def test_a_chain_is_told_year_by_year() -> None:
    _, audit, ledger = recode(["372923"], heze(), 1990)
    told = fate(audit, "372923")
    assert told["changes"] == "2000: 372923 → 371727; 2016: 371727 → 371703"
    assert told["years"] == "2000; 2016"
    assert (told["old_name"], told["new_name"]) == ("定陶县", "定陶区")
    assert ledger.lines[-1].reason == "codes become those of 2020 by area_codes; new code: 1 code (1 row)"


def test_the_year_of_the_codes_may_be_a_column() -> None:
    table = pd.DataFrame({"code": ["372922", "371721"], "year": [1999, 2001], "residents": [5, 6]})
    assert recode(table, heze(), "year")[0]["code"].tolist() == ["371721", "371721"]


def test_a_code_that_a_file_still_used_is_followed_and_noted() -> None:
    """The census of November 2010 has Chongwen, which at the end of that year was a part of Dongcheng."""
    recoded, audit, ledger = recode(["110103", "110101"], heze(), 2010)
    assert recoded["code"].tolist() == ["110101", "110101"]
    assert fate(audit, "110103")["note"] == "no longer in force in 2010, since 2010"
    assert "1 code no longer in force in their year" in ledger.lines[-1].reason
    assert fate(audit, "110101")["note"] == ""


def test_a_code_ahead_of_its_time_is_noted() -> None:
    _, audit, _ = recode(["371703"], heze(), 2010)
    assert fate(audit, "371703")["note"] == "in force from 2016 on only"


def test_a_code_that_another_area_took_over_is_followed_for_each_area() -> None:
    old, _, _ = recode(["150105"], heze(), 1999, several_successors="merge")
    assert old["code"].tolist() == ["150102"]
    new, audit, _ = recode(["150105"], heze(), 2000)
    assert new["code"].tolist() == ["150105"]
    assert fate(audit, "150105")["note"] == ""


def test_a_code_with_several_successors_is_an_error_that_names_them() -> None:
    message = complaint(["130421", "130429", "130402"], heze(), 2015)
    assert "2 codes of `code` with several successors" in message
    assert "130421 (邯郸县) → 130402, 130403; 130429 (永年县) → 130403, 130408" in message
    assert "`merge` them into one area, `divide` rows by shares, or `drop` the rows" in message


def test_split_areas_are_one_area_in_the_rows_of_all_years() -> None:
    rows = [("130421", 2010), ("130402", 2010), ("130402", 2020), ("130403", 2020), ("130408", 2020), ("130404", 2020)]
    table = pd.DataFrame(rows, columns=["code", "year"]).assign(residents=1)
    recoded, audit, _ = recode(table, heze(), "year", several_successors="merge")
    assert recoded["code"].tolist() == ["130402"] * 5 + ["130404"]
    assert fate(audit, "130408")["note"] == "one area of 130402, 130403, 130408"
    assert fate(audit, "130408")["what"] == "merged"
    assert fate(audit, "130421")["parts_moved"] == "2014: a part of 130421 to 130404"


def test_two_tables_have_the_same_areas_if_these_are_constant_since_the_same_year() -> None:
    """A list of 2016 knows nothing of the codes that were split in that year."""
    alone, _, _ = recode(["130408"], heze(), 2016, several_successors="merge")
    alike, _, _ = recode(["130408"], heze(), 2016, several_successors="merge", constant_since=2010)
    assert (alone["code"].tolist(), alike["code"].tolist()) == (["130408"], ["130402"])


def test_parts_that_moved_are_noted_or_merged() -> None:
    codes = ["130427", "130404", "130402", "150602", "150603", "371703"]
    noted, audit, ledger = recode(codes, heze(), 2016 - 1)
    assert noted["code"].tolist() == codes
    assert fate(audit, "130427")["what"] == fate(audit, "130404")["what"] == "part moved"
    assert fate(audit, "130404")["parts_moved"] == "2016: a part of 130427 to 130404"
    assert "parts moved to or from the areas of 5 codes" in ledger.lines[-1].reason
    new = recode(codes, heze(), 2015, several_successors="merge", parts_moved="merge_new", constant_since=2015)[0]
    assert new["code"].tolist() == ["130427", "130404", "130402", "150602", "150602", "371703"]
    both = recode(codes, heze(), 2015, several_successors="merge", parts_moved="merge")[0]
    assert both["code"].tolist() == ["130402", "130402", "130402", "150602", "150602", "371703"]


def test_codes_that_the_crosswalk_does_not_know_or_ends_are_kept_refused_or_dropped() -> None:
    codes = ["371703", "999999", "371200"]
    kept, audit, ledger = recode(codes, heze(), 2016)
    assert kept["code"].tolist() == codes
    assert [fate(audit, code)["what"] for code in codes] == ["unchanged", "unknown", "ended"]
    assert fate(audit, "371200")["note"] == "ended in 2018 without a successor"
    assert "unknown: 1 code (1 row); ended: 1 code (1 row)" in ledger.lines[-1].reason
    dropped, audit, _ = recode(codes, heze(), 2016, unknown_codes="drop")
    assert dropped["code"].tolist() == ["371703"]
    assert fate(audit, "999999")["what"] == "dropped"
    assert fate(audit, "999999")["note"] == "the crosswalk does not know the code"
    message = complaint(codes, heze(), 2016, unknown_codes="fail")
    assert "371200 (ended), 999999 (unknown)" in message


def test_rows_of_split_areas_can_be_dropped() -> None:
    recoded, audit, ledger = recode(["130421", "371727"], heze(), 2015, several_successors="drop")
    assert recoded["code"].tolist() == ["371703"]
    assert fate(audit, "130421")["note"] == "has several successors: 130402, 130403"
    assert (ledger.lines[-1].rows_in, ledger.lines[-1].rows_out) == (2, 1)
    assert "no row is left" in complaint(["130421"], heze(), 2015, several_successors="drop")


def test_divided_rows_have_their_shares_along_the_chain() -> None:
    crosswalk = changes("A→B 2001 0.25, A→C 2001 0.75, C→D 2005 0.4, C→B 2005 0.6, D→E 2006")
    recoded, audit, _ = recode(["A", "E"], crosswalk, several_successors="divide")
    assert recoded.values.tolist() == [["B", pytest.approx(70)], ["E", pytest.approx(30)], ["E", 200]]
    assert fate(audit, "A")["what"] == "divided"
    assert fate(audit, "A")["new_code"] == "B; E"


@pytest.mark.parametrize(
    ("crosswalk", "said"),
    [
        ("A→B 2001 0.5, A→C 2001 0.4", "the shares of A in 2001 do not add up to 1: 0.5 to B, 0.4 to C"),
        ("A→B 2001, A→C 2001 1", "the shares of A in 2001 do not add up to 1: missing to B, 1 to C"),
        ("A→B 2001 1.5, A→C 2001 -0.5", "the shares of A in 2001 do not add up to 1"),
        ("A→B 2001 0.5, A→B 2001 0.4", "A has the successor B in 2001 twice, each with a share"),
    ],
)
def test_shares_that_do_not_add_up_are_an_error(crosswalk: str, said: str) -> None:
    assert said in complaint(["A"], changes(crosswalk), several_successors="divide")


def test_a_single_successor_needs_no_share() -> None:
    recoded, _, _ = recode(["A"], changes("A→B 2001"), several_successors="divide")
    assert recoded.values.tolist() == [["B", 100]]


def test_codes_that_become_each_other_within_a_year_are_an_error_and_in_two_years_none() -> None:
    assert "A, B became each other in 2001, in a circle" in complaint(["A"], changes("A→B 2001, B→A 2001"))
    back, audit, _ = recode(["A"], changes("A→B 2001, B→A 2010"))
    assert back["code"].tolist() == ["A"]
    assert fate(audit, "A")["changes"] == "2001: A → B; 2010: B → A"


def test_changes_of_one_year_are_of_the_codes_before_it() -> None:
    """B's old area went to C in the year in which A's became B."""
    recoded, _, _ = recode(["A", "B"], changes("A→B 2001, B→C 2001"))
    assert recoded["code"].tolist() == ["B", "C"]


def test_what_cannot_be_a_crosswalk_is_said() -> None:
    table = heze()
    unread = table.assign(successors=table["successors"].where(table["code"] != "371727", "371703 [2016"))
    assert "the successors of 371727 cannot be read: '371703 [2016'" in complaint(["371727"], unread)
    undated = table.assign(changed=table["changed"].where(table["code"] != "371727"))
    assert "371727 has the successor 371703, and no year in which it changed" in complaint(["371727"], undated)
    many = pd.DataFrame({"code": [f"37{n:04}" for n in range(50)], "successors": "菏泽市", "changed": float("nan")})
    said = complaint(["370001"], pd.concat([table, many]))
    assert "50 successors in `successors` have no year in `changed`: 370000: 菏泽市; 370001: 菏泽市" in said
    assert len(said.splitlines()) == 3
    for year, what in ((20155, "is 20155 for 371727, and a year has four digits"), (215, "is 215 for 371727")):
        wrong = table.assign(changed=table["changed"].where(table["code"] != "371727", year))
        assert f"`changed` {what}" in complaint(["371727"], wrong)
    early = table.assign(changed=table["changed"].where(table["code"] != "371727", 1015))
    assert "371727 ends in 1015, before it begins in" in complaint(["371727"], early)
    without = table.assign(code=table["code"].where(table["code"] != "371727"))
    assert "`code` is missing in 1 row, so that nobody knows what changed" in complaint(["371727"], without)
    numbers = table.assign(code=table["code"].astype("int64"))
    assert "`code` holds numbers, and codes are text" in complaint(["371727"], numbers)
    halves = table.assign(changed=table["changed"] + 0.5)
    assert "`changed` must hold years as whole numbers; found 2010.5" in complaint(["371727"], halves)


def test_what_cannot_be_recoded_is_said() -> None:
    message = complaint(["A", "B"], heze())
    assert "none of the codes in `code` is in the crosswalk area_codes" in message
    assert "the table has A, B; the crosswalk has 110101, 110103, 130130" in message
    table = pd.DataFrame({"code": ["371727"], "year": [2021], "residents": [1]})
    assert "1 row hold those of a later year" in complaint(table, heze(), "year")
    assert "is no whole number in 1 row" in complaint(table.assign(year=np.nan), heze(), "year")
    assert "`year`, the year of the codes, holds text" in complaint(table.assign(year="2010"), heze(), "year")
    assert "`code` holds numbers" in complaint(table.assign(code=371727), heze(), 2010)


def test_rows_without_a_code_stay_without_one() -> None:
    recoded, _, ledger = recode(pd.DataFrame({"code": ["371727", None], "residents": [1, 2]}), heze(), 2010)
    assert recoded["code"].tolist()[0] == "371703"
    assert pd.isna(recoded["code"].iloc[1])
    assert "no code in 1 row" in ledger.lines[-1].reason


def test_a_table_whose_codes_stay_has_an_audit_without_rows() -> None:
    assert no_codes().empty
    assert list(no_codes().columns) == AUDIT_COLUMNS


CODES = list("ABCDEFGH")
SPLITS = st.dictionaries(
    st.tuples(st.sampled_from(CODES[:6]), st.integers(2001, 2006)),
    st.dictionaries(st.integers(0, 3), st.integers(1, 5), min_size=1, max_size=3),
    min_size=1,
    max_size=8,
)


def crosswalk_of(splits: dict[tuple[str, int], dict[int, int]]) -> pd.DataFrame:
    """Make a crosswalk in which codes go to themselves or to later letters, so that there is no circle."""
    rows = [
        (code, CODES[min(CODES.index(code) + step, len(CODES) - 1)], year, weight)
        for (code, year), steps in splits.items()
        for step, weight in steps.items()
    ]
    frame = pd.DataFrame(rows, columns=["old", "new", "year", "share"]).groupby(["old", "year", "new"])["share"].sum()
    return (frame / frame.groupby(["old", "year"]).transform("sum")).reset_index()


def by_hand(crosswalk: pd.DataFrame, code: str, since: int, to: int) -> dict[str, float]:
    """Follow a code with a whole step for every year."""
    rows = crosswalk.to_dict("records")
    state = {code: 1.0}
    for year in range(since + 1, to + 1):
        after: dict[str, float] = {}
        for each, share in state.items():
            found = [(row["new"], row["share"]) for row in rows if (row["old"], row["year"]) == (each, year)]
            for new, part in found or [(each, 1.0)]:
                after[new] = after.get(new, 0.0) + share * part
        state = after
    return state


@given(SPLITS, st.integers(2000, 2006))
def test_codes_are_followed_as_by_hand(splits: dict[tuple[str, int], dict[int, int]], since: int) -> None:
    crosswalk = crosswalk_of(splits)
    read = read_crosswalk(crosswalk, Crosswalk.model_validate({**PAIRS, "share": "share"}))
    for code in CODES:
        assert read.follow(code, since, 2006).shares == pytest.approx(by_hand(crosswalk, code, since, 2006))


ROWS = st.lists(
    st.tuples(st.sampled_from(CODES), st.sampled_from([2000, 2003, 2006]), st.integers(0, 1000)),
    min_size=1,
    max_size=12,
)


@pytest.mark.slow
@given(SPLITS, ROWS, st.sampled_from(["merge", "divide"]), st.randoms(use_true_random=False))
def test_totals_stay_in_any_order_of_rows_and_recoding_again_changes_nothing(
    splits: dict[tuple[str, int], dict[int, int]], rows: list[tuple[str, int, int]], way: str, order: random.Random
) -> None:
    crosswalk = crosswalk_of(splits)
    assume({code for code, *_ in rows} & {*crosswalk["old"], *crosswalk["new"]})

    declared = {"several_successors": way, **({"constant_since": 2000} if way == "merge" else {})}

    def of(rows: list[tuple[str, int, int]]) -> pd.DataFrame:
        table = pd.DataFrame(rows, columns=["code", "year", "residents"])
        return recode(table, crosswalk, "year", 2006, **declared)[0]

    recoded = of(rows)
    before = pd.DataFrame(rows, columns=["code", "year", "residents"]).groupby("year")["residents"].sum()
    after = recoded.groupby("year")["residents"].sum()
    assert after.to_dict() == pytest.approx(before.to_dict())
    shuffled = list(rows)
    order.shuffle(shuffled)
    keys = ["code", "year", "residents"]
    again = of(shuffled).sort_values(keys).reset_index(drop=True)
    pd.testing.assert_frame_equal(again, recoded.sort_values(keys).reset_index(drop=True))
    if set(recoded["code"]) & {*crosswalk["old"], *crosswalk["new"]}:
        pd.testing.assert_frame_equal(recode(recoded, crosswalk, 2006, 2006, **declared)[0], recoded)


@given(SPLITS)
def test_a_merged_area_is_one_whatever_the_year_of_its_codes(splits: dict[tuple[str, int], dict[int, int]]) -> None:
    """No two areas share a code that one of them became, in any year since they are constant."""
    crosswalk = crosswalk_of(splits)
    read: CodeChanges = read_crosswalk(crosswalk, Crosswalk.model_validate(PAIRS))
    table = pd.DataFrame([(code, year, 1) for code in CODES for year in range(2000, 2007)])
    table.columns = pd.Index(["code", "year", "residents"])
    recoded, audit, _ = recode(table, crosswalk, "year", 2006, several_successors="merge")
    assert len(recoded) == len(table)
    area_of = audit[audit["from_year"] == 2006].set_index("old_code")["new_code"].to_dict()
    for row in audit[~audit["note"].str.startswith("no longer in force")].to_dict("records"):
        for code in read.follow(row["old_code"], row["from_year"], 2006).shares:
            assert area_of.get(code, code) == row["new_code"] or read.ended.get(code) == 2006
