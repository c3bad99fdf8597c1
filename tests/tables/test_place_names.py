from __future__ import annotations

import random
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ruralpanel.errors import DataError
from ruralpanel.frames.ledger import Ledger
from ruralpanel.study.place_names import REPORT_COLUMNS, MatchNames
from ruralpanel.tables.name_forms import name_forms
from ruralpanel.tables.place_names import match_names
from tests.conftest import fewer_examples

# Counties as they were in 2013, and what some became, from the published codes of administrative divisions.
COUNTIES = pd.DataFrame(
    [
        ("110111", "北京市", "直辖", "房山区", 1986, None),
        ("110228", "北京市", "直辖", "密云县", 1981, 2015),
        ("110118", "北京市", "直辖", "密云区", 2015, None),
        ("130502", "河北省", "邢台市", "桥东区", 1983, 2020),
        ("130702", "河北省", "张家口市", "桥东区", 1983, None),
        ("130182", "河北省", "石家庄市", "藁城市", 1989, 2014),
        ("130109", "河北省", "石家庄市", "藁城区", 2014, None),
        ("150403", "内蒙古自治区", "赤峰市", "元宝山区", 1983, None),
        ("211302", "辽宁省", "朝阳市", "双塔区", 1984, None),
        ("211321", "辽宁省", "朝阳市", "朝阳县", 1984, None),
        ("220104", "吉林省", "长春市", "朝阳区", 1981, None),
        ("222401", "吉林省", "延边朝鲜族自治州", "延吉市", 1981, None),
        ("320505", "江苏省", "苏州市", "虎丘区", 2000, None),
        ("341822", "安徽省", "宣城市", "广德县", 2000, 2019),
        ("341823", "安徽省", "宣城市", "泾县", 2000, None),
        ("411023", "河南省", "许昌市", "许昌县", 1986, 2016),
        ("411003", "河南省", "许昌市", "建安区", 2016, None),
        ("450328", "广西壮族自治区", "桂林市", "龙胜各族自治县", 1998, None),
        ("622926", "甘肃省", "临夏回族自治州", "东乡族自治县", 1981, None),
    ],
    columns=["code", "province_name", "city_name", "county_name", "first", "given_up"],
)
LEVELS = [
    {"column": "province", "gazetteer": "province_name"},
    {"column": "city", "gazetteer": "city_name", "optional": True},
    {"column": "county", "gazetteer": "county_name"},
]
OF_2013 = COUNTIES[COUNTIES["first"] <= 2013]


def declare(**keys: object) -> MatchNames:
    usual = {"gazetteer": "counties", "code": "code", "levels": LEVELS, "unmatched": "missing"}
    return MatchNames.model_validate(usual | keys)


def rows(*names: tuple[str | None, ...]) -> pd.DataFrame:
    return pd.DataFrame(names, columns=["province", "city", "county"])


def match(
    table: pd.DataFrame, gazetteer: pd.DataFrame = OF_2013, decisions: Path | None = None, **keys: object
) -> tuple[pd.DataFrame, pd.DataFrame, Ledger]:
    ledger = Ledger("tables", "lists")
    return *match_names(table, gazetteer, declare(**keys), ledger, decisions), ledger


def one(province: str, city: str | None, county: str, **keys: object) -> tuple[str, object]:
    """Match one row; give the method and the code."""
    _, report, _ = match(rows((province, city, county)), **keys)
    found = report.iloc[0]
    return found["method"], None if pd.isna(found["code"]) else found["code"]


