"""Mistakes about the panel, each with the advice that is printed and the advice followed."""

from __future__ import annotations

import pandas as pd

from tests.hints.attempt import REGISTER, SURVEY, Case, Made
from tests.hints.of_sources import other

COLUMNS = "sources.survey.columns"


def register(columns: dict[str, object] | None = None, **join: object) -> dict[str, object]:
    """Declare a source of villages, which is joined."""
    return {
        "sources.register": {
            "path": "register.csv",
            "key": ["village"],
            "columns": columns or {"village": {}, "households": {}},
        },
        "panel.base": "survey",
        "panel.joins": [{"source": "register", "on": ["village"], **join}],
    }


def households(made: Made) -> bool:
    """Tell whether the register came through."""
    return made.panel["households"].tolist()[0] == 50


FEW = REGISTER.head(6)
AS_CODES = SURVEY.assign(village=SURVEY["village"].map("0{}".format))

JOINS = [
    Case(
        "declare `expect: many_to_one`",
        register(expect="one_to_one"),
        {"panel.joins.0.expect": "many_to_one"},
        households,
    ),
    Case(
        "declare what that means: `unmatched: missing`, `zero` or `drop`",
        {**register(unmatched="fail"), "register.csv": FEW},
        (
            {"panel.joins.0.unmatched": "missing"},
            {"panel.joins.0.unmatched": "zero"},
            {"panel.joins.0.unmatched": "drop"},
        ),
        lambda made: len(made.panel) == 42 or made.panel["households"].fillna(0).tolist()[-1] == 0,
    ),
    Case(
        "join text with `unmatched: missing`",
        {**register({"village": {}, "households": {"type": "text"}}, unmatched="zero"), "register.csv": FEW},
        {"panel.joins.0.unmatched": "missing"},
        lambda made: made.panel["households"].isna().sum() == 14,
    ),
    Case(
        "the panel has 1, 2, 3; `register` has 11, 12, 13",
        {**register(), "register.csv": REGISTER.assign(village=REGISTER["village"] + 10)},
        {"register.csv": REGISTER},
        households,
    ),
    Case(
        "give both the same `type`; codes from whose beginning a program took zeros: `{type: code, width: 5}`",
        {**register(), "survey.csv": AS_CODES},
        {
            f"{COLUMNS}.village": {"type": "code", "width": 2},
            "sources.register.columns.village": {"type": "code", "width": 2},
        },
        households,
    ),
    Case(
        "give both `{type: code, width: 2}`, which puts back the zeros that a program took",
        {
            **register({"village": {"type": "text"}, "households": {}}),
            "survey.csv": AS_CODES,
            f"{COLUMNS}.village": {"type": "text"},
        },
        {
            f"{COLUMNS}.village": {"type": "code", "width": 2},
            "sources.register.columns.village": {"type": "code", "width": 2},
        },
        households,
    ),
]

QUARTERS = SURVEY.assign(year=SURVEY["year"].map(lambda year: f"{2010 + (year - 2007) // 4}Q{(year - 2007) % 4 + 1}"))
MONTHS = SURVEY.assign(year=SURVEY["year"].map(lambda year: f"2010-{year - 2006:02}"))

PERIODS = [
    Case(
        "declare what a period is: `frequency: quarter` under `panel`",
        {"survey.csv": QUARTERS},
        {"panel.frequency": "quarter"},
        lambda made: made.panel["year"].nunique() == 7,
    ),
    Case(
        "declare what a period is: `frequency: month` under `panel`",
        {"survey.csv": MONTHS},
        {"panel.frequency": "month"},
        lambda made: made.panel["year"].nunique() == 7,
    ),
    Case(
        'write a quarter between quotation marks: `year >= "2010Q1"`',
        {
            "survey.csv": QUARTERS,
            "panel.frequency": "quarter",
            "panel.sample": [{"keep": "year >= 2010", "reason": "late"}],
        },
        {"panel.sample": [{"keep": 'year >= "2010Q1"', "reason": "late"}]},
        lambda made: made.panel["year"].nunique() == 7,
    ),
]

PERIODS += [
    Case(
        f'write a quarter between quotation marks: `year {sign} "{meant}"`',
        {
            "survey.csv": QUARTERS,
            "panel.frequency": "quarter",
            "panel.sample": [{"keep": f"year {sign} 2010", "reason": "late"}],
        },
        {"panel.sample": [{"keep": f'year {sign} "{meant}"', "reason": "late"}]},
        lambda made, number=number: made.panel["year"].nunique() == number,
    )
    for sign, meant, number in ((">", "2010Q4", 3), ("<=", "2010Q4", 4))
]

