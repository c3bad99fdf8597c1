"""Mistakes about tables between raw files and panel, each with its advice and the advice followed."""

from __future__ import annotations

import pandas as pd

from tests.hints.attempt import REGISTER, Case

BY_VILLAGE = {"village": {}, "households": {}}
JOIN = [{"source": "made", "on": ["village"]}]


def made(table: dict[str, object], columns: dict[str, object] | None = None, **files: object) -> dict[str, object]:
    """Declare a table of the register of villages, which is joined to the panel."""
    return {
        "sources.register": {"path": "register.csv", "key": ["village"], "columns": columns or BY_VILLAGE},
        "tables.made": {"stack": [{"source": "register"}], **table},
        "panel.base": "survey",
        "panel.joins": JOIN,
        **files,
    }


TWICE = pd.concat([REGISTER, REGISTER]).assign(line=range(2 * len(REGISTER)))
LINES = {"sources.register.key": ["line"], "sources.register.columns": {**BY_VILLAGE, "line": {}}}
SUMS = {"by": ["village"], "columns": {"households": "sum"}}

STACKS = [
    Case(
        "put rows together: `group: {by: [village], columns: …}`",
        {**made({"key": ["village"]}), "register.csv": TWICE, **LINES},
        {"tables.made.group": SUMS},
        lambda made: made.panel["households"].tolist()[0] == 100,
    ),
    Case(
        "give columns the same names in their sources, or declare `missing_columns: fill`",
        {
            **made({"stack": [{"source": "register"}, {"source": "more"}], "key": ["village"]}),
            "sources.more": {"path": "more.csv", "key": ["village"], "columns": {"village": {}, "homes": {}}},
            "more.csv": "village,homes\n9,7\n",
        },
        (
            {"tables.made.missing_columns": "fill"},
            {"sources.more.columns": {"village": {}, "households": {"from": "homes"}}},
        ),
        lambda made: made.panel["households"].tolist()[0] == 50,
    ),
    Case(
        "give both the same `type`",
        {
            **made({"stack": [{"source": "register"}, {"source": "more"}], "key": ["village"]}),
            "sources.more": {
                "path": "more.csv",
                "key": ["village"],
                "columns": {**BY_VILLAGE, "households": {"type": "text"}},
            },
            "more.csv": "village,households\n9,7\n",
        },
        {"sources.more.columns.households.type": "number", "sources.register.columns.households.type": "number"},
        lambda made: made.panel["households"].tolist()[0] == 50,
    ),
    Case(
        "the tolerance is 1.00%: are rows lost, or counted twice?",
        {
            **made({"key": ["village"], "group": SUMS}),
            "register.csv": TWICE,
            **LINES,
            "tables.made.totals": {
                "households": {"by": "village", "published": {"1": 50}, "tolerance": 0.01, "source": "Yearbook"}
            },
        },
        {"register.csv": REGISTER.assign(line=range(8))},
        lambda made: made.panel["households"].tolist()[0] == 50,
    ),
]

GROUPS = [
    Case(
        "leave them out: `keep: village == village`",
        {
            **made({"group": SUMS}),
            "register.csv": pd.concat([REGISTER.assign(line=0), pd.DataFrame({"households": [3], "line": [1]})]),
            "sources.register.key": ["households"],
        },
        {"tables.made.keep": [{"keep": "village == village", "reason": "known"}]},
        lambda made: made.panel["households"].tolist()[0] == 50,
    ),
    Case(
        "give the column `type: number`",
        {
            **made({"group": SUMS}),
            "sources.register.columns.households.type": "text",
        },
        {"sources.register.columns.households.type": "number"},
        lambda made: made.panel["households"].tolist()[0] == 50,
    ),
    Case(
        "take another summary: `joined` keeps all values, `maximum` the last",
        {**made({"group": {"by": ["village"], "columns": {"line": "same"}}}), "register.csv": TWICE, **LINES},
        (
            {"tables.made.group.columns.line": "joined"},
            {"tables.made.group.columns.line": "maximum"},
        ),
        lambda made: made.panel["line"].tolist()[0] in ("0; 8", "0;8", 8),
    ),
]

NAMES = pd.DataFrame({"village": range(1, 9), "province": "山东省", "town": ["大集镇"] * 7 + ["大集"]})
PLACES = pd.DataFrame({"code": ["371721100", "371721101"], "sheng": "山东省", "zhen": ["大集镇", "天宫镇"]})
MATCH = {
    "gazetteer": "places",
    "code": "code",
    "levels": [{"column": "province", "gazetteer": "sheng"}, {"column": "town", "gazetteer": "zhen"}],
}


