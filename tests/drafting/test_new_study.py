"""Drafts of studies from files of many kinds; each loads, and says what it guessed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.__main__ import main
from ruralpanel.commands.new_study import asked
from ruralpanel.drafting.draft import draft_study
from ruralpanel.drafting.reading import header_position
from ruralpanel.drafting.text import _scalar as written
from ruralpanel.drafting.variables import code_level, missing_numbers, name_from, wave_groups, wide_groups
from ruralpanel.estimation.block import estimate_block
from ruralpanel.frames.ledger import Ledger
from ruralpanel.panel.designation import date_designation
from ruralpanel.sources.table import read_source
from ruralpanel.study.load import load_study
from ruralpanel.study.model import Study
from ruralpanel.study.yaml_file import read_yaml

YEARS = range(2010, 2016)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data/raw/mine").mkdir(parents=True)
    (tmp_path / "config/studies").mkdir(parents=True)
    return tmp_path / "data/raw/mine"


def a_panel(units: int = 30) -> pd.DataFrame:
    drawn = np.random.default_rng(5)
    rows = pd.MultiIndex.from_product([range(units), YEARS], names=["unit", "year"]).to_frame(index=False)
    codes = [f"3707{unit % 3:02d}1002{unit:02d}" for unit in range(units)]
    first = [0 if unit % 2 else 2012 + unit % 3 for unit in range(units)]
    return pd.DataFrame(
        {
            "village": [codes[unit] for unit in rows["unit"]],
            "year": rows["year"],
            "income": np.exp(drawn.normal(9, 0.2, len(rows))).round(1),
            "people": drawn.integers(200, 900, len(rows)),
            "listed": [int(0 < first[unit] <= year) for unit, year in zip(rows["unit"], rows["year"], strict=True)],
        }
    )


def drafted(*files: str, name: str = "mine") -> Study:
    assert main(["new-study", name, *(f"data/raw/mine/{each}" for each in files)]) == 0
    return load_study(name)


@pytest.mark.slow
def test_a_clean_panel_loads_and_can_be_estimated(folder: Path) -> None:
    panel = a_panel()
    panel.to_csv(folder / "panel.csv", index=False)
    study = drafted("panel.csv")
    assert (study.panel.unit, study.panel.period) == ("village", "year")
    assert study.sources["panel"].columns["village"].level == "village"
    assert study.designation["treated_listed"].indicator == "listed"
    assert study.outcomes["income"].transformation == "log"
    assert study.blocks["dynamic"].window == [-4, 3]
    ordered = panel.sort_values(["village", "year"]).reset_index(drop=True)
    ledger = Ledger("panel", "panel", "village", "year")
    dated = date_designation(ordered, "treated_listed", study.designation["treated_listed"], "village", "year", ledger)
    for block in study.blocks:
        assert len(estimate_block(dated, study.equations(block))[0]) > 0


def test_a_yearbook_in_excel_has_its_header_units_missing_words_and_merged_cells(folder: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    rows: list[list[object]] = [["县域经济"], ["注：上一年"], ["年份", "省份", "行政区划", None, "经济"]]
    rows.append([None, None, "代码", "县", "地区生产总值(万元)"])
    for year in YEARS:
        for number in range(4):
            cell = "…" if (year, number) == (2010, 1) else f"{1000 + 37 * number + 11 * (year - 2000) ** 2:,}"
            rows.append([year, "山东省" if number == 0 else None, f"37010{number}", f"县{number}", cell])
    for row in rows:
        sheet.append(row)
    book.save(folder / "yearbook.xlsx")
    source = drafted("yearbook.xlsx").sources["yearbook"]
    assert (source.header_row, source.header_height, source.key) == (3, 2, ["county", "year"])
    assert source.fill_down == ["province_name"]
    assert (source.columns["output"].scale, source.columns["output"].unit) == (10000, "yuan")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("written", "frequency", "span"),
    [
        (lambda at: f"{2013 + (at + 3) // 4}年{(at + 3) % 4 + 1}季度", "quarter", "2013Q4 to 2015Q1"),
        (lambda at: 201401 + at, "month", "2014-01 to 2014-06"),
        (lambda at: f"{2010 + at}年", "year", "2010 to 2015"),
        (lambda at: str((pd.Timestamp("2014-04-01") + pd.DateOffset(months=3 * at)).date()), "quarter", "2014Q2 to"),
        (lambda at: str(pd.Timestamp("2014-04-05") + pd.Timedelta(days=at)), "day", "2014-04-05 to 2014-04-10"),
    ],
)
def test_periods_other_than_years_are_recognised_with_their_frequency(
    folder: Path, written: Callable[[int], object], frequency: str, span: str
) -> None:
    panel = a_panel().rename(columns={"year": "month"})
    panel.assign(month=(panel["month"] - 2010).map(written)).to_csv(folder / "panel.csv", index=False)
    study = drafted("panel.csv")
    assert (study.panel.period, study.panel.frequency) == ("month", frequency)
    text = Path("config/studies/mine.yaml").read_text(encoding="utf-8")
    assert span in text
    assert f"frequency: {frequency} # guessed: as `month` has them" in text


def test_an_opening_that_is_a_date_is_the_year_it_lies_in(folder: Path) -> None:
    panel = a_panel()
    opened = {village: f"2013-0{1 + at % 9}-15" for at, village in enumerate(panel["village"].unique()) if at % 2}
    panel.assign(first_opened=panel["village"].map(opened)).to_csv(folder / "panel.csv", index=False)
    study = drafted("panel.csv")
    assert study.sources["panel"].columns["first_opened"].frequency == "year"
    assert study.panel.frequency is None
    assert study.designation["treated_first_opened"].cohort == "first_opened"
    assert "read as the year it lies in" in Path("config/studies/mine.yaml").read_text(encoding="utf-8")


def test_gb18030_and_wide_columns_are_read(folder: Path) -> None:
    codes = [f"3707011002{number:02d}" for number in range(10)]
    lines = ["村代码," + ",".join(f"{year}年外出人数（人）" for year in YEARS)]
    lines += [
        f"{code}," + ",".join(str(100 + at * step) for step in range(len(YEARS))) for at, code in enumerate(codes, 1)
    ]
    (folder / "away.csv").write_bytes("\n".join(lines).encode("gb18030"))
    study = drafted("away.csv")
    source = study.sources["away"]
    assert (source.key, source.wide_into) == (["village", "year"], "year")
    assert source.columns["away"].unit == "persons"
    assert list(study.outcomes) == ["away"]


def test_labels_of_a_stata_file_are_used_and_its_negative_codes_are_missing(folder: Path) -> None:
    panel = a_panel().drop(columns="listed").assign(road=lambda table: table["village"].str[-1].astype(int) % 2 + 1)
    panel.loc[3:5, "people"] = -8
    panel.to_stata(
        folder / "form.dta",
        write_index=False,
        value_labels={"road": {1: "paved", 2: "earth"}},
        variable_labels={"people": "Residents"},
    )
    source = drafted("form.dta").sources["form"]
    assert source.columns["road"].value_labels
    assert source.columns["people"].missing_codes == [-8]
    assert source.columns["people"].label == "Residents"


@pytest.mark.slow
def test_files_are_joined_by_the_same_values_under_other_names(folder: Path) -> None:
    panel = a_panel()
    panel.drop(columns="listed").to_csv(folder / "panel.csv", index=False)
    places = panel[["village"]].drop_duplicates().assign(area=range(30)).rename(columns={"village": "村代码"})
    places.to_csv(folder / "places.csv", index=False)
    counties = pd.DataFrame({"县代码": ["370700", "370701", "370702"], "rivers": [1.5, 2.5, 0.5]})
    counties.to_csv(folder / "counties.csv", index=False)
    panel.loc[panel["listed"] == 1, ["village", "year"]].to_csv(folder / "lists.csv", index=False)
    study = drafted("panel.csv", "places.csv", "counties.csv", "lists.csv")
    assert {join.source: join.on for join in study.panel.joins} == {"places": ["village"], "counties": ["county"]}
    listed = study.designation["lists_listed"].listed
    assert listed is not None and (listed.source, listed.year) == ("lists", "year")


def test_what_is_not_guessed_is_said_on_the_screen_and_in_the_file(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a_panel().drop(columns="listed").to_csv(folder / "panel.csv", index=False)
    (folder / "other.csv").write_text("x,y\n1.5,2\n1.5,2\n")
    drafted("panel.csv", "other.csv")
    printed = capsys.readouterr().out
    assert "not guessed: no treatment was found" in printed
    assert "other.csv is left out: no columns were found that tell its rows apart" in printed
    assert "# no treatment was found" in Path("config/studies/mine.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["Mine", "data/raw/mine/panel.csv"], "'Mine' cannot be a study's name"),
        (["mine", "data/raw/mine/panl.csv"], "did you mean “panel.csv”?"),
        (["mine", "data/raw/mine/notes.doc"], "its ending tells no format that can be read"),
        (["mine", "data/raw/mine/flat.csv"], "no file has a column that identifies units and one that says when"),
        (["there", "data/raw/mine/panel.csv"], "there is a study `there` already"),
    ],
)
def test_mistakes_are_told_in_words(
    folder: Path, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    a_panel().to_csv(folder / "panel.csv", index=False)
    (folder / "notes.doc").write_text("x")
    (folder / "flat.csv").write_text("place,area\na,1.5\nb,2.5\n")
    Path("config/studies/there.yaml").write_text("kept")
    assert main(["new-study", *arguments]) == 1
    assert told in capsys.readouterr().err
    assert Path("config/studies/there.yaml").read_text() == "kept"
    assert not Path("config/studies/mine.yaml").exists()


def of_firms() -> pd.DataFrame:
    """Firms over three years, with dummies of years, a grant in one year, and changes, as textbooks have them."""
    drawn = np.random.default_rng(4)
    rows = pd.MultiIndex.from_product([range(30), [1987, 1988, 1989]], names=["firm", "year"]).to_frame(index=False)
    grant = ((rows["firm"] % 3 == 1) & (rows["year"] == 1988)).astype(int)
    return pd.DataFrame(
        {
            "year": rows["year"],
            "fcode": 410032 + 37 * rows["firm"],
            "scrap": drawn.uniform(0.1, 9, len(rows)).round(2),
            "grant": grant,
            "union": rows["firm"] % 2,
            "d88": (rows["year"] == 1988).astype(int),
            "d89": (rows["year"] == 1989).astype(int),
            "cgrant": grant.groupby(rows["firm"]).diff(),
        }
    )


def test_dummies_of_years_and_groups_are_no_treatments_and_firms_no_counties(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    of_firms().to_csv(folder / "firms.csv", index=False)
    study = drafted("firms.csv")
    assert list(study.designation) == ["treated_grant"]
    assert study.designation["treated_grant"].indicator == "grant"
    assert (study.panel.unit, study.sources["firms"].columns["cgrant"].missing_codes) == ("fcode", [])
    printed = capsys.readouterr().out
    assert "0 or 1 in all units of a year alike: d88, d89" in printed
    assert "they never change within fcode: union" in printed


@pytest.mark.slow
@pytest.mark.parametrize("others", [{}, {"codes.csv": "x,y\n1.5,2\n1.5,2\n", "read.me": "hello"}])
def test_what_is_in_a_zip_file_is_drafted(
    folder: Path, others: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with ZipFile(folder / "data.zip", "w") as archive:
        archive.writestr("inner/panel.csv", a_panel().to_csv(index=False))
        for name, text in others.items():
            archive.writestr(name, text)
    study = drafted("data.zip")
    assert (study.sources["panel"].path, study.sources["panel"].member) == ("data/raw/mine/data.zip", "inner/panel.csv")
    printed = capsys.readouterr().out
    assert ("also holds read.me, of no format" in printed) == bool(others)
    assert ("codes.csv in data/raw/mine/data.zip is left out" in printed) == bool(others)


def test_a_zip_file_with_nothing_to_read_says_what_is_in_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with ZipFile(folder / "data.zip", "w") as archive:
        archive.writestr("notes.doc", "x")
    (folder / "broken.zip").write_bytes(b"no zip")
    assert main(["new-study", "mine", "data/raw/mine/data.zip", "data/raw/mine/broken.zip"]) == 1
    said = capsys.readouterr().err
    assert "holds notes.doc, and no file of a format that can be read" in said
    assert "cannot be read as a zip file" in said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("table", "told"),
    [
        (
            {"year": [2010, 2010, 2011] * 4, "income": [1.5, 2.5, 1.5] * 4, "school": [1, 2, 1] * 4},
            "rows whose key is missing or repeats: school (12 of 12), school and year (12 of 12)",
        ),
        (
            {"firm": [1] * 4 + [2] * 4, "year": [2014, 2014, 2015, 2015] * 2, "quarter": [1, 2] * 4},
            "firm and year and quarter (0 of 8)",
        ),
        (
            {"person": range(20), "year": [2010, 2011] * 10, "income": np.linspace(1.1, 9.7, 20)},
            "person tells its rows apart and recurs in no other year, so that no unit is followed",
        ),
        ({"place": ["a", "b"] * 4, "area": [1.5, 2.5] * 4}, "place (8 of 8); no column says when"),
    ],
)
def test_what_was_tried_is_said_where_no_columns_identify_units(
    folder: Path, table: dict[str, object], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pd.DataFrame(table).to_csv(folder / "flat.csv", index=False)
    assert main(["new-study", "mine", "data/raw/mine/flat.csv"]) == 1
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("names", [["85", "86", "87"], ["_t0", "_t1"]])
def test_waves_side_by_side_become_rows(folder: Path, names: list[str]) -> None:
    drawn = np.random.default_rng(3)
    wide = pd.DataFrame({"id": range(40)} | {f"inc{name}": drawn.normal(size=40).round(3) for name in names})
    wide["grew"] = drawn.normal(size=40).round(3)
    wide.to_csv(folder / "wide.csv", index=False)
    study = drafted("wide.csv")
    assert (study.panel.unit, study.panel.period, list(study.outcomes)) == ("id", "wave", ["inc"])
    assert len(read_source("wide", study.sources["wide"], folder / "wide.csv").table) == 40 * len(names)


def test_questions_are_put_until_the_answer_is_one_of_the_choices(folder: Path) -> None:
    a_panel().to_csv(folder / "panel.csv", index=False)
    answers = iter(["peple", "people"])
    put: list[str] = []
    draft = asked(draft_study(["data/raw/mine/panel.csv"], Path()), lambda text: put.append(text) or next(answers))
    assert next(iter(draft.outcomes)) == "people"
    assert "did you mean “people”?" in put[1]


@pytest.mark.slow
def test_the_order_of_rows_makes_no_difference(folder: Path) -> None:
    a_panel().to_csv(folder / "panel.csv", index=False)
    drafted("panel.csv")
    first = Path("config/studies/mine.yaml").read_text(encoding="utf-8")
    a_panel().sample(frac=1, random_state=3).to_csv(folder / "panel.csv", index=False)
    assert main(["new-study", "mine", "data/raw/mine/panel.csv", "--overwrite"]) == 0
    assert Path("config/studies/mine.yaml").read_text(encoding="utf-8") == first


def test_headers_over_several_rows_are_told_from_titles_and_data() -> None:
    assert header_position([["a", "b"], ["x", 1], ["y", 2]]) == (0, 1)
    assert header_position([["t", None, None], ["a", None, "b"], ["a1", "a2", None], ["x", 1, 2]]) == (1, 2)
    assert header_position([["place", 2010, 2011, 2012], ["x", 1, 2, 3]]) == (0, 1)
    assert header_position([["a", "b"], ["x", "y"]]) == (0, 1)


def test_parts_of_a_guess() -> None:
    assert wide_groups(["a_1982", "b_1983", "c2010", "c2011", "c2012"]) == {"c{}": ["c2010", "c2011", "c2012"]}
    assert missing_numbers(pd.Series([1.0, 2, 3, -9, -8])) == [-9, -8]
    assert missing_numbers(pd.Series([1.0, -2, 3, -9.5])) == []
    assert missing_numbers(pd.Series([5.0, 9, 999, 999, 999])) == [999]
    assert missing_numbers(pd.Series([500.0, 900, 999, 999, 999])) == []
    assert missing_numbers(pd.Series([-1.0, 0, 0, 0, 1])) == []  # the change of a 0/1 column
    assert missing_numbers(pd.Series([-1.0, 0, 1200, 800, 950])) == [-1]
    assert wave_groups(["inc85", "inc86", "inc87", "q1", "q2", "q3"]) == {"inc{}": ["inc85", "inc86", "inc87"]}
    assert wave_groups(["inc_t0", "inc_t1", "inc_t", "x1", "x2"]) == {"inc_t{}": ["inc_t0", "inc_t1"]}
    assert code_level("code", pd.Series([410032 + 157 * each for each in range(60)])) is None  # prefectures up to 94
    assert code_level("fcode", pd.Series([410101, 410102])) is None
    assert code_level("企业代码", pd.Series([410101, 410102])) is None
    assert code_level("yield", pd.Series([370701, 370702])) is None
    assert code_level("县代码", pd.Series([370701, 370702])) == "county"
    assert name_from("农村居民人均可支配收入") == "rural_per_head_disposable_income"
    assert name_from("2010 share") == "of_2010_share"


@given(st.text(min_size=1, max_size=30))
def test_any_text_comes_back_from_the_file_as_it_was(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("yaml") / "text.yaml"
    path.write_text(f"key: {written(text)}\n", encoding="utf-8")
    assert read_yaml(path).data == {"key": text}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("village,year,a\n" + "3.71721E+11,2010,1\n3.71721E+11,2010,2\n" * 3, "has rounded codes: their last digits"),
        ("village;year;a\n1;2010;95,7\n1;2011;76,6\n", 'give the source `decimal`: "," where'),
        ("area,a\nx,1.5\nx,2.5\nx,1.5\nx,2.5\nnote,\n", "row 6 may be of units, totals or notes, which `drop_rows`"),
    ],
)
def test_a_file_that_cannot_be_read_as_it_stands_is_left_out_with_what_to_do(
    folder: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    (folder / "panel.csv").write_text(text, encoding="utf-8")
    assert main(["new-study", "mine", "data/raw/mine/panel.csv"]) == 1
    assert said in capsys.readouterr().err
