"""Mistakes in study files that are found before any data are read, each with its advice and the advice followed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib

from ruralpanel.study.beside_published import PRINTED_COLUMNS
from tests.hints.attempt import TEXT, Case
from tests.hints.of_panels import PLACES, PRICES, lists, prices
from tests.hints.of_panels import register as joined
from tests.hints.of_sources import SURVEY
from tests.hints.of_tables import WALK, made, matched, recoded

FONT = (Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSans.ttf").read_bytes()
MAIN = "blocks.main"
SHAPE = {
    "path": "lines.csv",
    "key": ["line", "vertex"],
    "columns": {key: {} for key in ["line", "vertex", "longitude", "latitude"]},
}
VERTICES = {"lines.csv": "line,vertex,longitude,latitude\n1,1,110,30\n1,2,111,31\n"}


def block(estimator: str, **keys: object) -> dict[str, Any]:
    """Give the block another estimator."""
    return {MAIN: {"outcomes": ["income"], "estimators": [estimator], **keys}}


def exhibit(kind: str, **keys: object) -> dict[str, Any]:
    """Declare another exhibit."""
    return {"exhibits.other": {"kind": kind, "title": "Other", **keys}}


def two(estimator: str = "two_way_fixed_effects", **keys: object) -> dict[str, Any]:
    """Have two treatments on the right-hand side."""
    return {"designation.second": {"cohort": "since", "never": [0]}, **block(estimator, **keys)}


def specifications(estimator: str, apart: dict[str, object], **keys: object) -> dict[str, Any]:
    """Give each of two estimators a specification of its own; least squares have what the other has not."""
    return {
        MAIN: {
            "outcomes": ["income"],
            "specifications": {
                "one": {"estimators": [estimator], **keys},
                "other": {"estimators": ["two_way_fixed_effects"], **apart},
            },
        }
    }


ONE = "choose one with `treatments`: listed, second"
APART = "put it into a specification of its own"
OF_COHORTS = {"designation.listed": {"cohort": "since", "never": [0]}}
ENDING = {"designation.listed.absorbing": False}
ADOPTION = {"outcomes.listing": {"label": "Listing", "adoption": "listed"}}
PANEL_BASE = {"panel.base": "survey"}
NAMED = "choose another name"
MEANS = {"exhibits": {"sources": {"kind": "source_table", "title": "Sources"}}}
CLAIMS = {"claims": {"one": {"text": "It helps.", "tests": [{"at": "main", "expect": "positive"}]}}}
VILLAGES = {"path": "villages.csv", "key": ["village"], "columns": {"village": {}, "lat": {}, "lon": {}}}

BY_YEAR = {"fixed_effects": ["year"]}

OF_BLOCKS = [
    Case(
        "Say which with `column`.",
        {"outcomes": {"earnings": {"label": "Income"}}, f"{MAIN}.outcomes": ["earnings"]},
        {"outcomes.earnings.column": "income"},
    ),
    Case("did you mean “income”?", {"outcomes.income.column": "incmoe"}, {"outcomes.income.column": "income"}),
    Case("valid here: ", {MAIN: {"outcomes": ["income"]}}, {f"{MAIN}.estimators": ["event_study"]}),
    Case(
        "did you mean",
        {MAIN: {"estimators": ["event_study"], "outcomes": ["incmoe"]}},
        {f"{MAIN}.outcomes": ["income"]},
    ),
    Case("valid here: income", {MAIN: {"estimators": ["event_study"]}}, {f"{MAIN}.outcomes": ["income"]}),
    Case(
        "adoption is the outcome of a treatment that stays",
        {**ADOPTION, **ENDING},
        {"designation.listed.absorbing": True},
    ),
    Case(
        "write `treatments: [second]`",
        {**ADOPTION, **two("complementary_log_log", outcomes=["listing"], **BY_YEAR)},
        {f"{MAIN}.treatments": ["second"]},
    ),
    Case(
        "estimate it with ",
        {**ADOPTION, **two("event_study", outcomes=["listing"], treatments=["second"], **BY_YEAR)},
        {f"{MAIN}.estimators": ["complementary_log_log"]},
    ),
    Case(
        "declare `latitude` and `longitude` under `panel.places`",
        {f"{MAIN}.inference": {"variance": "spatial", "cutoff": 50}},
        {
            "sources.survey.columns.lat": {},
            "sources.survey.columns.lon": {},
            "panel.places": {"latitude": "lat", "longitude": "lon"},
        },
    ),
    Case(
        "name `treatments` or `regressors`",
        {f"{MAIN}.treatments": []},
        ({f"{MAIN}.treatments": ["listed"]}, {f"{MAIN}.regressors": ["rain"]}),
    ),
    Case(
        "put the two estimators into specifications of their own",
        two(
            "event_study",
            estimators=["two_way_fixed_effects", "event_study"],
            treatments=["listed"],
            interactions=["listed*second"],
        ),
        specifications(
            "event_study",
            {"interactions": ["listed*second"], "treatments": ["listed", "second"]},
            treatments=["listed"],
        ),
    ),
    Case(
        "name it in `treatments`: listed",
        two(treatments=["listed"], interactions=["listed*second"]),
        {f"{MAIN}.treatments": ["listed", "second"]},
    ),
    Case(
        "name one column in `cluster`, or leave it out for village",
        block("imputation", inference={"cluster": ["village", "year"]}),
        ({f"{MAIN}.inference.cluster": ["village"]}, {f"{MAIN}.inference": None}),
    ),
    Case(APART, block("imputation", fixed_effects=["village[year]", "year"]), {f"{MAIN}.fixed_effects": None}),
    Case(
        "such as `window: [-3, 3]`: the first and last event time that every cohort shall be observed at",
        block("stacked"),
        {f"{MAIN}.window": [-3, 3]},
    ),
    Case(ONE, two("event_study"), ({f"{MAIN}.treatments": ["listed"]}, {f"{MAIN}.treatments": ["second"]})),
    Case(
        "declare one under `designation`",
        {**block("event_study"), "designation": {}},
        {"designation": {"listed": {"indicator": "treated"}}},
    ),
    Case(
        "estimate it with ",
        {**block("sun_abraham"), **ENDING},
        ({f"{MAIN}.estimators": ["two_way_fixed_effects"]}, {f"{MAIN}.estimators": ["chaisemartin_dhaultfoeuille"]}),
    ),
    Case(
        "estimate them with ",
        block("event_study", moderators=["rain"]),
        {f"{MAIN}.estimators": ["two_way_fixed_effects"]},
    ),
    Case(
        "name one with `treatments`",
        block("two_way_fixed_effects", treatments=[], regressors=["rain"], moderators=["village"]),
        {f"{MAIN}.treatments": ["listed"]},
    ),
    Case(
        "take it out of `regressors`",
        block("two_way_fixed_effects", regressors=["rain"], moderators=["rain"]),
        {f"{MAIN}.regressors": None},
    ),
    Case(
        "derive its square under `panel.derived`",
        block("two_way_fixed_effects", moderators=["rain*rain"]),
        {"panel.derived": {"wet": "rain * rain"}, f"{MAIN}.moderators": ["rain", "wet"]},
    ),
    Case(
        "write `moderators: [rain, since, rain*since]`",
        block("two_way_fixed_effects", moderators=["rain*since"]),
        {f"{MAIN}.moderators": ["rain", "since", "rain*since"]},
    ),
    Case(
        "put it into a specification of its own, or choose one of ",
        block("callaway_santanna", inference={"small_sample": "cr3"}),
        {f"{MAIN}.estimators": ["two_way_fixed_effects"]},
    ),
    Case(
        "did you mean “other”?",
        {
            f"{MAIN}.estimators": ["mine.py:another"],
            "config/studies/mine.py": "def other(panel, equation, ledger):\n    return None\n",
        },
        {f"{MAIN}.estimators": ["mine.py:other"]},
    ),
    Case("leave it out", {**CLAIMS, "claims.one.tests.0.at": "main#p_value"}, CLAIMS),
    Case("compare it: `… > 0`", {f"{MAIN}.sample": "rain"}, {f"{MAIN}.sample": "rain > 0"}),
]

OF_ESTIMATORS = [
    Case(
        "estimate it with another estimator of staggered adoption",
        {**block("chaisemartin_dhaultfoeuille"), "designation.listed.anticipation": 1},
        {f"{MAIN}.estimators": ["callaway_santanna"]},
    ),
    Case(
        "such as `window: [-3, 3]`: up to its end, the same units are seen",
        block("chaisemartin_dhaultfoeuille", switching={"same_switchers": True}),
        {f"{MAIN}.window": [-3, 3]},
    ),
    Case(ONE, two("cohort_means"), {f"{MAIN}.treatments": ["listed"], **MEANS}),
    Case(
        "such as `dose_response: {dose: shops_per_household}`: the column of the dose",
        {**block("continuous_dose"), **MEANS},
        {f"{MAIN}.dose_response": {"dose": "rain"}},
    ),
    Case(
        "such as `groups: {at: 2019}`: the period in which it is read who is treated",
        {**block("group_means"), **MEANS},
        {f"{MAIN}.groups": {"at": 2019}},
    ),
    Case(ONE, {**two("group_means", groups={"at": 2010}), **MEANS}, {f"{MAIN}.treatments": ["listed"]}),
    Case(
        "declare one under `designation`",
        {**block("group_means", groups={"at": 2010}), "designation": {}, **MEANS},
        {"designation": {"listed": {"indicator": "treated"}}},
    ),
    Case(
        "put each into a specification of its own",
        {**block("group_means", groups={"at": 2010}, moderators=["rain", "since"]), **MEANS},
        {
            MAIN: {
                "outcomes": ["income"],
                "estimators": ["group_means"],
                "groups": {"at": 2010},
                "specifications": {"wet": {"moderators": ["rain"]}, "late": {"moderators": ["since"]}},
            }
        },
    ),
    Case(
        "name one column in `cluster`",
        {**block("group_means", groups={"at": 2010}, inference={"cluster": ["village", "year"]}), **MEANS},
        {f"{MAIN}.inference.cluster": ["village"]},
    ),
    Case(
        "such as `instruments: [distance_to_temple]`: columns that move the treatment and nothing else",
        block("instrumental_variables"),
        {f"{MAIN}.instruments": ["rain"]},
    ),
    Case(
        "valid here: listed",
        block("instrumental_variables", instruments=["rain"], endogenous=["since"]),
        {f"{MAIN}.endogenous": ["listed"]},
    ),
    Case(
        "an instrument is in the outcome only through what it moves",
        block("instrumental_variables", instruments=["rain"], regressors=["rain"]),
        {f"{MAIN}.regressors": None},
    ),
    Case(
        "name them in `endogenous`: rain",
        block("instrumental_variables", instruments=["since"], treatments=[], regressors=["rain"]),
        {f"{MAIN}.endogenous": ["rain"]},
    ),
    Case(
        "give at least as many, or name fewer in `endogenous`",
        block("instrumental_variables", instruments=["since"], regressors=["rain"], endogenous=["listed", "rain"]),
        (
            {f"{MAIN}.endogenous": ["listed"]},
            {"panel.derived": {"square": "since * since"}, f"{MAIN}.instruments": ["since", "square"]},
        ),
    ),
    Case(
        "derive the products under `panel.derived`, and name them in `regressors` and `endogenous`",
        {**block("instrumental_variables", instruments=["since"], moderators=["rain"])},
        {
            "panel.derived": {"product": "treated * rain", "other": "since * rain"},
            f"{MAIN}.moderators": None,
            f"{MAIN}.regressors": ["rain", "product"],
            f"{MAIN}.endogenous": ["listed", "product"],
            f"{MAIN}.instruments": ["since", "other"],
        },
    ),
    Case(
        APART,
        block("synthetic_difference_in_differences", fixed_effects=["county", "year"]),
        {f"{MAIN}.fixed_effects": None},
    ),
    Case(
        "name one column in `cluster`, or leave it out for village",
        block("synthetic_difference_in_differences", inference={"cluster": ["village", "year"]}),
        ({f"{MAIN}.inference": None}, {f"{MAIN}.inference.cluster": ["county"]}),
    ),
    Case(
        "choose `standard_errors: jackknife` or `bootstrap`",
        block(
            "synthetic_difference_in_differences",
            inference={"cluster": ["county"]},
            synthetic={"standard_errors": "placebo"},
        ),
        ({f"{MAIN}.synthetic.standard_errors": "jackknife"}, {f"{MAIN}.synthetic.standard_errors": "bootstrap"}),
    ),
    Case(
        "declare the treatment a second time, without `donut`",
        {**block("synthetic_difference_in_differences"), "designation.listed.donut": [0]},
        {"designation.whole": {"indicator": "treated"}, f"{MAIN}.treatments": ["whole"]},
    ),
    Case(
        "such as `threshold: {running: sales_2013, at: 1000}`",
        {**block("threshold_regression_discontinuity")},
        {f"{MAIN}.threshold": {"running": "rain", "at": 1000}},
    ),
    Case(
        ONE,
        two("threshold_regression_discontinuity", threshold={"running": "rain", "at": 5}),
        {f"{MAIN}.treatments": ["listed"]},
    ),
    Case(
        "such as `eligible: poor`: a column of 0 and 1, of who can be treated when the cohort is",
        block("triple_differences"),
        {f"{MAIN}.eligible": "treated"},
    ),
]

MATCHED = {"method": "nearest_neighbours", "covariates": ["rain"]}
MISSES = {"running": "rain", "threshold": 5, "within": 2}

OF_MATCHING = [
    Case("name one with `treatment`: listed, second", two(matching=MATCHED), {f"{MAIN}.matching.treatment": "second"}),
    Case(
        "valid here: listed",
        two(treatments=["listed"], matching={**MATCHED, "treatment": "second"}),
        {f"{MAIN}.matching.treatment": "listed"},
    ),
    Case(
        "put it into a block of its own, without matching",
        {
            **ADOPTION,
            **two(
                "complementary_log_log",
                outcomes=["listing"],
                treatments=["second"],
                matching={**MATCHED, "treatment": "second"},
                **BY_YEAR,
            ),
        },
        {f"{MAIN}.matching": None},
    ),
    Case(
        "leave out one of the two",
        block("two_way_fixed_effects", matching=MATCHED, inference={"permutation": {}}),
        ({f"{MAIN}.matching": None}, {f"{MAIN}.inference": None}),
    ),
    Case(
        "leave `always_treated` out",
        block("event_study", matching=MATCHED, always_treated="keep"),
        {f"{MAIN}.always_treated": None},
    ),
    Case(
        "name one with `treatment`: listed, second",
        two(near_misses=MISSES),
        {f"{MAIN}.near_misses.treatment": "second"},
    ),
    Case(
        "valid here: listed",
        two(treatments=["listed"], near_misses={**MISSES, "treatment": "second"}),
        {f"{MAIN}.near_misses.treatment": "listed"},
    ),
    Case(
        "put it into a block of its own, without near misses",
        {
            **ADOPTION,
            **two(
                "complementary_log_log",
                outcomes=["listing"],
                treatments=["second"],
                near_misses={**MISSES, "treatment": "second"},
                **BY_YEAR,
            ),
        },
        {f"{MAIN}.near_misses": None},
    ),
]

OF_INFERENCE = [
    Case("choose one with `treatments`", two(inference={"permutation": {}}), {f"{MAIN}.treatments": ["listed"]}),
    Case(
        "write `anticipation: 0` in the specification",
        {**block("two_way_fixed_effects", inference={"permutation": {}}), "designation.listed.anticipation": 1},
        {f"{MAIN}.anticipation": 0},
    ),
    Case("take it out", {**block("cohort_means", adjustment="holm"), **MEANS}, {f"{MAIN}.adjustment": None}),
    Case(
        "put them into a block of their own, or choose holm or sharpened",
        block(
            "event_study",
            estimators=["two_way_fixed_effects", "event_study"],
            adjustment="romano_wolf",
            inference={"bootstrap": {}},
        ),
        (
            {f"{MAIN}.adjustment": "holm"},
            {f"{MAIN}.adjustment": "sharpened"},
            {f"{MAIN}.estimators": ["two_way_fixed_effects"]},
        ),
    ),
    Case(
        "write `bootstrap: {}` under the block's `inference`",
        block("two_way_fixed_effects", adjustment="romano_wolf"),
        {f"{MAIN}.inference": {"bootstrap": {}}},
    ),
]

VILLAGE_LEVEL = {"designation.listed.level": "county", "panel.derived": {"town": "village * 2"}}

OF_LEVELS = [
    Case(
        "by a table with `group`, and `county` the panel's unit; or choose one of ",
        {
            **block("event_study"),
            "designation.listed.level": "county",
            f"{MAIN}.estimators": ["synthetic_difference_in_differences"],
        },
        {f"{MAIN}.estimators": ["two_way_fixed_effects"]},
    ),
    Case(
        "name them, such as `fixed_effects: [county, year]`",
        {**two(inference={"cluster": ["county"]}), "designation.listed.level": "county"},
        {f"{MAIN}.fixed_effects": ["county", "year"]},
    ),
    Case(
        "name them, such as `inference: {cluster: [county]}`",
        {**two(fixed_effects=["county", "year"]), "designation.listed.level": "county"},
        {f"{MAIN}.inference": {"cluster": ["county"]}},
    ),
    Case(
        "make the rows those of `county` by a table with `group`, and `county` the panel's unit",
        {**ADOPTION, "designation.listed.level": "county"},
        {
            "tables.counties": {
                "stack": [{"source": "survey"}],
                "group": {
                    "by": ["county", "year"],
                    "columns": {"income": "mean", "rain": "mean", "treated": "maximum"},
                },
            },
            "panel.base": "counties",
            "panel.unit": "county",
        },
    ),
]

OF_DESIGNATIONS = [
    Case(
        NAMED,
        {"designation": {"treated": {"indicator": "treated"}}},
        {"designation": {"listed": {"indicator": "treated"}}},
    ),
    Case("declare `absorbing: false`", lists(exits="switch"), {"designation.listed.absorbing": False}),
    Case(
        "write `exits: switch` under `designation.listed.list`",
        {**lists(), "designation.listed.absorbing": False},
        {"designation.listed.list.exits": "switch"},
    ),
    Case(
        "write `key: [village, listed_in]`",
        {**lists(), "sources.lists.key": ["village"]},
        {"sources.lists.key": ["village", "listed_in"]},
    ),
    Case(
        "declare the list's file under `sources`",
        {"designation.listed": {"list": {"source": "survey", "year": "year"}}},
        {**lists()},
    ),
    Case(
        "did you mean “vilage”?",
        {
            **lists(),
            "sources.lists.columns": {"vilage": {"from": "village"}, "listed_in": {}},
            "sources.lists.key": ["vilage", "listed_in"],
        },
        {"sources.lists.columns": {"village": {}, "listed_in": {}}, "sources.lists.key": ["village", "listed_in"]},
    ),
]

SECOND = {
    "sources.register": {"path": "register.csv", "key": ["village"], "columns": {"village": {}, "households": {}}}
}

OF_JOINS = [
    Case(
        "valid here: register, survey",
        SECOND,
        {**PANEL_BASE, "panel.joins": [{"source": "register", "on": ["village"]}]},
    ),
    Case(
        "join it: `panel.joins: [{source: register, on: […]}]`",
        {**SECOND, **PANEL_BASE},
        {"panel.joins": [{"source": "register", "on": ["village"]}]},
    ),
    Case(
        "join on village, year",
        {
            **SECOND,
            **PANEL_BASE,
            "sources.register.key": ["village", "year"],
            "sources.register.columns.year": {},
            "register.csv": SURVEY.assign(households=1),
            "panel.joins": [{"source": "register", "on": ["village"]}],
        },
        {"panel.joins.0.on": ["village", "year"]},
    ),
    Case(
        "give one of them another name",
        {**joined(), "sources.register.columns.income": {"from": "households"}},
        {"sources.register.columns": {"village": {}, "homes": {"from": "households"}}},
    ),
    Case(
        "where village recurs, once in each year, write `key: [village, year]`",
        {"sources.survey.key": ["village"]},
        {"sources.survey.key": ["village", "year"]},
    ),
    Case(
        "where the panel follows each county, write `unit: county` under `panel`",
        {"sources.survey.key": ["county", "year"]},
        {"panel.unit": "county"},
    ),
    Case(
        "where treated says when, write `period: treated` under `panel`",
        {"sources.survey.key": ["village", "treated"]},
        {"panel.period": "treated"},
    ),
    Case(
        "count or average them by a table with `group`, by village and year, and make that the `base`",
        {"sources.survey.key": ["village", "year", "county"]},
        {
            "tables.villages": {
                "stack": [{"source": "survey"}],
                "group": {"by": ["village", "year"], "columns": {"income": "mean", "treated": "maximum"}},
            },
            "panel.base": "villages",
        },
    ),
    Case(
        "only where no two rows have the same village and year, write `key: [village, year]`",
        {"sources.survey.key": ["village", "year", "county"]},
        {"sources.survey.key": ["village", "year"]},
    ),
    Case(NAMED, {"panel.derived": {"income": "rain * 2"}}, {"panel.derived": {"wet": "rain * 2"}}),
    Case(
        "derive it from columns of the sources alone",
        {"panel.derived": {"later": "listed * 2"}, "designation.second": {"indicator": "later"}},
        {"panel.derived": {"later": "treated * 2"}},
    ),
]

QUARTERLY: dict[str, Any] = {"sources.survey.columns.year": {"frequency": "quarter"}}

OF_PERIODS = [
    Case("write `frequency: quarter` under `panel`", QUARTERLY, {"panel.frequency": "quarter"}),
    Case(
        "read it from a column with `",
        {
            "panel.frequency": "quarter",
            "tables.made": {
                "stack": [{"source": "survey"}],
                "derived": {"when": "year + 1"},
                "key": ["village", "when"],
            },
            "panel.base": "made",
            "panel.period": "when",
        },
        {"panel.period": "year", "tables.made.key": ["village", "year"]},
    ),
    Case(
        "read a column of the base and one of `register` with the same `frequency`, and join on it",
        {
            **joined(),
            **QUARTERLY,
            "panel.frequency": "quarter",
            "sources.register.key": ["village", "year"],
            "sources.register.columns.year": {"frequency": "month"},
            "register.csv": SURVEY.assign(households=1),
            "panel.joins": [{"source": "register", "on": ["village", "year"]}],
        },
        {"sources.register.columns.year": {"frequency": "quarter"}},
    ),
    Case(
        "read it with `frequency: quarter`",
        {
            **QUARTERLY,
            "panel.frequency": "quarter",
            **OF_COHORTS,
            "designation.listed.never": [],
            "sources.survey.columns.since": {"frequency": "month"},
        },
        {"sources.survey.columns.since": {"frequency": "quarter"}},
    ),
    Case(
        "list 'never' under `missing_codes` of the column",
        {"designation.listed": {"cohort": "since", "never": ["never"]}},
        {"designation.listed": {"cohort": "since"}, "sources.survey.columns.since": {"missing_codes": ["never"]}},
    ),
    Case(
        "lists are of periods of the panel: read them with `frequency: year`",
        {**lists(), "sources.lists.columns.listed_in": {"frequency": "month"}},
        {"sources.lists.columns.listed_in": {"frequency": "year"}},
    ),
    Case(
        "prices are of the panel's periods or of longer ones; put rows together with `group` of a table",
        {
            **prices(),
            "sources.prices.columns": {
                "year": {"frequency": "month"},
                "cpi": {},
                "in_year": {"from": "year", "frequency": "year"},
            },
        },
        {
            "tables.yearly": {
                "stack": [{"source": "prices"}],
                "group": {"by": ["in_year"], "columns": {"cpi": "mean"}},
            },
            "panel.deflators.cpi.source": "yearly",
            "panel.deflators.cpi.period": "in_year",
        },
    ),
    Case(
        "`previous_period` where each is in per cent of the quarter before, `level` for an index of one base",
        {
            **prices(kind="previous_year", base="2010Q1"),
            **QUARTERLY,
            "panel.frequency": "quarter",
            "sources.prices.columns.year": {"frequency": "quarter"},
        },
        ({"panel.deflators.cpi.kind": "previous_period"}, {"panel.deflators.cpi.kind": "level"}),
    ),
    Case(
        "write it as 2014Q3",
        {
            **prices(base=2010),
            **QUARTERLY,
            "panel.frequency": "quarter",
            "sources.prices.columns.year": {"frequency": "quarter"},
        },
        {"panel.deflators.cpi.base": "2014Q3"},
    ),
    Case(
        "read another column from the same header: `year: {from: …, frequency: year}`",
        {**recoded(), "sources.register.columns.month": {"frequency": "month"}, "tables.made.recode.from": "month"},
        {"sources.register.columns.coded": {"from": "month", "frequency": "year"}, "tables.made.recode.from": "coded"},
    ),
]

OF_PRICES = [
    Case(
        "declare the prices' file under `sources`",
        {
            "panel.deflators": {
                "cpi": {"source": "survey", "index": "rain", "kind": "level", "period": "year", "base": 2007}
            }
        },
        {
            "sources.prices": {"path": "prices.csv", "key": ["year"], "columns": {"year": {}, "cpi": {}}},
            "prices.csv": PRICES,
            **PANEL_BASE,
            "panel.deflators.cpi.source": "prices",
            "panel.deflators.cpi.index": "cpi",
        },
    ),
    Case(
        "declare `region: county` in the deflator, or write `key: [year]`",
        {**prices(), "sources.prices.key": ["year", "county"], "sources.prices.columns.county": {}},
        ({"panel.deflators.cpi.region": "county"}, {"sources.prices.key": ["year"]}),
    ),
    Case("write `key: [year]`", {**prices(), "sources.prices.key": ["cpi"]}, {"sources.prices.key": ["year"]}),
]

SHARES = {"sources.walk.columns.share": {}, "tables.made.recode.crosswalk.share": "share"}

OF_TABLES = [
    Case(
        NAMED,
        {**made({}), "tables": {"survey": {"stack": [{"source": "register"}]}}, "panel.joins": []},
        {
            "tables": {"made": {"stack": [{"source": "register"}]}},
            "panel.joins": [{"source": "made", "on": ["village"]}],
        },
    ),
    Case(
        "tables are made in the order of the file, each of those before it",
        {
            **made({}),
            "tables": {"made": {"stack": [{"source": "later"}]}, "later": {"stack": [{"source": "register"}]}},
        },
        {"tables": {"later": {"stack": [{"source": "register"}]}, "made": {"stack": [{"source": "later"}]}}},
    ),
    Case(NAMED, made({"derived": {"households": "village * 2"}}), {"tables.made.derived": {"homes": "village * 2"}}),
    Case(
        NAMED,
        {**made({}), "tables.made.stack": [{"source": "register", "add": {"households": 2010}}]},
        {"tables.made.stack": [{"source": "register", "add": {"counted": 2010}}]},
    ),
    Case(
        "valid here: households, village",
        {**made({}), "tables.made.stack": [{"source": "register"}, {"source": "register"}]},
        {"tables.made.key": ["village"]},
    ),
    Case(
        "a row is identified by what rows are grouped by",
        {**made({"group": {"by": ["village"], "columns": {"households": "sum"}}}), "tables.made.key": ["households"]},
        {"tables.made.key": ["village"]},
    ),
    Case(
        "sum them: `group: {by: […], columns: …}`",
        recoded(WALK.assign(share=1), several_successors="divide") | SHARES,
        {"tables.made.group": {"by": ["village"], "columns": {"people": "sum"}}},
    ),
    Case(
        "derive a column of ones (`rows: 1`), and take its `sum`, or give it as `weights`",
        {
            **recoded(WALK.assign(share=1), several_successors="divide"),
            **SHARES,
            "tables.made.group": {"by": ["village"], "columns": {"people": "sum", "rows": "count"}},
        },
        {"tables.made.derived": {"ones": "1"}, "tables.made.group.columns.rows": {"take": "sum", "of": "ones"}},
    ),
    Case(
        "Say which with `of`.",
        {**made({"group": {"by": ["village"], "columns": {"homes": "sum"}}})},
        {"tables.made.group.columns.homes": {"take": "sum", "of": "households"}},
    ),
    Case(
        "give the codes another name with `into`",
        {**matched(), "sources.register.columns.code": {"from": "village"}},
        {"tables.made.match_names.into": "town_code"},
    ),
]

OF_PLACES = [
    Case(
        NAMED,
        {**PLACES, "panel.places.density": {"income": {"radius": 20}}},
        {"panel.places.density": {"near": {"radius": 20}}},
    ),
    Case(
        "Say which with `latitude`.",
        {
            **PLACES,
            "sources.temples": {"path": "t.csv", "key": ["temple"], "columns": {"temple": {}, "y": {}, "lon": {}}},
            "t.csv": "temple,y,lon\n1,30,110\n",
            **PANEL_BASE,
            "panel.places.distance_to": {"temple_km": {"points": "temples"}},
        },
        {"panel.places.distance_to.temple_km.latitude": "y"},
    ),
    Case(
        "write `key: [line, vertex]`",
        {
            **PLACES,
            "sources.rail": {**SHAPE, "key": ["vertex", "line", "latitude"]},
            **VERTICES,
            **PANEL_BASE,
            "panel.places.distance_to": {"rail_km": {"line": "rail", "latitude": "latitude", "longitude": "longitude"}},
        },
        {"sources.rail.key": ["line", "vertex"]},
    ),
    Case(
        "declare the file of the points as a source",
        {**PLACES, "panel.places.distance_to": {"temple_km": {"points": "survey"}}},
        {
            "sources.temples": {"path": "t.csv", "key": ["temple"], "columns": {"temple": {}, "lat": {}, "lon": {}}},
            "t.csv": "temple,lat,lon\n1,30,110\n",
            **PANEL_BASE,
            "panel.places.distance_to.temple_km.points": "temples",
        },
    ),
    Case(
        NAMED,
        {
            "panel.derived": {"old_rain": "village"},
            "legacies": {
                "old": {"capacities": {"income": {"proxies": {"old_rain": {"sign": "positive", "vintage": 1990}}}}}
            },
        },
        {
            "legacies": {
                "old": {"capacities": {"wet": {"proxies": {"old_rain": {"sign": "positive", "vintage": 1990}}}}}
            }
        },
    ),
    Case(
        "take a measurement of an earlier year",
        {
            **lists(years=[2010, 2011, 2012, 2013]),
            "panel.derived": {"old_rain": "village"},
            "legacies": {
                "old": {"capacities": {"wet": {"proxies": {"old_rain": {"sign": "positive", "vintage": 2011}}}}}
            },
        },
        {"legacies.old.capacities.wet.proxies.old_rain.vintage": 1990},
    ),
    Case(
        "name the columns with coordinates under `panel.places`: `latitude` and `longitude`",
        exhibit("map_figure", designation="listed"),
        {
            "sources.survey.columns.lat": {},
            "sources.survey.columns.lon": {},
            "panel.places": {"latitude": "lat", "longitude": "lon"},
        },
    ),
    Case(
        "write `key: [line, vertex]` for lines, `key: [border, vertex]` for areas",
        {
            **PLACES,
            "sources.rail": {**SHAPE, "key": ["vertex"]},
            **VERTICES,
            **PANEL_BASE,
            **exhibit("map_figure", designation="listed", outlines={"of": "rail"}),
        },
        {"sources.rail.key": ["line", "vertex"]},
    ),
]

FACTS = {"facts": {"truth": "truth.yaml"}, "truth.yaml": '{"effect": 0.2, "by": {"income": 0.3}, "name": "Heze"}'}

OF_TEXTS = [
    Case("give the file another name", {**FACTS, "facts": {"main": "truth.yaml"}}, {"facts": {"truth": "truth.yaml"}}),
    Case(
        "did you mean “listed”?",
        {**FACTS, "true_effects": {"lsited": {"income": "truth/effect"}}},
        {"true_effects": {"listed": {"income": "truth/effect"}}},
    ),
    Case(
        "did you mean “income”?",
        {**FACTS, "true_effects": {"listed": {"incmoe": "truth/effect"}}},
        {"true_effects": {"listed": {"income": "truth/effect"}}},
    ),
    Case(
        "did you mean “effect”?",
        {**FACTS, "true_effects": {"listed": {"income": "truth/efect"}}},
        {"true_effects": {"listed": {"income": "truth/effect"}}},
    ),
    Case(
        "valid here: income",
        {**FACTS, "true_effects": {"listed": {"income": "truth/by"}}},
        {"true_effects": {"listed": {"income": "truth/by/income"}}},
    ),
    Case(
        "write truth/effect",
        {**FACTS, "true_effects": {"listed": {"income": "truth/effect/x"}}},
        {"true_effects": {"listed": {"income": "truth/effect"}}},
    ),
]


def paper(text: str, works: str = "") -> dict[str, Any]:
    """Declare a paper of the author's own text."""
    bibliography = {"bibliography": "works.bib"} if works else {}
    return {"paper": {"text": "text.md", **bibliography}, "text.md": text, "works.bib": works}