WRITTEN = [
    ("安徽省", "宣城市", "泾县", "exact", "341823"),
    ("安徽省", None, "泾县", "exact", "341823"),
    ("北京市", "北京市", "房山区", "normalised", "110111"),
    ("北京", "市辖区", "房山", "normalised", "110111"),
    ("内蒙", "赤峰", "元宝山区", "normalised", "150403"),
    ("内蒙古", "赤峰市", "元寶山區", "normalised", "150403"),
    ("广西", "桂林", "龙胜县", "by_parent", "450328"),
    ("廣西壯族自治區", "桂林市", "龍勝各族自治縣", "normalised", "450328"),
    ("广西壮族", "桂林市", "龙胜各族自治县", "normalised", "450328"),
    ("甘肃", "临夏州", "东乡族自治县", "normalised", "622926"),
    ("吉林省", "延边州", "延吉市", "normalised", "222401"),
    ("吉林省", "延边朝鲜族自治州", "　延 吉市", "normalised", "222401"),
    ("吉林省", "长春市", "朝阳", "normalised", "220104"),
    ("吉林省", "长春市", "朝阳县", "by_parent", "220104"),  # another kind of place of this name
    ("安徽省", "芜湖市", "广德县", "by_parent", "341822"),  # the only one of this name in the province
    ("河北省", "邢台市", "桥东区", "exact", "130502"),
    ("河北省", "张家口", "桥东", "normalised", "130702"),
    ("河北省", "保定市", "桥东区", "ambiguous", None),
    ("河北省", None, "桥东区", "ambiguous", None),
    ("河北省", "保定市", "白沟新城", "unmatched", None),
    ("安徽省", "宣城市", "泾", "unmatched", None),  # a name of two characters keeps its suffix
    ("安徽省", "宣城市", "广得县", "unmatched", None),  # similar is not the same
    ("辽宁省", "长春市", "朝阳区", "unmatched", None),  # neither the kind nor the prefecture
    ("江苏省", "苏州市", None, "unmatched", None),
    (None, "苏州市", "虎丘区", "unmatched", None),
]


@pytest.fixture(scope="module")
def told() -> dict[tuple[str, ...], tuple[str, str]]:
    """Match all names at once, as a table has them."""
    _, report, _ = match(rows(*(names[:3] for names in WRITTEN)))
    found = report[["method", "code"]].fillna("none").itertuples(index=False, name=None)
    return dict(zip(report[["province", "city", "county"]].itertuples(index=False, name=None), found, strict=True))


@pytest.mark.parametrize(("province", "city", "county", "method", "code"), WRITTEN)
def test_names_as_people_write_them(
    told: dict[tuple[str, ...], tuple[str, str]],
    province: str | None,
    city: str | None,
    county: str | None,
    method: str,
    code: str | None,
) -> None:
    assert told[province or "", city or "", county or ""] == (method, code or "none")


@pytest.mark.slow
def test_stripping_does_not_make_two_places_one_without_saying_so() -> None:
    three = pd.DataFrame(
        [(str(code), "省", "市", name) for code, name in enumerate(("朝阳区", "朝阳县", "朝阳市"))],
        columns=["code", "province_name", "city_name", "county_name"],
    )
    assert one("省", "市", "朝阳县", gazetteer=three) == ("exact", "1")
    _, report, _ = match(rows(("省", "市", "朝阳"), ("省", "市", "朝阳自治县")), three)
    assert report["method"].tolist() == ["ambiguous", "ambiguous"]
    assert report["candidates"][0] == "0 省 / 市 / 朝阳区; 1 省 / 市 / 朝阳县; 2 省 / 市 / 朝阳市"
    assert report["reason"][0] == "fits 3 places"


def test_a_changed_kind_does_not_hide_the_name_itself_in_another_prefecture() -> None:
    two = (
        COUNTIES[["code", "province_name", "city_name", "county_name"]]
        .head(2)
        .assign(province_name="省", city_name=["甲州市", "乙州市"], county_name=["朝阳区", "朝阳县"])
    )
    assert one("省", "甲州市", "朝阳县", gazetteer=two)[0] == "ambiguous"
    assert one("省", "乙州市", "朝阳县", gazetteer=two) == ("exact", "110228")


