"""Names of villages that really exist, sorted by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from ruralpanel.toponymy.shares import load_patterns, name_shares

PATTERNS = load_patterns()


def one_county(*names: str, county: str = "371721") -> pd.DataFrame:
    return pd.DataFrame({"code": [f"{county}101{200 + i}" for i in range(len(names))], "name": names})


@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("丁楼村委会", "surname"),
        ("大李庄村民委员会", "surname"),
        ("红旗村委会", "commune"),
        ("堤口村委会", "flood"),
        ("黄河渡口村委会", "flood"),
    ],
)
def test_a_name_counts_for_its_pattern_and_no_other(name: str, share: str) -> None:
    found = name_shares(one_county(name), PATTERNS).iloc[0]
    assert {each: found[each] for each in PATTERNS.shares} == {each: float(each == share) for each in PATTERNS.shares}


def test_shares_are_of_village_committees_only() -> None:
    villages = one_county("丁楼村委会", "培斜村委会", "丁楼居委会", "丁楼社区", "李庄社区居委会")
    found = name_shares(villages, PATTERNS)
    assert found.to_dict("records") == [
        {"county": "371721", "villages": 2, "surname": 0.5, "commune": 0.0, "flood": 0.0}
    ]


def test_a_village_is_counted_that_is_written_without_its_committee() -> None:
    villages = one_county("双峰村", "李家村", "巴彦嘎查", "五里社区")
    assert name_shares(villages, PATTERNS).to_dict("records") == [
        {"county": "371721", "villages": 3, "surname": 0.333333, "commune": 0.0, "flood": 0.0}
    ]


def test_counties_are_sorted_whatever_the_order_of_rows() -> None:
    villages = pd.concat([one_county("丁楼村委会"), one_county("培斜村委会", county="350802")])
    found = name_shares(villages, PATTERNS)
    assert found["county"].tolist() == ["350802", "371721"]
    pd.testing.assert_frame_equal(found, name_shares(villages.iloc[::-1], PATTERNS))


def test_there_are_a_hundred_surnames() -> None:
    surnames = "".join(PATTERNS.surnames.split())
    assert len(surnames) == len(set(surnames)) == 100


def test_the_tracked_shares_are_those_of_the_whole_country(root) -> None:
    shares = pd.read_csv(root / "data/raw/china_counties/village_names.csv", dtype={"county": str})
    assert (
        shares["villages"].sum() == 486_900
    )  # rows of the list whose names end as a village committee's or a village's do
    assert shares["county"].is_unique
    assert all(shares[share].between(0, 1).all() for share in PATTERNS.shares)
    # Naming after lineages is a northern form: Henan and Shandong have it, Fujian and Guangdong do not.
    north = shares[shares["county"].str[:2].isin(["41", "37"])]["surname"].mean()
    south = shares[shares["county"].str[:2].isin(["35", "44"])]["surname"].mean()
    assert north > 0.2
    assert south < 0.02