BY_COHORT = {"designation.listed": {"cohort": "since"}}
WORDS = SURVEY.assign(since=SURVEY["since"].astype(str).replace("0", "never"))
ENDS = other("treated", 0, row=5)

DESIGNATIONS = [
    Case("if that means never treated, write `never: [0]`", BY_COHORT, {"designation.listed.never": [0]}),
    Case(
        "if that means never treated, write `never: [9999]`",
        {**BY_COHORT, "survey.csv": SURVEY.replace({"since": {0: 9999}})},
        {"designation.listed.never": [9999]},
    ),
    Case(
        "if that means never treated, write it under `never`",
        {
            **BY_COHORT,
            "panel.frequency": "quarter",
            "survey.csv": QUARTERS.assign(since=SURVEY["since"].map(lambda year: "2010Q4" if year else "2199Q4")),
        },
        {"designation.listed.never": ["2199Q4"]},
    ),
    Case(
        "give it `type: number`, and list other words under `missing_codes`",
        {**BY_COHORT, "survey.csv": WORDS},
        {f"{COLUMNS}.since": {"type": "number", "missing_codes": ["never"]}},
        lambda made: made.panel["listed"].sum() == SURVEY["treated"].sum(),
    ),
    Case(
        "give it `type: number`, and list other words under `missing_codes`",
        {"designation.listed": {"intensity": "rain"}, f"{COLUMNS}.rain": {"type": "text"}},
        {f"{COLUMNS}.rain": {"type": "number"}, "designation.listed.absorbing": False},
    ),
    Case(
        "in a panel of years, read the years by `since: {frequency: year}` in its source; else declare what",
        {
            **BY_COHORT,
            "survey.csv": SURVEY.assign(since=SURVEY["since"].map(lambda year: f"{year}-05-01" if year else "")),
        },
        {f"{COLUMNS}.since": {"frequency": "year"}},
        lambda made: made.panel["listed"].sum() == SURVEY["treated"].sum(),
    ),
    Case(
        "a unit has one first period; correct the rows or read an `indicator` in place of it",
        {**BY_COHORT, "designation.listed.never": [0], "survey.csv": other("since", 2009)},
        ({"survey.csv": SURVEY}, {"designation.listed": {"indicator": "treated"}}),
        lambda made: made.panel["listed"].sum() == SURVEY["treated"].sum(),
    ),
    Case(
        "cohorts are periods as the panel has them: with `frequency`, or read as years by the column's own",
        {**BY_COHORT, "survey.csv": SURVEY.assign(since=SURVEY["since"].map(lambda year: f"{year}05" if year else ""))},
        {f"{COLUMNS}.since": {"frequency": "year"}},
        lambda made: made.panel["listed"].sum() == SURVEY["treated"].sum(),
    ),
    Case(
        "declare `absorbing: false`, or correct the rows",
        {"survey.csv": ENDS},
        ({"designation.listed.absorbing": False}, {"survey.csv": SURVEY}),
        lambda made: made.panel["listed"].sum() in (SURVEY["treated"].sum(), SURVEY["treated"].sum() - 1),
    ),
    Case(
        "declare `absorbing: false`, or correct the rows",
        {"survey.csv": ENDS, "designation.listed": {"intensity": "treated"}},
        ({"designation.listed.absorbing": False}, {"survey.csv": SURVEY}),
        lambda made: made.panel["listed"].sum() in (SURVEY["treated"].sum(), SURVEY["treated"].sum() - 1),
    ),
    Case(
        "it is 0 before treatment and positive after; correct the rows",
        {"survey.csv": other("treated", -1), "designation.listed": {"intensity": "treated"}},
        {"survey.csv": SURVEY},
    ),
    Case(
        "what is assigned by county is the same for all of it; correct the rows, or leave `level` out of listed",
        {"designation.listed.level": "county"},
        {"designation.listed.level": None},
        lambda made: made.panel["listed"].sum() == SURVEY["treated"].sum(),
    ),
]

LISTS = pd.DataFrame(
    [(village, year) for village, since in {1: 2010, 2: 2010, 3: 2011}.items() for year in range(since, 2014)],
    columns=["village", "listed_in"],
)


def lists(frame: pd.DataFrame = LISTS, **listed: object) -> dict[str, object]:
    """Date the designation from yearly lists."""
    return {
        "sources.lists": {
            "path": "lists.csv",
            "key": ["village", "listed_in"],
            "columns": {"village": {}, "listed_in": {}},
        },
        "lists.csv": frame,
        "panel.base": "survey",
        "designation.listed": {"list": {"source": "lists", "year": "listed_in", **listed}},
    }