BOOK = "@book{fan, title={T}, author={Fan, A.}, year={1990}}\n"

OF_PAPERS = [
    Case(
        "refer to it: @tbl:table",
        paper("{{ exhibit: table }}\n\n{{ exhibit: table }}\n"),
        {"text.md": "{{ exhibit: table }}\n\nSee @tbl:table.\n"},
    ),
    Case("did you mean “table”?", paper("{{ exhibit: tabel }}\n"), {"text.md": "{{ exhibit: table }}\n"}),
    Case(
        "did you mean “@tbl:table”?",
        paper("{{ exhibit: table }}\n\n@tbl:tabel\n"),
        {"text.md": "{{ exhibit: table }}\n\n@tbl:table\n"},
    ),
    Case(
        "write @tbl:table",
        paper("{{ exhibit: table }}\n\n@fig:table\n"),
        {"text.md": "{{ exhibit: table }}\n\n@tbl:table\n"},
    ),
    Case("the study declares no claims", paper("{{ claim: one }}\n"), CLAIMS),
    Case(
        "name a BibTeX file as `paper.bibliography`",
        paper("As @fan says.\n"),
        {"paper.bibliography": "works.bib", "works.bib": BOOK},
    ),
    Case("did you mean “fan”?", paper("As @fna says.\n", BOOK), {"text.md": "As @fan says.\n"}),
    Case(
        "write @article{key, …}",
        paper("As @fan says.\n", BOOK + "@article{, title={X}}\n"),
        {"works.bib": BOOK + "@article{key, title={X}}\n"},
    ),
    Case(
        "give the work another key",
        paper("As @fan says.\n", BOOK + BOOK),
        {"works.bib": BOOK + BOOK.replace("fan,", "fei,")},
    ),
    Case(
        "save it as UTF-8",
        {**paper("As @fan says.\n", BOOK), "works.bib": BOOK.replace("Fan", "é").encode("latin-1")},
        {"works.bib": BOOK.replace("Fan", "é")},
    ),
    Case("a fact has ", {**FACTS, **paper("{{ truth/effect | interval }}\n")}, {"text.md": "{{ truth/effect }}\n"}),
    Case("leave them out", {**FACTS, **paper("{{ truth/name | decimals 2 }}\n")}, {"text.md": "{{ truth/name }}\n"}),
]

