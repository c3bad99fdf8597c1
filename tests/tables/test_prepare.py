from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ruralpanel.errors import DataError
from ruralpanel.panel.build import build_panel
from ruralpanel.report.page import ledger_parts
from ruralpanel.sources.table import read_source
from ruralpanel.study.model import Study
from ruralpanel.study.panel import Panel
from ruralpanel.study.tables import Table
from ruralpanel.tables.prepare import PreparedTable, prepare_table
from tests.study.conftest import Repository

OLD = pd.DataFrame({"county": ["372922", "371702"], "residents": [10, 20], "area": [1.0, 2.0]})
NEW = pd.DataFrame({"county": ["371721", "371702"], "residents": [11, 22]})


def prepare(declared: dict[str, Any], key: list[str] | None = None, **tables: pd.DataFrame) -> PreparedTable:
    return prepare_table("census", Table.model_validate(declared), tables, key or ["county"])


def complaint(declared: dict[str, Any], key: list[str] | None = None, **tables: pd.DataFrame) -> str:
    with pytest.raises(DataError) as raised:
        prepare(declared, key, **tables)
    return str(raised.value)


STACK = {"stack": [{"source": "old", "add": {"year": 2010}}, {"source": "new", "add": {"year": 2020}}]}


def test_sources_are_stacked_with_what_is_added_to_each() -> None:
    table, ledger, recode, names = prepare(STACK, ["county", "year"], old=OLD.drop(columns="area"), new=NEW)
    assert table.values.tolist() == [
        ["371702", 20, 2010],
        ["371702", 22, 2020],
        ["371721", 11, 2020],
        ["372922", 10, 2010],
    ]
    assert [(line.step, line.rows_in, line.rows_out) for line in ledger.lines] == [("stack", 4, 4)]
    assert recode.empty
    assert names.empty


def test_a_column_that_one_source_lacks_is_an_error_or_missing() -> None:
    assert "`area` is not a column of new" in complaint(STACK, ["county", "year"], old=OLD, new=NEW)
    table, ledger, _, _ = prepare({**STACK, "missing_columns": "fill"}, ["county", "year"], old=OLD, new=NEW)
    assert table["area"].isna().tolist() == [False, True, True, False]
    assert ledger.lines[0].reason == "old: 2 rows; new: 2 rows, without area"


def test_a_column_of_two_types_is_an_error() -> None:
    numbers = NEW.assign(county=[371721, 371702])
    message = complaint(STACK, ["county", "year"], old=OLD.drop(columns="area"), new=numbers)
    assert "`county` holds numbers in new and text in old" in message


def test_columns_are_derived_and_rows_kept_in_order() -> None:
    declared = {
        "stack": "old",
        "derived": {"density": "residents / area", "dense": "density >= 10"},
        "keep": [{"keep": "density > 0", "reason": "with people"}, {"keep": "residents < 20", "reason": "small"}],
    }
    table, ledger, _, _ = prepare(declared, old=OLD)
    assert table[["county", "density", "dense"]].values.tolist() == [["372922", 10.0, 1.0]]
    assert [line.rows_out for line in ledger.lines] == [2, 2, 2, 2, 1]
    assert ledger.lines[-1].reason == "small"


def test_mistakes_of_a_table_are_told_under_its_name() -> None:
    assert "table census: no row is left after `keep: residents > 99`" in complaint(
        {"stack": "old", "keep": [{"keep": "residents > 99", "reason": "large"}]}, old=OLD
    )
    assert "table census: `county + 1` cannot be computed" in complaint(
        {"stack": "old", "derived": {"next": "county + 1"}}, old=OLD
    )
    message = complaint({"stack": ["old", "new"], "missing_columns": "fill"}, old=OLD, new=NEW)
    assert "table census: rows share a key (county): 371702 in rows 2, 4" in message
    assert "put rows together: `group: {by: [county], columns: …}`" in message


