from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.archive.drawn_values import ENOUGH, draw, margin_of, text_like, text_of
from ruralpanel.archive.raw_sheets import Sheet, read_sheet, write_sheet
from ruralpanel.archive.twins import Twin, synthetic_twins
from ruralpanel.panel.build import build_panel
from ruralpanel.sources.table import read_source
from ruralpanel.study.designation import Designation
from ruralpanel.study.load import load_study
from ruralpanel.study.model import Study
from ruralpanel.study.sources import Source
from tests.archive.small_study import write_small_study
from tests.conftest import ROOT, shipped_study

RESTRICTED = ["survey", "register"]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    write_small_study(folder)
    return folder


@pytest.fixture(scope="module")
def study(root: Path) -> Study:
    return load_study("small", root)


@pytest.fixture(scope="module")
def sheets(study: Study, root: Path) -> dict[str, Sheet]:
    return {name: read_sheet(source, root / str(source.path)) for name, source in study.sources.items()}


@pytest.fixture(scope="module")
def twins(study: Study, sheets: dict[str, Sheet]) -> dict[str, Twin]:
    return synthetic_twins(study, sheets, RESTRICTED)


@pytest.fixture(scope="module")
def read_back(
    study: Study, root: Path, twins: dict[str, Twin], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, pd.DataFrame]:
    """The twins, written in the format of the originals and read by the sources stage."""
    folder, tables = tmp_path_factory.mktemp("twins"), {}
    for name, twin in twins.items():
        source = study.sources[name]
        write_sheet(source, twin.sheet, twin.cells, root / str(source.path), folder / Path(str(source.path)).name)
        tables[name], _, quarantine = read_source(name, source, folder / Path(str(source.path)).name, None)
        assert quarantine.empty
    return tables


def real_table(name: str, study: Study, root: Path) -> pd.DataFrame:
    return read_source(name, study.sources[name], root / str(study.sources[name].path), None)[0]


@pytest.mark.slow
def test_a_twin_has_the_columns_types_and_rows_of_its_original(
    study: Study, root: Path, read_back: dict[str, pd.DataFrame]
) -> None:
    for name in RESTRICTED:
        real = real_table(name, study, root)
        assert list(read_back[name].columns) == list(real.columns)
        assert dict(read_back[name].dtypes) == dict(real.dtypes)
        assert len(read_back[name]) == len(real)
        assert not read_back[name].duplicated(study.sources[name].key).any()


def test_a_twin_has_missing_values_about_as_often(study: Study, root: Path, read_back: dict[str, pd.DataFrame]) -> None:
    real, twin = real_table("survey", study, root), read_back["survey"]
    assert real["income"].isna().sum() == 40
    # 40 of 480 with independent draws: four standard deviations are 24.
    assert abs(twin["income"].isna().sum() - 40) <= 24


def test_the_outline_of_a_margin_is_kept(study: Study, root: Path, read_back: dict[str, pd.DataFrame]) -> None:
    real, twin = real_table("survey", study, root)["income"], read_back["survey"]["income"]
    for share in (0.25, 0.5, 0.75):
        assert twin.quantile(share) == pytest.approx(real.quantile(share), rel=0.12)
    assert real.min() < twin.min() and twin.max() < real.max()  # the ends are means of several rows


def test_no_value_that_few_rows_have_is_copied(twins: dict[str, Twin], sheets: dict[str, Sheet]) -> None:
    real = sheets["survey"].raw.values
    twin = twins["survey"].cells
    for position, column in enumerate(real.columns):
        counts = real[column].map(text_of).value_counts()
        rare = set(counts[counts < ENOUGH].index)
        shared = rare & {text_of(value) for value in twin[position]}
        if column == "income":  # two decimals: a few of 400 draws meet a real one by chance
            assert len(shared) <= 5
        elif column == "code":  # of villages that the public gazetteer has too, which one it is tells nothing
            assert shared <= set(sheets["gazetteer"].raw.values["code"])
        else:
            assert not shared, column