def test_the_report_says_what_was_read_as_what_and_what_is_near() -> None:
    _, report, ledger = match(
        rows(
            ("北京", "北京市", "房山区"),
            ("安徽省", "芜湖市", "广德县"),
            ("安徽省", "芜湖市", "广德县"),
            ("吉林省", "长春市", "朝阳县"),
            ("安徽省", "宣城市", "广得县"),
            ("安徽省", "宣城市", "朝阳区"),
            ("保定省", "宣城市", "朝阳区"),
            ("河北省", "保定市", "白沟新城"),
            ("河北省", "保定市", None),
        )
    )
    assert report.columns.tolist() == ["province", "city", "county", *REPORT_COLUMNS]
    told = report.set_index(["province", "county"])
    assert told.loc[("北京", "房山区"), "reason"] == "province 北京 is 北京市; city 北京市 is 直辖"
    moved = told.loc[("安徽省", "广德县")]
    assert moved["reason"] == "city 芜湖市 is not the same, it is in 宣城市"
    assert (moved["rows"], moved["matched"]) == (2, "安徽省 / 宣城市 / 广德县")
    changed = told.loc[("吉林省", "朝阳县"), "reason"]
    assert changed == "county 朝阳县 is 朝阳区, another kind of place of this name"
    assert told.loc[("安徽省", "广得县"), ["candidates", "reason"]].tolist() == [
        "near: 广德县",
        "no county 广得县 in 安徽省",
    ]
    elsewhere = told.loc[("安徽省", "朝阳区"), "candidates"]
    assert elsewhere == "of this name: 吉林省 / 长春市 / 朝阳区; 辽宁省 / 朝阳市 / 朝阳县"
    assert told.loc[("保定省", "朝阳区"), "reason"] == "no province 保定省 in the gazetteer"
    assert told.loc[("河北省", "白沟新城"), "reason"].endswith(
        "by its name a zone, and zones have no code of their own"
    )
    assert told.loc[("河北省", ""), "reason"] == "the county is missing"
    assert ledger.lines[0].reason == "code from counties: 1 row normalised, 3 rows by parent, 5 rows unmatched"


@pytest.mark.slow
def test_unmatched_and_ambiguous_rows_are_missing_dropped_or_an_error() -> None:
    table = rows(("安徽省", "宣城市", "泾县"), ("安徽省", "宣城市", "经县"), ("河北省", "保定市", "桥东区"))
    table["village"] = [1, 2, 3]
    matched, _, _ = match(table)
    assert matched["code"].fillna("none").tolist() == ["341823", "none", "none"]
    assert matched[table.columns.to_list()].equals(table)
    matched, report, ledger = match(table, unmatched="drop", ambiguous="missing")
    assert matched["village"].tolist() == [1, 3]
    assert report["rows"].sum() == 3
    assert [(line.rows_in, line.rows_out) for line in ledger.lines] == [(3, 3), (3, 2)]
    with pytest.raises(DataError) as error:
        match(table, unmatched="missing", ambiguous="fail")
    message = str(error.value)
    assert "1 problem" in message
    assert "table lists: match_names: 河北省 / 保定市 / 桥东区, 1 row: fits 2 places" in message
    assert "(130502 河北省 / 邢台市 / 桥东区; 130702 河北省 / 张家口市 / 桥东区)" in message
    with pytest.raises(DataError, match="no county 经县 in 安徽省") as error:
        match(table, unmatched="fail")
    assert "2 problems" in str(error.value)
    many = rows(*(("安徽省", "宣城市", f"无{number:02}县") for number in range(23)))
    with pytest.raises(DataError, match="3 combinations of names more likewise"):
        match(many, unmatched="fail")


def test_whole_number_codes_stay_whole_numbers_where_none_is_missing() -> None:
    numbers = OF_2013.assign(code=OF_2013["code"].astype("int64"))
    matched, _, _ = match(rows(("安徽省", "宣城市", "泾县")), numbers, into="county_code")
    assert matched["county_code"].dtype == "int64"
    assert matched["county_code"].tolist() == [341823]
    matched, report, _ = match(rows(("安徽省", "宣城市", "泾县"), ("安徽省", "宣城市", "经县")), numbers)
    assert matched["code"].tolist() == [341823, pytest.approx(np.nan, nan_ok=True)]
    assert report["code"].fillna("none").tolist() == ["341823", "none"]


