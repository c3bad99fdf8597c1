from __future__ import annotations

import pandas as pd
import pytest

from ruralpanel.estimation.block import estimate_block
from ruralpanel.exhibits.latex import as_latex
from ruralpanel.exhibits.numbers import decimal
from ruralpanel.exhibits.printed_table import Addressed, as_grid, as_html
from ruralpanel.reasons import because, written
from ruralpanel.words.sentences import sentence
from tests.conftest import equation
from tests.exhibits.conftest import declaration
from tests.worded import print_table


@pytest.fixture
def static(estimates: pd.DataFrame) -> pd.DataFrame:
    return estimates[estimates["estimator"] == "two_way_fixed_effects"]


def test_the_grid_holds_coefficients_errors_and_counts(static: pd.DataFrame) -> None:
    grid = as_grid(print_table(static, declaration("regression_table"))).set_index("row")
    listed = static[static["term"] == "listed"].iloc[0]
    assert grid.loc["Listed village", "(1)"] == f"{listed['estimate']:.3f}"
    assert f"({listed['standard_error']:.3f})" in grid["(1)"].tolist()
    assert grid.loc["Observations"].tolist() == ["320", "280", ""]
    assert grid.loc["Village fixed effects"].tolist() == ["Yes", "Yes", "Yes"]
    assert grid.loc["Weighted by"].tolist() == ["—", "weight", "—"]
    assert grid.loc["Sample"].tolist() == ["all rows", "year > 2000", "all rows"]


def test_an_equation_without_an_estimate_is_a_dash_with_its_reason(static: pd.DataFrame) -> None:
    table = print_table(static, declaration("regression_table"))
    assert table.coefficients[0][1][2] == "—"
    assert any("one cluster only" in note for note in table.notes)


def test_terms_and_stars_are_as_declared(static: pd.DataFrame) -> None:
    table = print_table(static, declaration("regression_table", terms=["x"], stars=True, decimals=1))
    assert [label for label, _ in table.coefficients] == ["Share <5%", ""]
    assert table.coefficients[0][1] == ["0.5***", "", ""]
    assert "*** p < 0.01" in " ".join(table.notes)
    hidden = print_table(static, declaration("regression_table", terms=["listed"]))
    assert "Other regressors: Share <5%." in " ".join(hidden.notes)


def test_outcomes_are_shown_as_declared_those_of_one_beside_each_other(static: pd.DataFrame) -> None:
    shown = pd.concat([static.assign(outcome=outcome) for outcome in ("y", "z")], ignore_index=True)
    declared = declaration("regression_table", outcomes=["z", "y"])
    declared = declared.model_copy(update={"outcomes": dict.fromkeys(("y", "z"), declared.outcomes["y"])})
    table = print_table(shown, declared)
    addresses = [cell.address for cell in table.coefficients[0][1] if isinstance(cell, Addressed)]
    assert [address.split("/")[2] for address in addresses] == ["z", "z", "z", "y", "y", "y"]
    one = declared.model_copy(update={"exhibit": declared.exhibit.model_copy(update={"outcomes": ["y"]})})
    assert len(print_table(shown, one).heads) == 3


def test_outcomes_say_how_they_are_transformed_and_measured(static: pd.DataFrame) -> None:
    table = print_table(static, declaration("regression_table"))
    assert table.heads[0] == ("Income_per head (log)", "")
    assert table.heads[1] == ("Income_per head (log)", "Weighted")
    assert "Units of outcomes: Income_per head (log): log of yuan." in " ".join(table.notes)


def test_columns_with_different_standard_errors_say_which_they_have(panel: pd.DataFrame) -> None:
    equations = [equation(), equation(specification="weighted", inference={"variance": "heteroskedastic"})]
    table = print_table(estimate_block(panel, equations)[0], declaration("regression_table"))
    assert dict(table.statistics)["Standard errors"] == ["by village", "heteroskedastic"]


def test_standard_errors_of_one_estimator_are_not_told_by_estimators(panel: pd.DataFrame) -> None:
    equations = [equation(), equation(specification="weighted", inference={"variance": "heteroskedastic"})]
    notes = " ".join(print_table(estimate_block(panel, equations)[0], declaration("regression_table")).notes)
    assert "small-sample correction as in fixest; heteroskedastic, small-sample correction as in fixest." in notes