UNTREATED = {
    "designation": {},
    MAIN: {"outcomes": ["income"], "estimators": ["two_way_fixed_effects"], "regressors": ["rain"], "treatments": []},
}

OF_PAPERS += [
    Case(
        "the study declares no treatment",
        {**UNTREATED, **paper("{{ run: treated }}\n")},
        {"designation": {"listed": {"indicator": "treated"}}, "text.md": "{{ run: treated/listed }}\n"},
    ),
    Case(
        "write block/specification/outcome/estimator/term",
        {**CLAIMS, "claims.one.tests.0.at": "main@@x"},
        {"claims.one.tests.0.at": "main/main/income/two_way_fixed_effects/listed"},
    ),
]

LINES = {
    **FACTS,
    **block("two_way_fixed_effects", moderators=["rain"], along="rain"),
    **exhibit("gradient_figure", blocks=["main"], moderator="rain"),
}
TRUE_LINE = "exhibits.other.true_lines"
NEAR_AND_FAR = '{"effect": 0.2, "by": {"1": 0.3, "2": 0.1}}'

OF_EXHIBITS = [
    Case(
        "did you mean “by”?",
        {**LINES, "truth.yaml": NEAR_AND_FAR, TRUE_LINE: {"main/main": "truth/bye"}},
        {TRUE_LINE: {"main/main": "truth/by"}},
    ),
    Case(
        "did you mean “main/main”?",
        {**LINES, "truth.yaml": NEAR_AND_FAR, TRUE_LINE: {"main/mian": "truth/by"}},
        {TRUE_LINE: {"main/main": "truth/by"}},
    ),
    Case(
        'write numbers by numbers there: `{"10": 0.05, "100": 0.08}`',
        {**LINES, TRUE_LINE: {"main/main": "truth/by"}},
        {"truth.yaml": '{"effect": 0.2, "by": {"10": 0.05, "100": 0.08}}'},
    ),
    Case("declare `claims`, or take it out", exhibit("scorecard_table"), ({"exhibits.other": None}, CLAIMS)),
    Case(
        "write `along: rain` where it is among the `moderators`",
        {
            **block("two_way_fixed_effects", moderators=["rain"]),
            **exhibit("gradient_figure", blocks=["main"], moderator="rain"),
        },
        {f"{MAIN}.along": "rain"},
    ),
    Case(
        "write `permutation: {}` under the block's `inference`",
        exhibit("permutation_figure", blocks=["main"]),
        {f"{MAIN}.inference": {"permutation": {}}},
    ),
    Case("valid here: listed", exhibit("missingness_figure", over="cohort"), {"exhibits.other.designation": "listed"}),
    Case(
        "declare them under its `columns`",
        {
            **SECOND,
            **PANEL_BASE,
            "panel.joins": [],
            **exhibit("meta_table", of="register", own=[{"at": "main", "topic": "income"}]),
        },
        {"sources.register.columns": {key: {} for key in ["village", *PRINTED_COLUMNS]}},
    ),
    Case("a file .otf or .ttf", {"fonts": ["font.ttf"], "font.ttf": "x"}, {"font.ttf": FONT}),
    Case(
        "put it elsewhere, such as below data/raw/",
        {"sources.survey.path": "results/mine/survey.csv", "results/mine/survey.csv": SURVEY},
        {"sources.survey.path": "data/raw/survey.csv", "data/raw/survey.csv": SURVEY},
    ),
    Case(
        "the two must be two files",
        {"sources.survey.path": "results/published/mine.csv", "results/published/mine.csv": SURVEY},
        {"sources.survey.path": "survey.csv"},
    ),
    Case(
        "put it elsewhere, such as below data/raw/",
        {
            "sources.survey.path": "results/published/mine/figures/survey.csv",
            "results/published/mine/figures/survey.csv": SURVEY,
        },
        {"sources.survey.path": "data/raw/survey.csv", "data/raw/survey.csv": SURVEY},
    ),
    Case(
        "put it below config/ or data/",
        {"paper": {"text": "../text.md"}, "../text.md": "Text.\n"},
        {"paper.text": "data/text.md", "data/text.md": "Text.\n"},
    ),
    Case(
        "or put the file below data/raw/",
        {"sources.survey.path": "../away.csv", "../away.csv": SURVEY},
        {"sources.survey.path": "data/raw/survey.csv", "data/raw/survey.csv": SURVEY},
    ),
]