class TestYears:
    KEYS = {"valid_from": "first", "valid_until": "given_up"}

    @pytest.mark.parametrize(
        ("year", "province", "county", "method", "code"),
        [
            (2013, "河北省", "藁城市", "exact", "130182"),
            (2014, "河北省", "藁城市", "exact", "130182"),  # both names are understood in the year of the change
            (2014, "河北省", "藁城区", "exact", "130109"),
            (2014, "河北省", "藁城", "normalised", "130109"),  # and the code that goes on is taken
            (2015, "河北省", "藁城市", "by_parent", "130109"),
            (2016, "河南省", "许昌县", "exact", "411023"),
            (2017, "河南省", "许昌县", "unmatched", None),  # nothing says that 建安区 was 许昌县
            (2013, "河北省", "藁城区", "by_parent", "130182"),
        ],
    )
    def test_only_places_of_the_year_are_looked_at(
        self, year: int, province: str, county: str, method: str, code: str | None
    ) -> None:
        assert one(province, None, county, gazetteer=COUNTIES, year=year, **self.KEYS) == (method, code)
        table = rows((province, None, county)).assign(year=float(year))
        _, report, _ = match(table, COUNTIES, year="year", **self.KEYS)
        assert report[["year", "method"]].to_numpy().tolist() == [[year, method]]

    def test_the_code_left_aside_is_named(self) -> None:
        _, report, _ = match(rows(("河北省", "石家庄市", "藁城")), COUNTIES, year=2014, **self.KEYS)
        assert report["reason"][0].endswith("; 130182 was given up in the year and is left aside")

    def test_years_that_cannot_be_are_refused(self) -> None:
        table = rows(("河北省", None, "藁城区"))
        with pytest.raises(DataError, match="has no place that is valid in 1900"):
            match(table, COUNTIES, year=1900, **self.KEYS)
        with pytest.raises(DataError, match="`first` holds text, not years"):
            match(table, COUNTIES.astype({"first": "str"}), year=2014, **self.KEYS)
        with pytest.raises(DataError, match="year of the names `year` must be a whole number"):
            match(table.assign(year=[None]), COUNTIES, year="year", **self.KEYS)


class TestVillages:
    LEVELS = [
        {"column": "province", "gazetteer": "province_name"},
        {"column": "city", "gazetteer": "city_name", "optional": True},
        {"column": "county", "gazetteer": "county_name"},
        {"column": "township", "gazetteer": "township_name"},
        {"column": "village", "gazetteer": "village_name"},
    ]
    VILLAGES = pd.DataFrame(
        [
            ("341823101201", "丁家桥镇", "李元村委会"),
            ("341823101202", "丁家桥镇", "李元社区居委会"),
            ("341823101203", "丁家桥镇", "上村村民委员会"),
            ("341823101204", "丁家桥镇", "小桥村村委会"),
            ("341823201201", "昌桥乡", "李元村委会"),
            ("341823001001", "泾川街道办事处", "城东社区居民委员会"),
        ],
        columns=["code", "township_name", "village_name"],
    ).assign(province_name="安徽省", city_name="宣城市", county_name="泾县")

    def test_villages_are_found_in_their_townships(self) -> None:
        expected = [
            ("丁家桥镇", "李元村", "normalised", "341823101201"),
            ("丁家桥镇", "李元社区", "normalised", "341823101202"),
            ("丁家桥镇", "李元", "ambiguous", None),
            ("丁家桥镇", "上村", "normalised", "341823101203"),
            ("丁家桥镇", "小桥村", "normalised", "341823101204"),
            ("丁家桥镇", "小桥社区", "by_parent", "341823101204"),
            ("昌桥镇", "李元村", "by_parent", "341823201201"),
            ("泾川街道", "城东社区", "normalised", "341823001001"),
            ("泾川", "城东", "normalised", "341823001001"),
            ("泾川镇", "城东村", "by_parent", "341823001001"),
            ("丁家桥镇", "城东社区", "unmatched", None),
        ]
        names, found = [each[:2] for each in expected], [each[2:] for each in expected]
        table = rows(*[("安徽省", "宣城市", "泾县")] * len(names))
        table[["township", "village"]] = names
        matched, report, _ = match(table, self.VILLAGES, levels=self.LEVELS)
        by_name = report.set_index(["township", "village"]).loc[names, "method"]
        codes = matched["code"].astype(object).where(matched["code"].notna(), None)
        assert list(zip(by_name, codes, strict=True)) == found

    def test_a_place_whose_township_is_optional_is_found_where_its_name_is_the_only_one(self) -> None:
        levels = [each | ({"optional": True} if each["column"] == "township" else {}) for each in self.LEVELS]
        table = rows(*[("安徽省", "宣城市", "泾县")] * 2).assign(township="桃花镇", village=["上村", "李元村"])
        _, report, _ = match(table, self.VILLAGES, levels=levels)
        assert report["method"].tolist() == ["by_parent", "ambiguous"]

    def test_a_township_read_in_two_ways_is_settled_by_the_village(self) -> None:
        two = pd.concat([self.VILLAGES, self.VILLAGES.tail(1).assign(code="341823102001", township_name="泾川镇")])
        two.loc[two["code"] == "341823102001", "village_name"] = "城西社区居民委员会"
        table = rows(("安徽省", "宣城市", "泾县")).assign(township="泾川", village="城西社区")
        assert match(table, two, levels=self.LEVELS)[0]["code"].tolist() == ["341823102001"]


