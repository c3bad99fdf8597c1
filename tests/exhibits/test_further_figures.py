"""Figures of specifications, permutations, cohorts, paths, missing values and the way of the data."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from ruralpanel.estimation.block import block_results, estimate_block
from ruralpanel.exhibits.caption import ExhibitDeclaration
from ruralpanel.exhibits.described import ColumnWords
from ruralpanel.exhibits.inputs import load_inputs
from ruralpanel.exhibits.style import save_figure
from ruralpanel.panel.codebook import missingness
from ruralpanel.reasons import because
from ruralpanel.sensitivity.results import load_results, results_frame
from ruralpanel.study.flow import FlowStep
from tests.conftest import equation
from tests.exhibits.conftest import declaration
from tests.worded import (
    cohort_heatmap_figure,
    missingness_figure,
    paths_figure,
    permutation_figure,
    specification_curve_figure,
    workflow_figure,
)

CURVE = {"outcome": "y", "term": "listed", "marked": "block/weighted"}


def without_blocks(kind: str, **changes: object) -> ExhibitDeclaration:
    """Declare an exhibit that shows no estimates."""
    declared = declaration("trends_figure").model_dump()
    declared["exhibit"] = {"kind": kind, "title": "Missing"} | changes
    return ExhibitDeclaration.model_validate(declared)


@pytest.fixture(scope="module")
def curve_estimates(made_panel: pd.DataFrame) -> pd.DataFrame:
    equations = [
        equation(),
        equation(specification="again"),
        equation(specification="weighted", weights="weight"),
        equation(specification="late", sample="year > 2002", regressors=["x"]),
        equation(specification="imputed", estimator="imputation"),
        equation(specification="broken", inference={"cluster": ["one"]}),
        equation(specification="other", outcome="z"),
    ]
    return estimate_block(made_panel.assign(one=1), equations)[0]


def test_the_curve_has_every_estimate_once_in_the_order_of_size(curve_estimates: pd.DataFrame) -> None:
    declared = declaration("specification_curve_figure", **CURVE)
    data = specification_curve_figure.plotted_data(curve_estimates, declared)
    assert set(data["specification"]) == {"main", "weighted", "late", "imputed", "broken"}
    shown = data[data["estimate"].notna()]
    assert shown["estimate"].is_monotonic_increasing
    assert shown["position"].tolist() == [1, 2, 3, 4]
    assert data.loc[data["marked"], "specification"].tolist() == ["weighted"]


@pytest.mark.slow
def test_the_curve_is_drawn_as_its_data_say_with_what_differs_below(curve_estimates: pd.DataFrame) -> None:
    declared = declaration("specification_curve_figure", **CURVE)
    data = specification_curve_figure.plotted_data(curve_estimates, declared)
    figure, notes = specification_curve_figure.draw(data, declared)
    curve, matrix = figure.axes
    drawn = sorted(float(y) for line in curve.lines[1:] for y in line.get_ydata())
    assert drawn == pytest.approx(data["estimate"].dropna().tolist())
    assert curve.get_legend_handles_labels()[1][-1] == "Weighted"
    assert [text.get_text() for text in matrix.texts] == ["Estimator", "Regressors", "Weights", "Sample"]
    assert [label.get_text() for label in matrix.get_yticklabels()] == [
        *("Two-way", "Imputation"),
        *("Share <5%", "none"),
        *("weight", "none"),
        *("all rows", "year > 2002"),
    ]
    said = " ".join(notes)
    assert "4 estimates with 95% intervals" in said
    assert "The same in all: fixed effects: Village, Year; " in said
    assert "One cluster: one cluster only" in said


def test_a_curve_of_nothing_says_so(curve_estimates: pd.DataFrame) -> None:
    declared = declaration("specification_curve_figure", **CURVE)
    broken = curve_estimates[curve_estimates["specification"] == "broken"]
    figure, _ = specification_curve_figure.draw(specification_curve_figure.plotted_data(broken, declared), declared)
    assert "one cluster only" in figure.axes[0].texts[0].get_text()


def test_what_all_specifications_say_together_is_in_notes_and_data(curve_estimates: pd.DataFrame) -> None:
    declared = declaration("specification_curve_figure", **CURVE, sensitivity=["all_together"])
    under = because("permuted_among", draws=199, among="village", specifications=4)
    codes = ("median_of_specifications", "share_with_its_sign", "share_significant_with_it")
    rows = [
        {"term": "listed", "quantity": because(code), "under": under, "value": value, "p_value": p_value}
        for code, value, p_value in zip(codes, (1.25, 0.75, 0.5), (0.005, 0.2, 0.0001), strict=True)
    ]
    together = results_frame(rows, "all_together", "specification_curve", equation())
    data = specification_curve_figure.plotted_data(curve_estimates, declared, together)
    assert data["joint_significant"].tolist() == [0.5] * len(data)
    _, notes = specification_curve_figure.draw(data, declared)
    (said,) = [note for note in notes if note.startswith("All together, 4 specifications against 199 permutations")]
    assert said.endswith(
        "a median of 1.250 (p = 0.005), 75% with its sign (p = 0.200), 50% significant with it (p < 0.001) (Simonsohn, "
        "Simmons and Nelson 2020)."
    )
    assert load_results([]).empty
    none = results_frame([{"reason": because("no_specification_estimated")}], "all_together", "x", equation())
    data = specification_curve_figure.plotted_data(curve_estimates, declared, none)
    notes = specification_curve_figure.draw(data, declared)[1]
    assert "No test of all together: no specification has an estimate." in notes


def test_permutations_are_drawn_beside_the_estimate(made_panel: pd.DataFrame, tmp_path: Path) -> None:
    asked = equation(seed=3, inference={"cluster": ["village"], "permutation": {"draws": 99}})
    found = block_results(made_panel, [equation(specification="first"), asked])
    found.estimates.to_csv(tmp_path / "block.csv", index=False)
    found.draws.to_parquet(tmp_path / "block.draws.parquet")
    inputs = load_inputs({"estimates": tmp_path / "block.csv", "draws": tmp_path / "block.draws.parquet"})
    declared = declaration("permutation_figure")
    data = permutation_figure.plotted_data(declaration=declared, **inputs)
    assert data["draw"].isna().sum() == 1
    assert data["specification"].unique().tolist() == ["main"]
    assert data.loc[data["draw"].notna(), "estimate"].tolist() == found.draws["estimate"].tolist()
    figure, notes = permutation_figure.draw(data, declared)
    (axes,) = figure.axes
    assert sum(bar.get_height() for bar in axes.patches) == 99
    estimate = data["estimate"].iloc[0]
    assert [line.get_xdata()[0] for line in axes.lines] == [0, estimate, -estimate]
    large = (found.draws["estimate"].abs() >= abs(estimate)).sum()
    assert f"p = {(large + 1) / 100:.3f}" in axes.texts[0].get_text()
    assert "99 permutations of cohorts among village." in " ".join(notes)


def test_where_nothing_can_be_permuted_the_axes_say_why(made_panel: pd.DataFrame) -> None:
    asked = equation(
        seed=3, inference={"cluster": ["village"], "permutation": {"draws": 99, "among": "one"}}, specification="broken"
    )
    found = block_results(made_panel.assign(one=1), [asked])
    declared = declaration("permutation_figure")
    draws = found.draws.assign(block="block")
    data = permutation_figure.plotted_data(found.estimates.drop(columns="row"), draws, declared)
    figure, _ = permutation_figure.draw(data, declared)
    assert "no permutations" in figure.axes[0].texts[0].get_text()


@pytest.fixture(scope="module")
def cohort_estimates(made_panel: pd.DataFrame) -> pd.DataFrame:
    return estimate_block(made_panel, [equation(estimator="callaway_santanna")])[0]


@pytest.mark.slow
def test_the_heat_map_has_a_number_in_every_cell(cohort_estimates: pd.DataFrame, tmp_path: Path) -> None:
    cohort_estimates.to_csv(tmp_path / "block.csv", index=False)
    read_again = load_inputs({"estimates": [tmp_path / "block.csv"]})["estimates"]
    declared = declaration("cohort_heatmap_figure", window=[-2, 2])
    data = cohort_heatmap_figure.plotted_data(read_again, declared)
    assert set(data["cohort"]) == {"2003", "2005", "2006"}
    assert data["event_time"].between(-2, 2).all()
    figure, notes = cohort_heatmap_figure.draw(data, declared)
    axes = figure.axes[0]
    shown = data[data["estimate"].notna()]
    assert len(axes.texts) == len(shown)
    first = shown.iloc[0]
    text = next(each for each in axes.texts if each.get_position() == (first["event_time"] + 2.5, 0.52))
    assert float(text.get_text().replace("−", "-")) == pytest.approx(first["estimate"], abs=0.06)
    excludes = first["interval_low"] > 0 or first["interval_high"] < 0
    assert (text.get_fontweight() == "bold") == excludes
    assert [label.get_text() for label in axes.get_xticklabels()] == ["−2", "−1", "0", "1", "2"]
    assert "Bold: the 95% interval is without zero" in " ".join(notes)


@pytest.mark.slow
def test_a_heat_map_without_room_for_numbers_has_signs(cohort_estimates: pd.DataFrame, monkeypatch) -> None:
    monkeypatch.setattr(cohort_heatmap_figure.module, "ROOM_FOR_NUMBERS", 2)
    declared = declaration("cohort_heatmap_figure")
    figure, _ = cohort_heatmap_figure.draw(cohort_heatmap_figure.plotted_data(cohort_estimates, declared), declared)
    assert {text.get_text() for text in figure.axes[0].texts} <= {"+", "−"}


def test_paths_have_a_line_a_group(made_panel: pd.DataFrame) -> None:
    asked = equation(estimator="group_means", groups={"at": 2006, "measured_from": 2002}, moderators=["weight"])
    declared = declaration("paths_figure", shock=[2004]).model_copy(update={"grouped_by": {"block/main": "listed"}})
    data = paths_figure.plotted_data(estimate_block(made_panel, [asked])[0], declared)
    figure, notes = paths_figure.draw(data, declared)
    (axes,) = figure.axes
    assert len(axes.containers) == data["term"].nunique() == 4
    _, labels = axes.get_legend_handles_labels()
    assert labels[0].startswith("Listed village, high: weight (")
    assert labels[-1].startswith("No Listed village, low: weight (")
    assert axes.get_ylabel() == "Mean change since 2002\n(change in log)"
    assert (
        list(axes.containers[0].lines[0].get_ydata())
        == data.loc[data["term"] == "treated, weight high", "estimate"].tolist()
    )
    assert "Shaded: 2004." in " ".join(notes)


@pytest.mark.slow
def test_what_is_missing_is_drawn_by_period_and_cohort(made_panel: pd.DataFrame) -> None:
    gone = made_panel[~((made_panel["village"] == 1) & (made_panel["year"] > 2003))]
    holes = gone.assign(y=gone["y"].mask(gone["year"] == 2001))
    counted = missingness(holes, "village", "year", ["y", "x"], ["listed"])
    declared = without_blocks("missingness_figure", designation="listed", columns=["x", "y"])
    data = missingness_figure.plotted_data(counted, declared)
    values = data[data["shown"] == "values missing"].set_index(["column", "period"])["share"]
    assert values["y", 2001] == 1
    assert values.drop(("y", 2001)).eq(0).all()
    figure, _ = missingness_figure.draw(data, declared)
    cells, units = figure.axes[:2]
    assert [label.get_text() for label in cells.get_yticklabels()] == ["Share <5%", "y"]
    assert [text.get_text() for text in cells.texts if text.get_text()] == ["all"]
    cohort = holes.loc[holes["village"] == 1, "listed_cohort"].map(lambda value: f"{value:.0f}", na_action="ignore")
    own = "never" if cohort.isna().all() else cohort.iloc[0]
    line = next(each for each in units.lines if str(each.get_label()).startswith(own))
    assert max(line.get_ydata()) == pytest.approx(0.1)


@pytest.mark.slow
def test_outcomes_of_the_same_label_are_told_apart_by_units_and_not_every_period_has_a_tick(
    made_panel: pd.DataFrame,
) -> None:
    names = ["a_year", "per_head", "by_nobody", "others"]
    units = {"a_year": "firms a year", "per_head": "firms a head", "by_nobody": None, "others": None}
    wide = pd.concat([made_panel.assign(year=made_panel["year"] + late) for late in (0, 10)])
    counted = missingness(wide.assign(**dict.fromkeys(names, 1.0)), "village", "year", names, [])
    declared = without_blocks("missingness_figure", columns=names)
    labels = dict.fromkeys(names[:3], "New firms") | {"others": "Others"}
    columns = {name: ColumnWords(label=labels[name], unit=unit) for name, unit in units.items()}
    declared = declared.model_copy(update={"labels": labels, "columns": columns})
    figure, _ = missingness_figure.draw(missingness_figure.plotted_data(counted, declared), declared)
    said = ["New firms (firms a year)", "New firms (firms a head)", "New firms (by nobody)", "Others"]
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == said
    ticks = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert len(ticks) <= 10 < wide["year"].nunique()
    assert ticks[0] == str(wide["year"].min())


def test_nobody_missing_needs_no_axes(made_panel: pd.DataFrame) -> None:
    counted = missingness(made_panel, "village", "year", ["y"], ["listed"])
    declared = without_blocks("missingness_figure", designation="listed", over="cohort")
    figure, notes = missingness_figure.draw(missingness_figure.plotted_data(counted, declared), declared)
    assert figure.axes[0].get_xlabel() == "First period treated"
    assert "All 40 units (village) are there in all periods." in " ".join(notes)


LEDGERS = pd.DataFrame(
    [
        ("sources", "survey", 12, 10, None),
        ("tables", "means", 10, 8, None),
        ("panel", "panel", 8, 8, 4),
        ("panel", "panel", 8, 6, 3),
        ("estimation", "main/a/y/two_way_fixed_effects", 6, 6, 3),
        ("estimation", "main/a/y/two_way_fixed_effects", 6, 5, 3),
        ("estimation", "main/b/y/two_way_fixed_effects", 6, 6, 3),
    ],
    columns=["stage", "table", "rows_in", "rows_out", "units"],
)
FLOW = [
    FlowStep(stage="sources", name="survey"),
    FlowStep(stage="sources", name="river.geojson", words="lines on the map"),
    FlowStep(stage="tables", name="means", made_of=[("sources", "survey")]),
    FlowStep(stage="panel", name="panel", made_of=[("tables", "means"), ("sources", "river.geojson")]),
    FlowStep(stage="estimation", name="main", made_of=[("panel", "panel")]),
    FlowStep(stage="exhibits", name="effects", made_of=[("estimation", "main")], words="Table 1"),
]


def test_the_way_of_the_data_has_the_rows_of_the_ledgers() -> None:
    declared = without_blocks("workflow_figure").model_copy(update={"flow": FLOW})
    data = workflow_figure.plotted_data(LEDGERS, declared)
    counted = data.drop_duplicates(["stage", "name"]).set_index("name")
    assert counted.loc["panel", ["rows_in", "rows_out", "units"]].tolist() == [8, 6, 3]
    assert counted.loc["main", ["rows_in", "rows_out", "equations"]].tolist() == [5, 6, 2]
    figure, _ = workflow_figure.draw(data, declared)
    (axes,) = figure.axes
    written = [text.get_text() for text in axes.texts]
    assert {"12 → 10", "8 → 6", "3 units", "2 × 5–6", "Table 1", "lines on the map"} <= set(written)
    assert sum(type(patch).__name__ == "FancyArrowPatch" for patch in axes.patches) == 5


def test_names_of_common_length_stand_whole_in_their_boxes() -> None:
    """Arrows need less room than the names of the default study, of which the longest of a stage are here."""
    lines: dict[tuple[str, str], list[str]] = {
        ("sources", "a"): ["river old bed.geojson", "lines on the map"],
        ("tables", "b"): ["traces in counties", "1,500 → 1,485"],
        ("panel", "panel"): ["2,000 units", "30,000 rows"],
        ("estimation", "c"): ["production mechanisms", "3 × 16,571–26,395"],
        ("exhibits", "d"): ["Tables 1, 2, 14", "Figures 1, 2, 14, 15"],
    }
    columns = workflow_figure._columns([stage for stage, _ in lines], lines)
    for (stage, _), texts in lines.items():
        room = columns[stage].right - columns[stage].left - workflow_figure.PADDING
        assert [workflow_figure._cut(text, room) for text in texts] == texts
    assert columns["exhibits"].right <= workflow_figure.WIDTH
    # A name that no figure has room for is cut, and what is counted is not.
    lines["estimation", "c"][0] = "what production works through, " * 3
    columns = workflow_figure._columns([stage for stage, _ in lines], lines)
    room = columns["estimation"].right - columns["estimation"].left - workflow_figure.PADDING
    assert [workflow_figure._cut(text, room).endswith("…") for text in lines["estimation", "c"]] == [True, False]


@pytest.mark.slow
def test_the_way_of_the_data_is_the_same_bytes_when_drawn_again(tmp_path: Path) -> None:
    declared = without_blocks("workflow_figure").model_copy(update={"flow": FLOW})
    files = []
    for run in ("first", "second"):
        figure, _ = workflow_figure.draw(workflow_figure.plotted_data(LEDGERS, declared), declared)
        paths = [tmp_path / f"{run}.{ending}" for ending in ("png", "pdf", "svg")]
        save_figure(figure, *paths)
        files.append([path.read_bytes() for path in paths])
    assert files[0] == files[1]