OF_ANALYSES = [
    Case(
        "estimate with ",
        {
            **block("two_way_fixed_effects", estimators=["event_study", "cohort_means"]),
            **MEANS,
            "sensitivity": {"one": {"kind": "honest_did", "block": "main", "estimator": "cohort_means"}},
        },
        {"sensitivity.one.estimator": "event_study"},
    ),
    Case(
        "write `group_time: {base_period: universal}` in the block `main`",
        {**block("callaway_santanna"), "sensitivity": {"one": {"kind": "honest_did", "block": "main"}}},
        {f"{MAIN}.group_time": {"base_period": "universal"}},
    ),
    Case(
        "take `benchmarks` out for the robustness values alone, or add `regressors` to the block",
        {"sensitivity": {"one": {"kind": "omitted_variable", "block": "main", "benchmarks": ["rain"]}}},
        ({"sensitivity.one.benchmarks": None}, {f"{MAIN}.regressors": ["rain"]}),
    ),
    Case(
        "add `regressors`, or choose another `specification`",
        {"sensitivity": {"one": {"kind": "oster", "block": "main"}}},
        {f"{MAIN}.regressors": ["rain"]},
    ),
    Case(
        "name a treatment and an outcome of one equation",
        {**two(treatments=["listed"]), "diagnosis": {"subjects": [{"treatment": "second", "outcome": "income"}]}},
        {"diagnosis.subjects": [{"treatment": "listed", "outcome": "income"}]},
    ),
    Case("write `study: mine` or rename the file", {"study": "yours"}, {"study": "mine"}),
]