YEARS = [2010, 2011, 2012, 2013]

LISTED = [
    Case(
        "if there was no such list, leave the year out of `years` of the designation listed",
        {**lists(exits="switch", years=[*YEARS, 2014]), "designation.listed.absorbing": False},
        {"designation.listed.list.years": YEARS},
        lambda made: made.panel["listed"].sum() == len(LISTS),
    ),
    Case(
        "name every list year that exists, or leave `years` out",
        lists(years=YEARS[:-1]),
        ({"designation.listed.list.years": YEARS}, {"designation.listed.list.years": None}),
        lambda made: made.panel["listed"].sum() == len(LISTS),
    ),
    Case(
        "correct the rows; a code is no list year",
        lists(pd.concat([LISTS, pd.DataFrame({"village": [4], "listed_in": [9999]})])),
        {"lists.csv": LISTS},
        lambda made: made.panel["listed"].sum() == len(LISTS),
    ),
]

PRICES = pd.DataFrame({"year": range(2007, 2014), "cpi": [100 + each for each in range(7)]})


def prices(frame: pd.DataFrame = PRICES, **deflator: object) -> dict[str, object]:
    """Declare incomes at constant prices."""
    cpi = {"source": "prices", "index": "cpi", "kind": "level", "period": "year", "base": 2007}
    return {
        "sources.prices": {"path": "prices.csv", "key": ["year"], "columns": {"year": {}, "cpi": {}}},
        "prices.csv": frame,
        "panel.base": "survey",
        "panel.deflators": {"cpi": {**cpi, **deflator}},
        "panel.derived": {"real": {"real": "income", "deflator": "cpi", "label": "Income", "unit": "yuan"}},
    }


def real(made: Made) -> bool:
    """Tell whether income is at prices of the first year."""
    return round(made.panel["real"].tolist()[1] * 1.01, 6) == made.panel["income"].tolist()[1]


DEFLATED = [
    Case("it has 2007 to 2013", prices(base=1999), {"panel.deflators.cpi.base": 2007}, real),
    Case(
        "it has no row with an index",
        {**prices(PRICES.assign(cpi=None)), "sources.prices.columns.cpi": {"type": "number"}},
        {"prices.csv": PRICES},
        real,
    ),
    Case(
        "add it to the series, or declare `unmatched: missing`",
        prices(PRICES.head(6)),
        ({"prices.csv": PRICES}, {"panel.deflators.cpi.unmatched": "missing"}),
        real,
    ),
    Case(
        "give the column `type: number`",
        {**prices(), "sources.prices.columns.cpi": {"type": "text"}},
        {"sources.prices.columns.cpi": {"type": "number"}},
        real,
    ),
    Case(
        "a ratio such as 1.02 needs `scale: 100` in the source's column",
        prices(PRICES.assign(cpi=[1, 1.01, 1, 1, 1, 1, 1]), kind="previous_year"),
        {"sources.prices.columns.cpi": {"scale": 100}},
        real,
    ),
    Case("prices are positive", prices(PRICES.replace({"cpi": {103: -1}})), {"prices.csv": PRICES}, real),
    Case(
        "write it as 2014",
        {
            **prices(PRICES.assign(year=sorted(set(QUARTERS["year"]))), base=2010, kind="level"),
            "survey.csv": QUARTERS,
            "panel.frequency": "quarter",
        },
        {"panel.deflators.cpi.base": "2010Q1"},
        real,
    ),
]

PLACES = {
    f"{COLUMNS}.lat": {},
    f"{COLUMNS}.lon": {},
    "panel.places": {"latitude": "lat", "longitude": "lon", "density": {"near": {"radius": 20}}},
}


def near(made: Made) -> bool:
    """Tell whether the villages that are next to each other were found."""
    return bool((made.panel["near"] > 0).all())