def test_a_column_constant_within_villages_stays_so(read_back: dict[str, pd.DataFrame]) -> None:
    villages = read_back["survey"].groupby("village")
    assert villages["road"].nunique(dropna=False).max() == 1
    assert villages["first_year"].nunique(dropna=False).max() == 1
    assert set(read_back["survey"]["first_year"].dropna()) == {0, 2013, 2015}


def test_keys_are_other_keys_and_join_as_before(study: Study, root: Path, read_back: dict[str, pd.DataFrame]) -> None:
    real = real_table("survey", study, root)
    gazetteer = real_table("gazetteer", study, root)
    assert set(read_back["survey"]["village"]) == set(read_back["register"]["village"])
    assert set(read_back["survey"]["village"]) <= set(gazetteer["village"])
    assert read_back["survey"]["village"].nunique() == real["village"].nunique()
    # 60 drawn of 100 without regard to which are real: 36 on average.
    assert len(set(read_back["survey"]["village"]) & set(real["village"])) < 55


def test_keys_of_restricted_files_alone_are_made_up(study: Study, sheets: dict[str, Sheet]) -> None:
    alone = {name: sheet for name, sheet in sheets.items() if name != "gazetteer"}
    without = study.model_copy(update={"sources": {name: study.sources[name] for name in RESTRICTED}})
    twins = synthetic_twins(without, alone, RESTRICTED)
    real = set(sheets["survey"].raw.values["code"])
    made = {text_of(value) for value in twins["survey"].cells[0]}
    assert not made & real
    assert made == {text_of(value) for value in twins["register"].cells[0]}
    assert {len(code) for code in made} == {12}
    # Villages of one county stay villages of one county.
    assert len({code[:6] for code in made}) == len({code[:6] for code in real})


def test_the_same_files_give_the_same_twins_in_any_order(
    study: Study, sheets: dict[str, Sheet], twins: dict[str, Twin]
) -> None:
    again = synthetic_twins(study, dict(reversed(sheets.items())), list(reversed(RESTRICTED)))
    for name in RESTRICTED:
        pd.testing.assert_frame_equal(again[name].cells, twins[name].cells)


@pytest.mark.slow
def test_every_format_of_the_default_study_is_read_back(tmp_path: Path) -> None:
    default = shipped_study("taobao_villages")
    small = ["village_proxies", "yearbook", "stations", "large_cities"]
    chosen = {name: default.sources[name] for name in small}
    sheets = {name: read_sheet(source, ROOT / str(source.path)) for name, source in chosen.items()}
    twins = synthetic_twins(default.model_copy(update={"sources": chosen, "tables": {}}), sheets, small)
    for name, source in chosen.items():
        target = tmp_path / Path(str(source.path)).name
        write_sheet(source, twins[name].sheet, twins[name].cells, ROOT / str(source.path), target)
        table, _, quarantine = read_source(name, source.model_copy(update={"checks": []}), target, None)
        real, _, _ = read_source(name, source, ROOT / str(source.path), None)
        assert len(table) == len(real), name
        assert dict(table.dtypes) == dict(real.dtypes), name
        assert quarantine.empty, name


@given(st.lists(st.sampled_from(["1", "2.5", "-9", "", "x", "rare"]), min_size=1, max_size=60), st.integers(0, 99))
def test_text_of_few_rows_is_never_drawn(values: list[str], seed: int) -> None:
    margin = margin_of(values, [-9])
    rare = {value for value in values if values.count(value) < ENOUGH and value in ("-9", "x", "rare")}
    assert not rare & set(map(text_of, draw(margin, 50, np.random.default_rng(seed))))


@given(st.text(alphabet="aZ5-村甲市", min_size=1, max_size=12), st.integers(0, 99))
def test_made_up_text_has_the_shape_of_its_model(text: str, seed: int) -> None:
    made = text_like(text, np.random.default_rng(seed))
    assert made is not None and len(made) == len(text)
    for old, new in zip(text, made, strict=True):
        assert (old.isdigit(), old.isupper(), old.isascii()) == (new.isdigit(), new.isupper(), new.isascii())