class TestDecisions:
    TABLE = rows(("河北省", "保定市", "白沟新城"), ("河北省", "保定市", "桥东区"), ("安徽省", "宣城市", "泾县"))
    HEADER = "province,city,county,code,reason\n"

    def decide(self, folder: Path, *lines: str, table: pd.DataFrame = TABLE, **keys: object) -> pd.DataFrame:
        path = folder / "place_decisions.csv"
        path.write_text(self.HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")
        return match(table, decisions=path, **{"unmatched": "fail", **keys})[1]

    def test_a_decision_gives_the_code_and_an_empty_one_says_that_there_is_none(self, tmp_path: Path) -> None:
        lines = ("河北省,保定市,白沟新城,,a zone across counties", "河北省,保定市,桥东区,130702,a slip: 张家口")
        report = self.decide(tmp_path, *lines).set_index("county")
        assert report.loc["桥东区", ["method", "code", "matched", "reason"]].tolist() == [
            "decision",
            "130702",
            "河北省 / 张家口市 / 桥东区",
            "a slip: 张家口",
        ]
        assert report.loc["白沟新城", "method"] == "decision"
        assert pd.isna(report.loc["白沟新城", "code"])
        assert report.loc["泾县", "method"] == "exact"

    @pytest.mark.parametrize(
        ("line", "what"),
        [
            ("河北省,保定市,白沟新城,139999,why", "line 2: the gazetteer counties has no code 139999"),
            ("河北省,保定市,白沟镇,130502,why", "no row has the names 河北省 / 保定市 / 白沟镇"),
            ("安徽省,宣城市,泾县,341823,why", "gets the code 341823 without the decision"),
            ("河北省,保定市,白沟新城,130502, ", "gives no reason"),
        ],
    )
    def test_a_decision_without_ground_is_refused(self, tmp_path: Path, line: str, what: str) -> None:
        with pytest.raises(DataError, match=what):
            self.decide(tmp_path, line, unmatched="missing")

    def test_a_file_of_decisions_is_checked(self, tmp_path: Path) -> None:
        twice = ["河北省,保定市,白沟新城,130502,why"] * 2
        with pytest.raises(DataError, match="decides on 河北省 / 保定市 / 白沟新城 again, after line 2"):
            self.decide(tmp_path, *twice)
        path = tmp_path / "other.csv"
        path.write_text("province,county,code\n", encoding="utf-8")
        with pytest.raises(DataError, match="the column `city` is missing") as error:
            match(self.TABLE, decisions=path)
        assert "the column `reason` is missing" in str(error.value)

    def test_the_code_of_a_decision_must_be_valid_in_the_year(self, tmp_path: Path) -> None:
        keys = {"valid_from": "first", "valid_until": "given_up", "unmatched": "missing"}
        line = "河北省,保定市,白沟新城,130182,why"
        with pytest.raises(DataError, match="the code 130182 is not valid in 2016"):
            self.decide(tmp_path, line, gazetteer=COUNTIES, year=2016, **keys)
        report = self.decide(tmp_path, line, gazetteer=COUNTIES, year=2013, **keys)
        assert "130182" in report["code"].tolist()


def test_a_gazetteer_that_lacks_something_is_refused() -> None:
    gaps = OF_2013.assign(code=OF_2013["code"].where(OF_2013["code"] != "110111"), city_name=None)
    with pytest.raises(DataError, match="gazetteer counties: `code` is missing in 1 row"):
        match(rows(("安徽省", "宣城市", "泾县")), gaps)
    with pytest.raises(DataError, match="has a column `city` already"):
        match(rows(("安徽省", "宣城市", "泾县")), into="city")


def test_two_codes_for_the_same_names_are_ambiguous_and_two_rows_of_one_code_are_not() -> None:
    again = pd.concat([OF_2013, OF_2013.tail(1).assign(first=1950)])
    assert one("甘肃省", "临夏回族自治州", "东乡族自治县", gazetteer=again)[0] == "exact"
    assert (
        one("甘肃省", "临夏回族自治州", "东乡族自治县", gazetteer=again.assign(code=range(len(again))))[0]
        == "ambiguous"
    )


def test_an_empty_table_is_matched() -> None:
    matched, report, _ = match(rows())
    assert matched.empty and report.empty
    assert "code" in matched


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        ({"levels": [LEVELS[0], LEVELS[1]]}, "cannot be `optional`"),
        ({"levels": [LEVELS[2], LEVELS[2]]}, "twice"),
        ({"levels": [LEVELS[0] | {"column": "rows"}]}, "the report has a column rows of its own"),
        ({"year": 2014}, "`year` needs `valid_from` or `valid_until`"),
        ({"valid_from": "first"}, "need `year`"),
    ],
)
def test_a_declaration_that_makes_no_sense_is_refused(keys: dict[str, object], what: str) -> None:
    with pytest.raises(ValidationError, match=what):
        declare(**keys)