TITLE = "title: A study\n"


def typed(hint: str, wrong: str, right: str, was: str = TITLE) -> Case:
    """Type something into the study file, in the place of its title."""
    return Case(hint, {TEXT: (was, wrong)}, {TEXT: (was, right)})


OF_TYPING = [
    typed("indent with spaces; YAML does not allow tabs", "title:\n\tA study\n", "title:\n  A study\n"),
    typed(
        "put text that contains a colon in quotes", "title: A study: of villages\n", 'title: "A study: of villages"\n'
    ),
    typed(
        'put text that contains a bracket in quotes: ["village[year]", year]', "title: [village[year], year]\n", TITLE
    ),
    typed("check indentation, colons and quotes near that line", 'title: "A study\n', 'title: "A study"\n'),
    typed("no part of the file is marked with `&name`", "title: *name\n", TITLE),
    typed("did you mean “name”?", "authors: &name [A. Scholar]\nkeywords: *nmae\ntitle: A study\n", "title: A study\n"),
    typed('if text is meant, write it in quotes: "2010"', "title: 2010\n", 'title: "2010"\n'),
    typed(
        "write a list, even of one: [A. Scholar]",
        "authors: A. Scholar\n",
        "authors: [A. Scholar]\n",
        "authors:\n- A. Scholar\n",
    ),
    typed(
        "write a number without quotes, units or thousands separators", 'seed: "1,000"\n', "seed: 1000\n", "seed: 1\n"
    ),
    typed(
        "write `kind` in place of `knid`",
        "knid: regression_table\n",
        "kind: regression_table\n",
        "kind: regression_table\n",
    ),
    typed("write it without brackets: A study", "title: [A study]\n", TITLE),
]