@pytest.mark.slow
def test_families_of_tests_are_told_by_columns(static: pd.DataFrame) -> None:
    families = {"main": "Kinship", "weighted": "Floods"}
    adjusted = {
        name: because("holm", tests=4, family=because("family", name=family), of=because("of_t_tests"))
        for name, family in families.items()
    }
    cells = {name: written(reason) for name, reason in adjusted.items()}
    how = {name: sentence(reason) for name, reason in adjusted.items()}
    shown = static.assign(adjustment=static["specification"].map(cells).fillna(""), p_value_adjusted=0.5)
    notes = print_table(shown, declaration("regression_table", p_values=["adjusted"])).notes
    assert f"p, adjusted: in column 1, {how['main']}; in column 2, {how['weighted']}." in notes
    alike = shown.assign(adjustment=cells["main"])
    notes = print_table(alike, declaration("regression_table", p_values=["adjusted"])).notes
    assert f"p, adjusted: {how['main']}." in notes


def test_a_long_sample_is_said_in_the_notes(static: pd.DataFrame) -> None:
    far = "Listed village = 1 or listed within 5 km + listed within 10 km = 0, without event time −1 of Listed village"
    shown = static.assign(sample=static["sample"].where(static["specification"] == "main", far))
    table = print_table(shown, declaration("regression_table"))
    assert dict(table.statistics)["Sample"] == ["all rows", "see notes", "see notes"]
    assert f"Sample of columns 2 and 3: {far}." in table.notes


def test_markup_in_labels_is_escaped(static: pd.DataFrame) -> None:
    table = print_table(static, declaration("regression_table"))
    html, latex = as_html(table), as_latex(table)
    assert "Share &lt;5%" in html
    assert "Effects &amp; signs" in html
    assert r"Share $<$5\%" in latex
    assert r"Income\_per head" in latex
    assert r"\caption{Effects \& signs}" in latex
    assert "% Table 1; needs booktabs" in latex


def test_simulated_data_are_called_so_in_every_form(static: pd.DataFrame) -> None:
    table = print_table(static, declaration("regression_table", standing="simulated"))
    assert all("SIMULATED DATA" in text for text in (as_html(table), as_latex(table), table.title))
    assert as_grid(table)["row"].iloc[0] == "SIMULATED DATA"
    public = print_table(static, declaration("regression_table"))
    assert "SIMULATED" not in as_html(public)


@pytest.mark.slow
def test_the_table_is_the_same_when_made_again(static: pd.DataFrame) -> None:
    first, second = (print_table(static, declaration("regression_table")) for _ in range(2))
    assert as_latex(first) == as_latex(second)
    assert as_html(first) == as_html(second)


def test_an_event_study_can_be_printed_as_a_table(estimates: pd.DataFrame) -> None:
    dynamic = estimates[estimates["estimator"] == "event_study"]
    table = print_table(dynamic, declaration("regression_table"))
    labels = [label for label, _ in table.coefficients if label]
    assert labels[0] == "Listed village, event time ≤ −3"
    assert labels[5] == "Listed village, event time ≥ 2"
    assert "0.000" in [cells[0] for _, cells in table.coefficients]


def test_a_moderator_has_its_row_and_its_periods_are_one_line(panel: pd.DataFrame) -> None:
    equations = [
        equation(),
        equation(specification="weighted", moderators=["x"], fixed_effects=["village[year]", "year"]),
    ]
    table = print_table(estimate_block(panel, equations)[0], declaration("regression_table"))
    assert [label for label, _ in table.coefficients if label] == ["Listed village", "Listed village × Share <5%"]
    statistics = dict(table.statistics)
    assert statistics["Village fixed effects"] == ["Yes", "Yes"]
    assert statistics["Year, slope by Village"] == ["No", "Yes"]
    assert statistics["Share <5% × year"] == ["No", "Yes"]
    chosen = print_table(estimate_block(panel, equations)[0], declaration("regression_table", terms=["listed*x"]))
    assert [label for label, _ in chosen.coefficients if label] == ["Listed village × Share <5%"]
    assert "$\\times$" in as_latex(chosen)