@pytest.mark.parametrize(
    ("name", "stem", "kind"),
    [
        ("内蒙古自治区", "内蒙古", "自治区"),
        ("新疆维吾尔自治区", "新疆", "自治区"),
        ("克孜勒苏柯尔克孜自治州", "克孜勒苏", "自治州"),
        ("积石山保安族东乡族撒拉族自治县", "积石山", "自治县"),
        ("和布克赛尔蒙古自治县", "和布克赛尔", "自治县"),
        ("鄂伦春自治旗", "鄂伦春", "自治旗"),
        ("鄂温克族自治旗", "鄂温克", "自治旗"),
        ("管城回族区", "管城", "区"),
        ("津市市", "津市", "市"),
        ("九台巿", "九台", "市"),  # a look-alike of 市
        ("沙市区", "沙市", "区"),
        ("神农架林区", "神农架", "林区"),
        ("兴安盟", "兴安", "盟"),
        ("大兴安岭地区", "大兴安岭", "地区"),
        ("香港特别行政区", "香港", "特别行政区"),
        ("上村民委员会", "上村", "村"),
        ("李元村村民委员会", "李元", "村"),
        ("李元村社区居委会", "李元", "社区"),
        ("城关街道办", "城关", "街道"),
        ("泾县", "泾县", ""),
        ("Henan", "henan", ""),
    ],
)
def test_names_are_parted_from_their_suffixes(name: str, stem: str, kind: str) -> None:
    assert name_forms(pd.Series([name]))[["stem", "kind"]].to_numpy().tolist() == [[stem, kind]]


