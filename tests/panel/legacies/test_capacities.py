from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ruralpanel.errors import DataError
from ruralpanel.frames.storage import key_problems
from ruralpanel.panel.build import BuiltPanel, build_panel
from ruralpanel.panel.legacies.capacities import CORRELATION_COLUMNS, CORRELATION_KEY, MEASURE_KEY, MEASURES
from ruralpanel.panel.legacies.reliability import share_within, standardised_alpha
from ruralpanel.panel.legacies.summary_index import summary_index
from ruralpanel.study.designation import Designation
from ruralpanel.study.legacies import Legacy
from ruralpanel.study.panel import Panel

KINSHIP: dict[str, Any] = {
    "books": {"sign": "positive", "vintage": 1950, "level": "county"},
    "halls": {"sign": "positive", "vintage": 2000},
    "strangers": {"sign": "negative", "vintage": 1990, "label": "Households of other surnames"},
}


def villages(number: int = 24) -> pd.DataFrame:
    """Give one row a village, with proxies; books are those of its county."""
    random = np.random.default_rng(5)
    clan = random.normal(size=number)
    counties = np.arange(number) // 4
    table = pd.DataFrame({"village": np.arange(number), "county": counties, "province": counties // 3})
    table["books"] = pd.Series(clan).groupby(counties).transform("mean").round(2)
    table["halls"] = (clan + random.normal(size=number)).round(2)
    table["strangers"] = (50 - 10 * clan + random.normal(size=number) * 5).round()
    table["plain"] = (counties < 3).astype("int64")
    table["reservoirs"] = random.poisson(3, number).astype("float64")
    return table


def build(table: pd.DataFrame, legacies: dict[str, Any], **panel: object) -> BuiltPanel:
    """Build a panel of three years, in which the villages 0 to 4 are listed from 2011 on."""
    survey = table.merge(pd.DataFrame({"year": [2010, 2011, 2012]}), how="cross")
    survey["first"] = np.where(survey["village"] < 5, 2011, 0)
    declared = Panel.model_validate({"unit": "village", "period": "year", "region": "province", **panel})
    listed = {"listed": Designation(cohort="first", never=[0])}
    parsed = {name: Legacy.model_validate(each) for name, each in legacies.items()}
    return build_panel({"survey": survey}, declared, "survey", listed, legacies=parsed)


def kinship(**capacity: object) -> dict[str, Any]:
    return {"kinship": {"capacities": {"cohesion": {"proxies": KINSHIP, **capacity}}}}


def complaint(table: pd.DataFrame, legacies: dict[str, Any], **panel: object) -> str:
    with pytest.raises(DataError) as raised:
        build(table, legacies, **panel)
    return str(raised.value)


def test_a_capacity_is_a_column_with_one_value_a_unit() -> None:
    table = villages()
    built = build(table, kinship())
    signed = table.set_index("village")[list(KINSHIP)] * [1, 1, -1]
    expected = summary_index(signed, "icw", pd.Series(True, index=signed.index), complete=False)
    by_village = built.panel.groupby("village")["cohesion"]
    assert (by_village.nunique() == 1).all()
    np.testing.assert_allclose(by_village.first(), expected.values)
    assert built.panel.columns[-1] == "cohesion"


def test_every_unit_counts_once_however_many_rows_it_has() -> None:
    table = villages()
    once = build(table, kinship())
    survey = table.merge(pd.DataFrame({"year": [2010, 2011, 2012]}), how="cross")
    uneven = survey[(survey["year"] == 2010) | (survey["village"] < 7)].assign(first=0)
    parsed = {name: Legacy.model_validate(each) for name, each in kinship().items()}
    declared = Panel(unit="village", period="year", region="province")
    again = build_panel({"survey": uneven}, declared, "survey", {}, legacies=parsed)
    pd.testing.assert_frame_equal(again.legacies, once.legacies)


def test_the_table_has_one_row_a_capacity_and_one_a_proxy() -> None:
    table = villages().assign(halls=lambda frame: frame["halls"].where(frame["village"] > 2))
    built = build(table, kinship(within=["county"], label="Cohesion", reference="plain == 0"))
    found = built.legacies
    assert list(found.columns) == [*MEASURES, "within_county", "within_province"]
    assert key_problems(found, MEASURE_KEY, "table") == []
    assert found["column"].tolist() == ["cohesion", *KINSHIP]
    assert found["role"].tolist() == ["index", "proxy", "proxy", "proxy"]
    assert found["units"].tolist() == [24, 24, 21, 24]
    assert found["missing_share"].tolist() == pytest.approx([0, 0, 3 / 24, 0])
    assert found["reference_units"].tolist() == [12] * 4
    rows = found.set_index("column")
    outside = table[table["plain"] == 0]
    for column in KINSHIP:
        assert rows.loc[column, "mean"] == pytest.approx(outside[column].mean())
        assert rows.loc[column, "standard_deviation"] == pytest.approx(outside[column].std())
    signed = table[list(KINSHIP)] * [1, 1, -1]
    assert rows.loc["cohesion", "alpha"] == pytest.approx(standardised_alpha(signed.corr()))
    assert rows.loc["books", "within_county"] == 0
    assert rows.loc["halls", "within_province"] == share_within(table["halls"], table["province"])
    assert rows.loc["strangers", "sign"] == "negative"
    assert rows["weight"].sum() == pytest.approx(1)
    assert rows["label"].fillna("").tolist() == ["Cohesion", "", "", "Households of other surnames"]


def test_the_index_can_be_computed_again_from_the_table() -> None:
    table = villages()
    for method in ("icw", "first_component", "mean"):
        built = build(table, kinship(index=method, reference="plain == 1"))
        index, *proxies = built.legacies.to_dict("records")
        average = sum(
            row["weight"]
            * (-1 if row["sign"] == "negative" else 1)
            * (table[row["column"]] - row["mean"])
            / row["standard_deviation"]
            for row in proxies
        )
        expected = (average - index["mean"]) / index["standard_deviation"]
        np.testing.assert_allclose(built.panel.groupby("village")["cohesion"].first(), expected)


def test_the_reference_group_has_mean_0_and_standard_deviation_1() -> None:
    table = villages()
    values = build(table, kinship(reference="plain == 0")).panel.groupby("village")["cohesion"].first()
    inside = values[table["plain"].to_numpy() == 0]
    assert (inside.mean(), inside.std()) == (pytest.approx(0), pytest.approx(1))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    order = np.random.default_rng(seed).permutation(72)
    survey = villages().merge(pd.DataFrame({"year": [2010, 2011, 2012]}), how="cross")
    parsed = {name: Legacy.model_validate(each) for name, each in kinship().items()}
    declared = Panel(unit="village", period="year")
    expected = build_panel({"survey": survey}, declared, "survey", {}, legacies=parsed)
    found = build_panel({"survey": survey.iloc[order]}, declared, "survey", {}, legacies=parsed)
    pd.testing.assert_frame_equal(found.panel, expected.panel, check_exact=True)
    pd.testing.assert_frame_equal(found.legacies, expected.legacies, check_exact=True)


def test_capacities_correlate_either_way_round() -> None:
    legacies = kinship()
    legacies["collective"] = {
        "capacities": {"works": {"proxies": {"reservoirs": {"sign": "positive", "vintage": 1978}}}}
    }
    built = build(villages(), legacies)
    table = built.capacities
    assert list(table.columns) == CORRELATION_COLUMNS
    assert table[CORRELATION_KEY].to_numpy().tolist() == [
        ["cohesion", "cohesion"],
        ["cohesion", "works"],
        ["works", "cohesion"],
        ["works", "works"],
    ]
    units = built.panel.groupby("village")[["cohesion", "works"]].first()
    expected = units["cohesion"].corr(units["works"])
    assert table["correlation"].tolist() == pytest.approx([1, expected, expected, 1])
    assert table["units"].tolist() == [24] * 4


def test_statistics_are_those_before_the_sample_is_restricted_and_the_sample_may_use_a_capacity() -> None:
    sample = [{"keep": "cohesion > 0", "reason": "cohesive villages"}]
    restricted, whole = build(villages(), kinship(), sample=sample), build(villages(), kinship())
    pd.testing.assert_frame_equal(restricted.legacies, whole.legacies)
    assert (restricted.panel["cohesion"] > 0).all()
    assert restricted.ledger.lines[-2].step == "capacity cohesion"


def test_a_column_of_places_and_a_derived_one_can_be_proxies() -> None:
    table = villages().assign(latitude=lambda frame: 35 + frame["halls"] / 10, longitude=115.0)
    places = {"latitude": "latitude", "longitude": "longitude", "nearest": {"alone": None}}
    proxies = {
        "alone": {"sign": "negative", "vintage": 1855},
        "many": {"sign": "positive", "vintage": 1855},
    }
    legacies = {"river": {"capacities": {"settled": {"proxies": proxies}}}}
    built = build(table, legacies, places=places, derived={"many": "halls ** 2"})
    assert built.panel["settled"].notna().all()


def test_what_is_known_in_some_rows_is_taken_for_all_and_said() -> None:
    survey = villages().merge(pd.DataFrame({"year": [2010, 2011]}), how="cross")
    survey["halls"] = survey["halls"].where((survey["year"] == 2010) | (survey["village"] > 1))
    parsed = {name: Legacy.model_validate(each) for name, each in kinship().items()}
    built = build_panel({"survey": survey}, Panel(unit="village", period="year"), "survey", {}, legacies=parsed)
    assert built.panel["cohesion"].notna().all()
    assert "known in some rows only, and taken for all: halls in 2 units" in built.ledger.lines[-1].reason


def test_the_ledger_says_what_an_index_is_made_of() -> None:
    table = villages()
    table["halls"] = table["halls"].where(table["village"] > 2)
    table.loc[table["village"] == 0, ["books", "strangers"]] = np.nan
    table["books"] = table["books"].where(table["county"] > 0)
    table["plain"] = table["plain"].where(table["village"] > 0)
    built = build(table, kinship(reference="plain == 0"))
    reason = built.ledger.lines[-1].reason
    assert reason.startswith(
        "inverse-covariance weighted index of books, halls, strangers; 23 units with it, 1 without"
    )
    assert "3 units from some of the proxies only" in reason
    assert "standardised in 12 units with plain == 0; whether it holds is unknown of 1 unit" in reason


def test_a_weight_against_the_declared_sign_is_said() -> None:
    turned = {**KINSHIP, "strangers": {"sign": "positive", "vintage": 1990}}
    legacies = {"kinship": {"capacities": {"cohesion": {"index": "first_component", "proxies": turned}}}}
    reason = build(villages(), legacies).ledger.lines[-1].reason
    assert "weighted against the declared sign: strangers (-0." in reason


def test_a_study_without_legacies_has_tables_without_rows() -> None:
    built = build(villages(), {})
    assert built.legacies.empty
    assert list(built.legacies.columns) == list(MEASURES)
    assert list(built.capacities.columns) == CORRELATION_COLUMNS


def test_proxies_of_the_first_cohort_and_after_are_all_named() -> None:
    late = {**KINSHIP, "halls": {"sign": "positive", "vintage": 2011}, "books": {"sign": "positive", "vintage": 2015}}
    legacies = {"kinship": {"capacities": {"cohesion": {"proxies": late}}}}
    message = complaint(villages(), legacies)
    assert "(2 problems)" in message
    at = "panel: legacies.kinship.capacities.cohesion.proxies"
    assert f"{at}.halls: is of 2011, and the first designation, `listed`, is of 2011" in message
    assert f"{at}.books: is of 2015, and the first designation" in message


def test_a_cohort_before_the_panel_begins_counts() -> None:
    survey = villages().assign(year=2010, first=1995.0)
    parsed = {name: Legacy.model_validate(each) for name, each in kinship().items()}
    declared = Panel(unit="village", period="year")
    with pytest.raises(DataError, match="halls: is of 2000, and the first designation, `listed`, is of 1995"):
        build_panel({"survey": survey}, declared, "survey", {"listed": Designation(cohort="first")}, legacies=parsed)


def test_the_first_of_several_designations_counts() -> None:
    survey = villages().assign(year=2010, first=2010.0, service=1999.0)
    parsed = {name: Legacy.model_validate(each) for name, each in kinship().items()}
    designations = {"listed": Designation(cohort="first"), "served": Designation(cohort="service")}
    with pytest.raises(DataError, match="halls: is of 2000, and the first designation, `served`, is of 1999"):
        build_panel({"survey": survey}, Panel(unit="village", period="year"), "survey", designations, legacies=parsed)


def test_complete_units_alone_tell_how_proxies_hang_together_where_that_is_asked_for() -> None:
    table = villages()
    gaps = table.assign(strangers=table["strangers"].where(table["village"] > 5))
    index = build(gaps, kinship(missing_proxies="complete")).legacies.iloc[0]
    signed = table.loc[table["village"] > 5, list(KINSHIP)] * [1, 1, -1]
    assert index["alpha"] == pytest.approx(standardised_alpha(signed.corr()))
    assert index["units"] == 18


@pytest.mark.parametrize(
    ("column", "values", "said"),
    [
        ("halls", lambda table: table["halls"].astype(str), "proxies.halls: holds text, not numbers"),
        ("halls", lambda table: table["halls"] * np.nan, "proxies.halls: is missing for every unit"),
        ("halls", lambda table: table["halls"] * 0 + 3, "proxies.halls: is 3 for every unit"),
        ("books", lambda table: table["halls"], "is declared to be of level `county`, and differs within 6 groups of"),
        ("halls", lambda table: table["strangers"], "capacities.cohesion: `halls`, `strangers` are collinear"),
        (
            "halls",
            lambda table: table["plain"] + 0.5,
            "`halls` does not vary in the reference group, which has 12 units",
        ),
    ],
)
def test_proxies_that_cannot_be_used_are_an_error(column: str, values: Any, said: str) -> None:
    table = villages()
    assert said in complaint(table.assign(**{column: values(table)}), kinship(reference="plain == 0"))


def test_a_proxy_that_changes_is_an_error_that_names_the_units() -> None:
    proxies = {**KINSHIP, "late": {"sign": "positive", "vintage": 1990}}
    legacies = {"kinship": {"capacities": {"cohesion": {"proxies": proxies}}}}
    table = villages().assign(halls=lambda frame: frame["halls"] * (frame["village"] > 21))
    message = complaint(table, legacies, derived={"late": "halls * (year > 2010)"})
    assert "proxies.late: changes within 2 units: 22, 23" in message
    assert "take the value of one year" in message


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("year > 2010", "`year > 2010` holds in some rows of 24 units and not in others: 0, 1, 2, 3, 4, …"),
        ("listed == 0", "`listed == 0` holds in some rows of 5 units and not in others: 0, 1, 2, 3, 4"),
        ("plain == 9", "cohesion.reference: `plain == 9` holds for no unit"),
        ("plain == 'yes'", "compares `plain`, which holds numbers, with text"),
    ],
)
def test_reference_groups_that_cannot_be_are_an_error(reference: str, said: str) -> None:
    assert said in complaint(villages(), kinship(reference=reference))