OF_REST = [
    Case(
        "name one with `outcome` and `treatment`",
        {
            **two(treatments=["listed"]),
            "outcomes.rain": {"label": "Rain"},
            f"{MAIN}.outcomes": ["income", "rain"],
            "sensitivity": {"one": {"kind": "specification_curve", "block": "main"}},
        },
        {"sensitivity.one.outcome": "income", "sensitivity.one.treatment": "listed"},
    ),
    Case(
        "such as `mediation: {mediators: [migration]}`",
        block("sequential_g"),
        {f"{MAIN}.mediation": {"mediators": ["rain"]}},
    ),
    Case(
        "regressors are what the treatment does not move",
        block("sequential_g", mediation={"mediators": ["rain"]}, regressors=["rain"]),
        {f"{MAIN}.regressors": None},
    ),
    Case(
        "declare a second outcome with the same `column` and no `transformation`",
        {**block("poisson_fixed_effects"), "outcomes.income.transformation": "log"},
        {"outcomes.level": {"label": "Income", "column": "income"}, f"{MAIN}.outcomes": ["level"]},
    ),
    Case(
        "declare it as `facts`",
        {**CLAIMS, **paper("{{ truth/effect }}\n"), "true_effects": {"listed": {"income": "truth/effect"}}},
        {**FACTS},
    ),
]

CASES: list[Case] = [
    *OF_TYPING,
    *OF_REST,
    *OF_BLOCKS,
    *OF_ESTIMATORS,
    *OF_MATCHING,
    *OF_INFERENCE,
    *OF_LEVELS,
    *OF_DESIGNATIONS,
    *OF_JOINS,
    *OF_PERIODS,
    *OF_PRICES,
    *OF_TABLES,
    *OF_PLACES,
    *OF_TEXTS,
    *OF_PAPERS,
    *OF_EXHIBITS,
    *OF_ANALYSES,
]