def test_a_table_of_several_estimators_shows_the_average_over_cohorts_and_says_what_is_what(
    panel: pd.DataFrame,
) -> None:
    counts = panel.assign(y=panel["y"].abs().round())
    spatial = {"variance": "spatial", "cutoff": 50.0}
    equations = [
        equation(estimator="sun_abraham"),
        equation(estimator="poisson_fixed_effects"),
        equation(specification="weighted", inference=spatial),
    ]
    estimates, _ = estimate_block(counts.assign(lat=counts["county"] * 1.0, lon=0.0), equations)
    table = print_table(estimates, declaration("regression_table"))
    assert [label for label, _ in table.coefficients if label] == ["Listed village"]
    average = estimates[(estimates["estimator"] == "sun_abraham") & estimates["event_time"].isna()].iloc[0]
    assert table.coefficients[0][1][0] == f"{average['estimate']:.3f}"
    notes = " ".join(table.notes)
    assert "averages over cohorts (Sun and Abraham 2021), Poisson regression with fixed effects" in notes
    assert "spatial (Conley 1999; uniform kernel, 50 km), without small-sample correction" in notes
    assert dict(table.statistics)["Standard errors"] == ["by village", "by village", "spatial, uniform kernel, 50 km"]


@pytest.mark.slow
def test_a_table_says_which_errors_allow_for_few_clusters_and_which_for_shocks_of_a_period(panel: pd.DataFrame) -> None:
    kinds = [{"cluster": ["county"], "small_sample": "cr2"}, {"variance": "driscoll_kraay", "bandwidth": 2}]
    equations = [equation(specification=f"kind_{at}", inference=each) for at, each in enumerate(kinds)]
    table = print_table(estimate_block(panel, equations)[0], declaration("regression_table"))
    notes = " ".join(table.notes)
    assert "clustered by county, CR2, with Satterthwaite degrees of freedom (Bell and McCaffrey 2002, Pust" in notes
    assert "Driscoll–Kraay (1998; Bartlett kernel, bandwidth 2), small-sample correction as in fixest" in notes
    expected = ["by county, CR2", "Driscoll–Kraay, Bartlett kernel, bandwidth 2"]
    assert dict(table.statistics)["Standard errors"] == expected


def test_interactions_and_intensities_are_told_apart(panel: pd.DataFrame) -> None:
    both = panel.assign(station=(panel["year"] > 2004) * 1, station_intensity=(panel["year"] > 2004) * panel["x"])
    estimated, _ = estimate_block(
        both,
        [
            equation(
                treatments=["listed", "station"],
                intensities={"station": "station_intensity"},
                interactions=["listed*station"],
            )
        ],
    )
    words = {
        "labels": {"listed": "Listed village", "station": "Station", "station_intensity": "Station, intensity"},
        "treatments": {
            "station": "Station: 1 where stations are above 0",
            "station_intensity": "Station, intensity: stations (per 100 villages)",
        },
    }
    declared = declaration("regression_table").model_copy(update=words)
    table = print_table(estimated, declared)
    assert [label for label, _ in table.coefficients if label] == [
        "Listed village",
        "Station, intensity",
        "Listed village × Station",
    ]
    notes = " ".join(table.notes)
    assert "Station, intensity: stations (per 100 villages)." in notes
    assert "Station: 1 where" not in notes
    assert r"Listed village $\times$ Station" in as_latex(table)
    some = declared.model_copy(update={"exhibit": declared.exhibit.model_copy(update={"terms": ["listed"]})})
    assert "Other regressors: Listed village × Station." in " ".join(print_table(estimated, some).notes)


def test_minimum_detectable_effects_are_printed_below_standard_errors(static: pd.DataFrame) -> None:
    table = print_table(static, declaration("regression_table", minimum_detectable_effect=True))
    assert [label for label, _ in table.coefficients] == ["Listed village", "", "MDE₈₀", "Share <5%", "", "MDE₈₀"]
    effect = static[static["term"] == "listed"]["minimum_detectable_effect"].iloc[0]
    assert table.coefficients[2][1][0] == f"{effect:.3f}"
    assert table.coefficients[2][1][2] == ""  # a column without an estimate has none
    assert any(note.startswith("MDE₈₀: minimum detectable effect") for note in table.notes)
    assert "MDE$_{80}$" in as_latex(table)
    assert "MDE" not in as_html(print_table(static, declaration("regression_table")))