AROUND = [
    Case(
        "give the column `type: number`, in decimal degrees",
        {**PLACES, f"{COLUMNS}.lat": {"type": "text"}},
        {f"{COLUMNS}.lat": {"type": "number"}},
        near,
    ),
    Case(
        "correct the rows, or leave them out of the source",
        {**PLACES, "survey.csv": other("lat", "")},
        (
            {"survey.csv": SURVEY},
            {"sources.survey.drop_rows": [{"rows": [2], "reason": "nowhere"}]},
        ),
        near,
    ),
    Case(
        "are latitude and longitude interchanged, or is it not in degrees?",
        {**PLACES, "panel.places.latitude": "lon", "panel.places.longitude": "lat"},
        {"panel.places.latitude": "lat", "panel.places.longitude": "lon"},
        near,
    ),
    Case(
        "do zeros stand for missing coordinates? Correct the rows, or leave them out of the source",
        {**PLACES, "survey.csv": SURVEY.mask(SURVEY["village"] == 1, SURVEY.assign(lat=0, lon=0))},
        ({"survey.csv": SURVEY}, {"sources.survey.drop_rows": [{"rows": list(range(2, 9)), "reason": "nowhere"}]}),
        near,
    ),
    Case(
        "a unit is at one place; correct the rows",
        {**PLACES, "survey.csv": other("lat", 31)},
        {"survey.csv": SURVEY},
        near,
    ),
    Case(
        "an area is in km²",
        {
            **PLACES,
            "panel.places.nearest_neighbour_index": {"clustered": {"within": "county", "area": "zero"}},
            "panel.derived": {"zero": "rain * 0"},
        },
        {"panel.derived": {"zero": "rain * 0 + 500"}},
        lambda made: bool((made.panel["clustered"] > 0).all()),
    ),
    Case(
        "give it `type: number`, in km²",
        {
            **PLACES,
            "panel.places.nearest_neighbour_index": {"clustered": {"within": "county", "area": "area"}},
            "survey.csv": SURVEY.assign(area=500),
            f"{COLUMNS}.area": {"type": "text"},
        },
        {f"{COLUMNS}.area": {"type": "number"}},
        lambda made: bool((made.panel["clustered"] > 0).all()),
    ),
    Case(
        "it describes where units lie, which does not move",
        {
            **PLACES,
            "panel.places.nearest_neighbour_index": {"clustered": {"within": "county", "area": "area"}},
            "survey.csv": SURVEY.assign(area=SURVEY["year"]),
            f"{COLUMNS}.area": {},
        },
        {"survey.csv": SURVEY.assign(area=500)},
        lambda made: bool((made.panel["clustered"] > 0).all()),
    ),
]

MEASURES = [
    Case(
        "the panel has 2007 to 2013",
        {"panel.derived": {"before": {"baseline": "income", "at": 1999}}},
        {"panel.derived": {"before": {"baseline": "income", "at": 2007}}},
        lambda made: made.panel["before"].tolist()[1] == SURVEY["income"].tolist()[0],
    ),
    Case(
        "give the column `type: number` to see which rows are not numbers",
        {"panel.derived": {"before": {"lag": "rain", "periods": 1}}, f"{COLUMNS}.rain": {"type": "text"}},
        {f"{COLUMNS}.rain": {"type": "number"}},
        lambda made: made.panel["before"].tolist()[1] == SURVEY["rain"].tolist()[0],
    ),
    Case(
        "give its column `type: number` to see which rows are not numbers",
        {"blocks.main.regressors": ["rain"], f"{COLUMNS}.rain": {"type": "text"}},
        {f"{COLUMNS}.rain": {"type": "number"}},
    ),
    Case(
        "choose columns that do not change over time",
        {
            "panel.derived": {"old_rain": "village * 2"},
            "legacies": {
                "old": {
                    "capacities": {
                        "wet": {"reference": "rain > 5", "proxies": {"old_rain": {"sign": "positive", "vintage": 1990}}}
                    }
                }
            },
        },
        {"legacies.old.capacities.wet.reference": "village > 4"},
    ),
    Case(
        "rain holds text",
        {"panel.derived": {"wet": "rain * 2"}, f"{COLUMNS}.rain": {"type": "text"}},
        {f"{COLUMNS}.rain": {"type": "number"}},
        lambda made: made.panel["wet"].tolist() == (2 * SURVEY["rain"]).tolist(),
    ),
    Case(
        "give the column the `type` that is meant",
        {"panel.derived": {"same": "rain == income"}, f"{COLUMNS}.rain": {"type": "text"}},
        {f"{COLUMNS}.rain": {"type": "number"}},
    ),
    Case(
        "compare with a double sign: `year == 2010`",
        {"panel.sample": [{"keep": "year = 2010 or year > 2010", "reason": "late"}]},
        {"panel.sample": [{"keep": "year == 2010 or year > 2010", "reason": "late"}]},
        lambda made: made.panel["year"].min() == 2010,
    ),
]

CASES: list[Case] = [*JOINS, *PERIODS, *DESIGNATIONS, *LISTED, *DEFLATED, *AROUND, *MEASURES]