def test_divided_areas_keep_the_national_total() -> None:
    pairs = pd.DataFrame({"old": ["A", "A"], "new": ["B", "C"], "year": [2015, 2015], "share": [0.3, 0.7]})
    census = pd.DataFrame({"county": ["A", "B"], "residents": [100, 50], "schooling": [8.0, 6.0], "ones": [1, 1]})
    declared = {
        "stack": "census",
        "recode": {
            "column": "county",
            "crosswalk": {"source": "pairs", "old": "old", "new": "new", "year": "year", "share": "share"},
            "from": 2010,
            "to": 2020,
            "several_successors": "divide",
        },
        "group": {
            "by": ["county"],
            "columns": {
                "residents": "sum",
                "schooling": {"take": "mean", "weights": "residents"},
                "counties": {"take": "sum", "of": "ones"},
            },
        },
    }
    table = prepare(declared, census=census, pairs=pairs).table
    assert table["county"].tolist() == ["B", "C"]
    assert table["residents"].tolist() == pytest.approx([80, 70])
    assert table["schooling"].tolist() == pytest.approx([(30 * 8 + 50 * 6) / 80, 8])
    assert table["counties"].tolist() == pytest.approx([1.3, 0.7])


CENSUS_2010 = """code,total,years
371702000000,1346717,7.9
371727000000,567701,7.5
130402000000,439404,10.4
130421000000,462046,8.2
999999000000,5,1
"""
CENSUS_2020 = """code,total,years
371702,1400000,8.9
371703,560000,8.5
130402,500000,11
130403,600000,10
"""
AREA_CODES = """\ufeff代码,名称,启用时间,变更/弃用时间,新代码
130402,邯山区,1983,,
130403,丛台区,1983,,
130421,邯郸县,1983,2016,130404[2014];130402;130403
371702,牡丹区,2000,,
371703,定陶区,2016,,
371727,定陶县,2000,2016,371703
"""
LISTS = """year,village,code
2020,a,371703001001
2020,b,371703001002
2020,c,130403001001
"""


def county_study(repository: Repository) -> Study:
    """Declare two censuses that are stacked and recoded, and a list that is counted by county."""
    files = {"old": CENSUS_2010, "new": CENSUS_2020, "codes": AREA_CODES, "lists": LISTS}
    for name, text in files.items():
        (repository.root / f"{name}.csv").write_text(text, encoding="utf-8")
    county = {"from": "code", "type": "code", "level": "county"}
    columns = {
        "county": county,
        "residents": {"from": "total", "unit": "persons", "label": "Residents"},
        "schooling": "years",
    }
    codes = {
        "code": {"from": "代码", "type": "code", "level": "county"},
        "name": "名称",
        "started": "启用时间",
        "changed": "变更/弃用时间",
        "successors": {"from": "新代码", "type": "text"},
    }
    crosswalk = {"source": "codes", "old": "code", "new": "successors", "year": "changed", "since": "started"}
    recode = {"column": "county", "crosswalk": crosswalk, "to": 2020, "several_successors": "merge"}
    recode["constant_since"] = 2010
    repository.study["sources"] = {
        "old": {"path": "old.csv", "key": ["county"], "columns": columns},
        "new": {"path": "new.csv", "key": ["county"], "columns": columns},
        "codes": {"path": "codes.csv", "key": ["code", "started"], "columns": codes},
        "lists": {
            "path": "lists.csv",
            "key": ["village", "year"],
            "columns": {"year": None, "village": None, "county": county, "town": {**county, "level": "township"}},
        },
    }
    repository.study["tables"] = {
        "census": {
            "stack": [{"source": "old", "add": {"year": 2010}}, {"source": "new", "add": {"year": 2020}}],
            "keep": [{"keep": "county != '999999'", "reason": "no county"}],
            "recode": {**recode, "from": "year"},
            "group": {
                "by": ["county", "year"],
                "columns": {"residents": "sum", "schooling": {"take": "mean", "weights": "residents"}},
            },
        },
        "listed": {
            "stack": "lists",
            "recode": {**recode, "from": "year"},
            "group": {"by": ["county", "year"], "columns": {"listed_villages": {"take": "count", "label": "Villages"}}},
        },
    }
    join = {"source": "listed", "on": ["county", "year"], "unmatched": "zero"}
    repository.study["panel"] = {"unit": "county", "period": "year", "base": "census", "joins": [join]}
    del repository.study["designation"]
    repository.study["outcomes"] = {"residents": {"label": "Residents"}}
    repository.study["blocks"]["main"].update(
        outcomes=["residents"], estimators=["two_way_fixed_effects"], regressors=["listed_villages"]
    )
    return repository.load()


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