def matched(**changes: object) -> dict[str, object]:
    """Declare a table whose towns are matched with a gazetteer."""
    return {
        **made({"match_names": {**MATCH, **changes}}, {"village": {}, "province": {}, "town": {}}),
        "register.csv": NAMES,
        "places.csv": PLACES,
        "sources.places": {
            "path": "places.csv",
            "key": ["code"],
            "columns": {"code": {"type": "text"}, "sheng": {}, "zhen": {}},
        },
    }


def is_matched(made: object) -> bool:
    """Tell whether towns got their codes."""
    return made.panel["code"].tolist()[0] == "371721100"  # type: ignore[attr-defined]


ODD = NAMES.assign(town=["大集镇"] * 7 + ["小集乡"])
DECISIONS = "province,town,code,reason\n"

PLACE_NAMES = [
    Case(
        "decide in the file of `decisions`, or say `unmatched: missing` and look at the report",
        {**matched(), "register.csv": ODD},
        (
            {"tables.made.match_names.unmatched": "missing"},
            {
                "tables.made.match_names.decisions": "decisions.csv",
                "decisions.csv": DECISIONS + "山东省,小集乡,371721101,renamed\n",
            },
        ),
        is_matched,
    ),
    Case(
        "did you mean “371721101”?",
        {
            **matched(decisions="decisions.csv"),
            "register.csv": ODD,
            "decisions.csv": DECISIONS + "山东省,小集乡,371721110,renamed\n",
        },
        {"decisions.csv": ("371721110", "371721101")},
        is_matched,
    ),
    Case(
        "take the decision out, or write the names as the table has them",
        {
            **matched(decisions="decisions.csv"),
            "register.csv": ODD,
            "decisions.csv": DECISIONS + "山东,小集乡,371721101,renamed\n",
        },
        {"decisions.csv": ("山东,", "山东省,")},
        is_matched,
    ),
    Case(
        "it is not needed any more; take it out",
        {**matched(decisions="decisions.csv"), "decisions.csv": DECISIONS + "山东省,大集镇,371721100,sure\n"},
        {"decisions.csv": DECISIONS},
        is_matched,
    ),
    Case(
        "give the codes another name with `into`",
        {
            **matched(),
            "register.csv": NAMES.assign(code=1),
            "sources.register.columns.code": {},
        },
        {"tables.made.match_names.into": "town_code"},
        lambda made: made.panel["town_code"].tolist()[0] == "371721100",
    ),
    Case(
        "correct or leave out the rows",
        {**matched(), "places.csv": pd.concat([PLACES, pd.DataFrame({"code": ["371721102"], "sheng": ["山东省"]})])},
        {"places.csv": PLACES},
        is_matched,
    ),
    Case(
        "give the column `type: integer`",
        {
            **matched(valid_from="since", year=2010),
            "places.csv": PLACES.assign(since=2000),
            "sources.places.columns.since": {"type": "text"},
        },
        {"sources.places.columns.since.type": "integer"},
        is_matched,
    ),
    Case(
        "is `year` right?",
        {
            **matched(valid_from="since", year=1910),
            "places.csv": PLACES.assign(since=2000),
            "sources.places.columns.since": {},
        },
        {"tables.made.match_names.year": 2010},
        is_matched,
    ),
]

AREAS = pd.DataFrame({"village": range(1, 9), "area": ["110101"] * 7 + ["110103"], "people": 10})
WALK = pd.DataFrame({"old": ["110103", "110101"], "new": ["110101", ""], "year": ["2010", ""]})
CODES = {"area": {"type": "text"}, "people": {}, "village": {}}


RECODE = {"column": "area", "crosswalk": {"source": "walk", "old": "old", "new": "new", "year": "year"}}
SPAN = {"from": 2005, "to": 2015}


def recoded(crosswalk: object = WALK, areas: pd.DataFrame = AREAS, **changes: object) -> dict[str, object]:
    """Declare a table whose codes are followed to a later year."""
    return {
        **made({"recode": {**RECODE, **SPAN, **changes}}, CODES),
        "register.csv": areas,
        "walk.csv": crosswalk,
        "sources.walk": {
            "path": "walk.csv",
            "key": ["old"],
            "columns": {"old": {"type": "text"}, "new": {"type": "text"}, "year": {}},
        },
    }


def is_recoded(made: object) -> bool:
    """Tell whether the last village has the code of later years."""
    return made.panel["area"].tolist()[-1] in ("110101", "110103")  # type: ignore[attr-defined]


def walk(*rows: tuple[object, object, object]) -> pd.DataFrame:
    """Give a crosswalk."""
    return pd.DataFrame(rows, columns=["old", "new", "year"])


SPLIT = walk(("110103", "110101;110102", "2010"), ("110101", "", ""), ("110102", "", ""))