def test_drawn_p_values_stand_in_brackets_with_a_note_on_how(panel: pd.DataFrame) -> None:
    drawn = equation(regressors=["x"], seed=1, inference={"cluster": ["county"], "bootstrap": {"draws": 999}})
    estimates, _ = estimate_block(panel, [drawn])
    table = print_table(estimates, declaration("regression_table", p_values=["bootstrap"]))
    labels = ["Listed village", "", "p, wild bootstrap", "Share <5%", "", "p, wild bootstrap"]
    assert [label for label, _ in table.coefficients] == labels
    assert table.coefficients[2][1] == [f"[{estimates['p_value_bootstrap'].iloc[0]:.3f}]"]
    assert table.coefficients[5][1] == ["[< 0.001]"] or table.coefficients[5][1][0].startswith("[0.")
    assert "p, wild bootstrap: wild cluster bootstrap with Rademacher weights, 999 draws, null imposed" in " ".join(
        table.notes
    )
    assert "p, wild bootstrap" in as_latex(table)


@pytest.mark.slow
def test_a_note_tells_why_a_p_value_that_is_asked_for_is_not_there(panel: pd.DataFrame) -> None:
    drawn = {"cluster": ["county"], "bootstrap": {"draws": 199}}
    equations = [
        equation(specification="a", inference=drawn, seed=1),
        equation(specification="b", inference=drawn, seed=1, estimator="synthetic_difference_in_differences"),
        equation(specification="c"),
    ]
    table = print_table(estimate_block(panel, equations)[0], declaration("regression_table", p_values=["bootstrap"]))
    (note,) = [each for each in table.notes if each.startswith("p, wild bootstrap")]
    assert "in column 1, wild cluster bootstrap with" in note
    assert "in column 2, not bootstrapped: Synthetic has no bootstrap" in note
    assert note.endswith("in column 3, not asked for.")
    moderated = equation(adjustment="holm", regressors=["x"], inference=drawn, seed=1)
    estimates, _ = estimate_block(panel, [moderated])
    table = print_table(estimates, declaration("regression_table", p_values=["adjusted"], terms=["x"]))
    assert "p, adjusted: not adjusted where the coefficient is not among the hypotheses tested together." in table.notes


def test_numbers_carry_the_address_of_their_estimate_into_html(static: pd.DataFrame) -> None:
    html = as_html(print_table(static, declaration("regression_table")))
    listed = static[static["term"] == "listed"].iloc[0]
    address = "block/main/y/two_way_fixed_effects/listed"
    assert f'data-address="{address}">{listed["estimate"]:.3f}</td>' in html
    assert f'data-address="{address}">({listed["standard_error"]:.3f})</td>' in html
    assert f'data-address="{address}">320</td>' in html
    assert "<td>Yes</td>" in html


@pytest.mark.slow
def test_averages_by_cohort_or_event_time_are_shown_where_they_are_asked_for(panel: pd.DataFrame) -> None:
    equations = [equation(estimator=name, window=[-3, 2]) for name in ("sun_abraham", "callaway_santanna")]
    estimates, _ = estimate_block(panel, [*equations, equation(), equation(estimator="event_study", window=[-3, 2])])
    overall = print_table(estimates, declaration("regression_table"))
    cohorts = print_table(estimates, declaration("regression_table", effects="cohort"))
    times = print_table(estimates, declaration("regression_table", effects="event_time"))
    treated = sorted(estimates.loc[estimates["estimator"] == "sun_abraham", "cohort"].unique())[1:]
    labels = [label for label, _ in cohorts.coefficients if label]
    assert labels == [*(f"Listed village, treated from {cohort}" for cohort in treated), "Listed village"]
    assert len(cohorts.heads) == 3  # an event study has no effects by cohort
    row = estimates[
        (estimates["estimator"] == "callaway_santanna")
        & (estimates["cohort"] == treated[0])
        & estimates["event_time"].isna()
    ].iloc[0]
    assert cohorts.coefficients[0][1][1] == decimal(row["estimate"], 3)
    assert "Listed village, event time 1" in [label for label, _ in times.coefficients]
    # Counts are those of the regression, whichever of its averages are shown.
    for name in ("Observations", "Units (village)", "Mean of outcome"):
        assert dict(cohorts.statistics)[name] == dict(overall.statistics)[name][:3]
        assert dict(times.statistics)[name] == dict(overall.statistics)[name]


def test_columns_that_only_their_estimator_tells_apart_name_it(panel: pd.DataFrame) -> None:
    equations = [equation(), equation(estimator="sun_abraham"), equation(specification="weighted", weights="weight")]
    estimates, _ = estimate_block(panel, equations)
    assert [head for _, head in print_table(estimates, declaration("regression_table")).heads] == [
        "two-way fixed effects",
        "averages over cohorts",
        "Weighted",
    ]