STEMS = st.text("东西南北河山平安长朝阳桥店石", min_size=2, max_size=3)
KINDS = st.sampled_from(["县", "区", "市", "自治县", "旗", "回族自治县", ""])
COUNTIES_OF_A_PROVINCE = st.lists(
    st.tuples(st.sampled_from(["甲山市", "乙山市"]), st.tuples(STEMS, KINDS).map("".join)),
    min_size=1,
    max_size=8,
    unique=True,
)
PROVINCES = st.lists(COUNTIES_OF_A_PROVINCE, min_size=1, max_size=9)
"""Provinces do not meet, so that an example is as many as it has provinces."""

FEW = fewer_examples(3)


def gazetteer_of(provinces: list[list[tuple[str, str]]]) -> pd.DataFrame:
    places = [(f"第{number}省", *place) for number, province in enumerate(provinces) for place in province]
    found = pd.DataFrame(places, columns=["province_name", "city_name", "county_name"])
    return found.assign(code=[f"{number:06}" for number in range(len(found))])


def table_of(provinces: list[list[tuple[str, str]]]) -> pd.DataFrame:
    columns = {"province_name": "province", "city_name": "city", "county_name": "county"}
    return gazetteer_of(provinces).rename(columns=columns).drop(columns="code")


@pytest.mark.slow
@FEW
@given(PROVINCES, PROVINCES, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(
    known: list[list[tuple[str, str]]], asked: list[list[tuple[str, str]]], order: random.Random
) -> None:
    gazetteer, table = gazetteer_of(known), table_of(asked)
    matched, report, _ = match(table, gazetteer)
    shuffled = table.iloc[order.sample(range(len(table)), len(table))]
    other = gazetteer.iloc[order.sample(range(len(gazetteer)), len(gazetteer))]
    again, report_again, _ = match(shuffled, other)
    pd.testing.assert_frame_equal(again.sort_index(), matched)
    pd.testing.assert_frame_equal(report_again, report)
    # A code is given only for the same stem in the same province.
    found = matched.dropna(subset="code").merge(gazetteer, on="code")
    assert (found["province"] == found["province_name"]).all()
    assert (name_forms(found["county"])["stem"] == name_forms(found["county_name"])["stem"]).all()
    assert report["code"].notna().equals(report["method"].isin(["exact", "normalised", "by_parent"]))


@FEW
@given(PROVINCES)
def test_an_exact_match_is_never_changed_by_normalisation(known: list[list[tuple[str, str]]]) -> None:
    gazetteer = gazetteer_of(known)
    matched, report, _ = match(table_of(known), gazetteer)
    assert matched["code"].tolist() == gazetteer["code"].tolist()
    assert set(report["method"]) == {"exact"}


@pytest.mark.slow
@FEW
@given(PROVINCES, st.sampled_from(["县", "区", "市", "自治县", "各族自治县"]))
def test_a_suffix_added_to_an_unambiguous_name_still_finds_its_code(
    known: list[list[tuple[str, str]]], suffix: str
) -> None:
    gazetteer, table = gazetteer_of(known), table_of(known)
    stems = name_forms(gazetteer["county_name"])["stem"]
    of_its_own = ~pd.DataFrame({"province": table["province"], "stem": stems}).duplicated(keep=False)
    table["county"] = stems + suffix
    matched, report, _ = match(table[of_its_own], gazetteer)
    assert matched["code"].tolist() == gazetteer.loc[of_its_own, "code"].tolist()
    assert set(report["method"]) <= {"exact", "normalised", "by_parent"}


@given(st.lists(st.text(max_size=8).filter(lambda name: name.isprintable()), max_size=6))
def test_forms_can_be_given_of_any_text(names: list[str]) -> None:
    forms = name_forms(pd.Series(names, dtype="object"))
    assert len(forms) == len(names)
    assert all(plain.startswith(stem) or kind == "" for plain, stem, kind in forms.to_numpy())


def test_a_decision_that_there_is_no_place_matches_none(tmp_path: Path) -> None:
    decisions = tmp_path / "decisions.csv"
    decisions.write_text("province,city,county,code,reason\n河北省,,无名县,,no such place\n", encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _, report, _ = match(rows(("河北省", "", "无名县")), decisions=decisions)
    assert report[["method", "matched"]].to_numpy().tolist() == [["decision", ""]]