RECODES = [
    Case(
        "declare `several_successors`: `merge` them into one area, `divide` rows by shares, or `drop` the rows",
        recoded(SPLIT),
        (
            {"tables.made.recode.several_successors": "merge"},
            {"tables.made.recode.several_successors": "drop"},
        ),
    ),
    Case(
        "declare `unknown_codes: keep` or `drop`, or add them to the crosswalk",
        recoded(areas=AREAS.assign(area=["110101"] * 7 + ["999999"]), unknown_codes="fail"),
        (
            {"tables.made.recode.unknown_codes": "keep"},
            {"tables.made.recode.unknown_codes": "drop"},
            {"walk.csv": pd.concat([WALK, walk(("999999", "", ""))])},
        ),
    ),
    Case(
        "the table has 999999; the crosswalk has 110101, 110103: are they of one level?",
        recoded(areas=AREAS.assign(area="999999")),
        {"register.csv": AREAS},
        is_recoded,
    ),
    Case(
        "give the column `type: code` in its source",
        {**recoded(), "sources.register.columns.area": {}},
        {"sources.register.columns.area": {"type": "code", "level": "county"}},
        is_recoded,
    ),
    Case(
        "write `to: 2020`",
        {
            **recoded(areas=AREAS.assign(coded=2020)),
            "tables.made.recode.from": "coded",
            "sources.register.columns.coded": {},
        },
        {"tables.made.recode.to": 2020},
        is_recoded,
    ),
    Case(
        "give the column `type: code` or, with lists, `type: text`",
        {**recoded(), "sources.walk.columns.old": {}},
        (
            {"sources.walk.columns.old": {"type": "code", "level": "county"}},
            {"sources.walk.columns.old": {"type": "text"}},
        ),
        is_recoded,
    ),
    Case(
        "correct the rows, or leave them out in a table of their own",
        {
            **recoded(pd.concat([WALK, walk(("", "110101", 2010))]).assign(line=range(3))),
            "sources.walk.key": ["line"],
            "sources.walk.columns.line": {},
        },
        (
            {"walk.csv": WALK.assign(line=range(2))},
            {
                "tables": {
                    "clean": {"stack": [{"source": "walk"}], "keep": [{"keep": "old == old", "reason": "known"}]},
                    "made": {"stack": [{"source": "register"}], "recode": {**RECODE, **SPAN}},
                },
                "tables.made.recode.crosswalk.source": "clean",
            },
        ),
        is_recoded,
    ),
    Case("correct the row", recoded(WALK.replace("2010", "20105")), {"walk.csv": WALK}, is_recoded),
    Case(
        "correct the row",
        {
            **recoded(WALK.assign(since=[2012, 1990])),
            "sources.walk.columns.since": {},
            "tables.made.recode.crosswalk.since": "since",
        },
        {"walk.csv": WALK.assign(since=[1990, 1990])},
        is_recoded,
    ),
    Case(
        "write codes separated by `;`, such as `130102;130104[2001]`",
        recoded(
            walk(("110103", "110101,110102", "2010"), ("110101", "", ""), ("110102", "", "")), several_successors="drop"
        ),
        {"walk.csv": SPLIT},
    ),
    Case(
        "fill in `year`, or write `110101[year]`",
        recoded(walk(("110103", "110101", ""), ("110101", "", ""))),
        (
            {"walk.csv": WALK},
            {"walk.csv": walk(("110103", "110101[2010]", ""), ("110101", "", ""))},
        ),
        is_recoded,
    ),
    Case(
        "is `new` the column with codes after a change, empty where there was none, and `year` that of its year?",
        recoded(pd.concat([WALK, walk(*((f"2200{number}", f"2200{number}", "") for number in range(10, 40)))])),
        {"walk.csv": pd.concat([WALK, walk(*((f"2200{number}", "", "") for number in range(10, 40)))])},
        is_recoded,
    ),
    Case(
        "correct the rows: a code's new code is the one it has after",
        recoded(walk(("110103", "110101", 2010), ("110101", "110103", 2010))),
        {"walk.csv": WALK},
        is_recoded,
    ),
    Case(
        "give each old and new code a row of its own",
        {
            **recoded(SPLIT.assign(share=[1.0, None, None], line=range(3)), several_successors="divide"),
            "tables.made.group": {"by": ["village"], "columns": {"people": "sum"}},
            "sources.walk.columns.share": {},
            "sources.walk.key": ["line"],
            "sources.walk.columns.line": {},
            "tables.made.recode.crosswalk.share": "share",
        },
        {
            "walk.csv": walk(
                ("110103", "110101", 2010), ("110103", "110102", 2010), ("110101", "x", ""), ("110102", "x", "")
            )
            .assign(share=[0.4, 0.6, None, None], line=range(4))
            .replace("x", "")
        },
    ),
]

CASES: list[Case] = [*STACKS, *GROUPS, *PLACE_NAMES, *RECODES]