def test_made_up_text_fits_a_form() -> None:
    made = text_like("2016-03", np.random.default_rng(1), "20[0-9]{2}-(0[1-9]|1[0-2])")
    assert made is not None and made[:2] == "20" and 1 <= int(made[5:]) <= 12
    assert text_like("abc", np.random.default_rng(1), "[0-9]+") is None


@given(st.lists(st.floats(0.001, 1e6, allow_nan=False), min_size=1, max_size=ENOUGH - 1))
def test_of_few_numbers_only_their_size_is_told(numbers: list[float]) -> None:
    (knot,) = margin_of([f"{number:.6f}" for number in numbers], []).knots
    assert knot == float(f"{knot:.0e}")


def test_labels_of_rare_values_are_left_out(tmp_path: Path) -> None:
    import pyreadstat

    source = Source.model_validate({"path": "a.dta", "key": ["id"], "columns": {"id": {}, "who": {}}})
    table = pd.DataFrame({"id": range(31), "who": [1.0] * 30 + [2.0]})
    labels = {"who": {1: "somebody", 2: "A. Name"}}
    pyreadstat.write_dta(table, str(tmp_path / "a.dta"), variable_value_labels=labels)
    sheet = read_sheet(source, tmp_path / "a.dta")
    cells = pd.DataFrame({0: range(31), 1: [1.0] * 31}, dtype=object)
    write_sheet(source, sheet, cells, tmp_path / "a.dta", tmp_path / "twin.dta")
    _, meta = pyreadstat.read_dta(str(tmp_path / "twin.dta"))
    assert meta.variable_value_labels == {"who": {1: "somebody"}}
    assert b"A. Name" not in (tmp_path / "twin.dta").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("dated", [{"indicator": "grant"}, {"intensity": "dose"}, {"cohort": "first"}])
def test_what_is_one_number_a_village_is_so_in_the_twin(tmp_path: Path, dated: dict[str, str]) -> None:
    """Else nobody could run a study of households in treated villages on its twins."""
    random = np.random.default_rng(3)
    rows = [(village, year) for village in range(12) for year in range(2010, 2016) for _ in range(5)]
    frame = pd.DataFrame(rows, columns=["village", "year"]).assign(household=lambda frame: 1000 + np.arange(len(frame)))
    frame["first"] = frame["village"].map(dict.fromkeys(range(6), 2012) | dict.fromkeys(range(6, 9), 2014))
    frame["grant"] = (frame["year"] >= frame["first"]).astype(int)
    frame["dose"] = (frame["grant"] * (0.1 + frame["village"] / 20 + (frame["year"] - 2010) / 100)).round(3)
    frame["income"] = random.normal(size=len(frame)).round(2)
    frame["village"] = "v" + frame["village"].astype(str)
    frame.to_csv(tmp_path / "survey.csv", index=False)
    columns = {name: {"type": "text"} if name == "village" else {} for name in frame}
    source = {"path": "survey.csv", "key": ["household", "year"], "columns": columns}
    declared = Designation.model_validate({"level": "village", **dated})
    study = Study.model_validate(
        {
            "study": "mine",
            "title": "A study",
            "authors": ["A. Scholar"],
            "seed": 1,
            "data_standing": "restricted",
            "sources": {"survey": source},
            "panel": {"unit": "household", "period": "year"},
            "designation": {"listed": declared.model_dump(by_alias=True)},
            "outcomes": {"income": {"label": "Income"}},
            "blocks": {"main": {"outcomes": ["income"], "estimators": ["event_study"]}},
            "exhibits": {"table": {"kind": "regression_table", "title": "Effects", "blocks": ["main"]}},
        }
    )
    sheet = read_sheet(study.sources["survey"], tmp_path / "survey.csv")
    twin = synthetic_twins(study, {"survey": sheet}, ["survey"])["survey"]
    write_sheet(study.sources["survey"], twin.sheet, twin.cells, tmp_path / "survey.csv", tmp_path / "twin.csv")
    table = read_source("survey", study.sources["survey"], tmp_path / "twin.csv", None)[0]
    panel = build_panel({"survey": table}, study.panel, "survey", study.designation).panel
    assert panel["village"].nunique() == 12
    assert panel["listed"].nunique() == 2 or "cohort" in dated  # cohorts of few villages are not copied