@pytest.mark.slow
def test_a_panel_of_counties_of_constant_boundaries(repository: Repository) -> None:
    study = county_study(repository)
    tables = {
        name: read_source(name, source, repository.root / str(source.path)).table
        for name, source in study.sources.items()
    }
    made = {}
    for name, declared in study.tables.items():
        made[name] = prepare_table(name, declared, tables, study.shapes[name].key)
        tables[name] = made[name].table
    assert study.read_by_panel == ["census", "listed"]
    used = {name: tables[name] for name in study.read_by_panel}
    panel = build_panel(used, study.panel, study.base, study.designation).panel
    assert list(panel.columns) == study.panel_columns()
    assert panel.drop(columns="schooling").values.tolist() == [
        ["130402", 2010, 439404 + 462046, 0],
        ["130402", 2020, 500000 + 600000, 1],
        ["371702", 2010, 1346717, 0],
        ["371702", 2020, 1400000, 0],
        ["371703", 2010, 567701, 0],
        ["371703", 2020, 560000, 2],
    ]
    schooling = panel.set_index(["county", "year"])["schooling"]
    assert schooling["130402", 2010] == pytest.approx((439404 * 10.4 + 462046 * 8.2) / (439404 + 462046))
    parts = ledger_parts(made["census"].ledger.frame(), {})
    assert [part["title"] for part in parts] == ["Table census: 9 → 6 rows"]
    origin = study.column_origins()["residents"]
    assert (origin.label, origin.unit) == ("Residents", "persons")
    assert origin.origin == "table census (old, new): old: total; new: total"
    assert origin.transformation == "sum by county, year"
    assert study.column_origins()["county"].transformation == "recoded to 2020 by codes, split areas merged"
    assert study.labels() == {"residents": "Residents", "listed_villages": "Villages"}


def test_a_table_can_be_made_of_a_table_and_be_read_beside_the_panel() -> None:
    panel = Panel.model_validate(
        {
            "unit": "county",
            "period": "year",
            "places": {"latitude": "north", "longitude": "east", "distance_to": {"city": {"points": "cities"}}},
        }
    )
    towns = pd.DataFrame({"town": ["a", "b"], "north": [35.0, 36.0], "east": [115.0, 115.0], "size": [10, 900]})
    large = {"stack": "towns", "keep": [{"keep": "size > 100", "reason": "cities"}]}
    cities = prepare_table("cities", Table.model_validate(large), {"towns": towns}, ["town"]).table
    counties = pd.DataFrame({"county": ["x"], "year": [2010], "north": [35.0], "east": [115.0]})
    built = build_panel({"counties": counties, "cities": cities}, panel, "counties", {})
    assert built.panel["city"].tolist() == pytest.approx([111.195], abs=0.01)  # one degree of latitude


def test_names_get_codes_before_codes_are_recoded_and_rows_counted() -> None:
    gazetteer = pd.DataFrame({"code": ["371727", "371721"], "province": "山东省", "county": ["定陶县", "曹县"]})
    changes = pd.DataFrame({"code": ["371727"], "successors": ["371703"], "changed": [2016]})
    listed = pd.DataFrame({"id": range(3), "province": "山东", "county": ["定陶县", "曹县", "曹县"]})
    declared = {
        "stack": "listed",
        "match_names": {
            "gazetteer": "gazetteer",
            "code": "code",
            "into": "area",
            "levels": [
                {"column": "province", "gazetteer": "province"},
                {"column": "county", "gazetteer": "county"},
            ],
        },
        "recode": {
            "column": "area",
            "crosswalk": {"source": "changes", "old": "code", "new": "successors", "year": "changed"},
            "from": 2015,
            "to": 2016,
        },
        "group": {"by": ["area"], "columns": {"villages": "count"}},
    }
    made = prepare_table(
        "t", Table.model_validate(declared), {"listed": listed, "gazetteer": gazetteer, "changes": changes}, ["area"]
    )
    assert made.table.to_dict("records") == [{"area": "371703", "villages": 1}, {"area": "371721", "villages": 2}]
    assert made.names["method"].tolist() == ["normalised", "normalised"]
    assert made.names["line"].tolist() == [1, 2]
