"""Repeated cross-sections: households seen once, in villages that are treated; held to plain regressions and means."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from ruralpanel.frames.ledger import Ledger
from ruralpanel.panel.designation import date_designation
from ruralpanel.study.blocks import Equation, Groups, GroupTime, Inference
from ruralpanel.study.designation import Designation
from ruralpanel.study.resampling import Permutation, WildBootstrap
from tests.conftest import equation
from tests.worded import estimate_block

EFFECTS = {0: 1.0, 1: 1.5, 2: 2.0, 3: 2.5, 4: 3.0}
PLAIN = Inference(cluster=["village"], small_sample="none")


def surveyed(noise: float = 0.5, villages: int = 20) -> pd.DataFrame:
    """Draw other households of unevenly many in every village each year; a quarter of villages each in a cohort."""
    random = np.random.default_rng(11)
    first = np.array([0, 2003, 2005, 2006])[np.arange(villages) % 4]
    level, usual = random.normal(size=villages), random.integers(3, 12, size=villages)
    rows = [
        (f"v{village:02d}", village // 5, year, first[village], level[village])
        for village in range(villages)
        for year in range(2000, 2008)
        for _ in range(max(2, usual[village] + int(random.integers(-2, 3))))
    ]
    frame = pd.DataFrame(rows, columns=["village", "county", "year", "first", "level"])
    frame["household"] = np.arange(len(frame))
    frame["x"], shock = random.normal(size=(2, len(frame)))
    frame["weight"] = random.uniform(0.5, 2, size=len(frame))
    treated = (frame["first"] > 0) & (frame["year"] >= frame["first"])
    frame["grant"] = treated.astype("int64")
    since = frame["year"] - frame["first"]
    frame["y"] = frame["level"] + 0.2 * (frame["year"] - 2000) + treated * (1 + 0.5 * since) + 0.3 * frame["x"]
    frame["y"] += noise * shock
    return frame


def by_village(frame: pd.DataFrame, level: str | None = "village", **how: object) -> pd.DataFrame:
    declared = Designation.model_validate({"level": level} | (how or {"cohort": "first", "never": [0]}))
    ordered = frame.sort_values(["household", "year"]).reset_index(drop=True)
    return date_designation(ordered, "listed", declared, "household", "year", Ledger("panel", "panel", "household"))


def of_levels(**changes: object) -> Equation:
    usual = {
        "unit": "household",
        "levels": {"listed": "village"},
        "fixed_effects": ["village", "year"],
        "inference": PLAIN,
        "group_time": GroupTime(rows="all"),
    }
    return equation(**(usual | changes))


def estimated(panel: pd.DataFrame, **changes: object) -> pd.DataFrame:
    return estimate_block(panel, [of_levels(**changes)])[0]


def by_time(rows: pd.DataFrame) -> pd.DataFrame:
    chosen = rows[(rows["term"] == "listed") & rows["event_time"].notna() & (rows["cohort"] == "")]
    return chosen.set_index("event_time")


def overall(rows: pd.DataFrame) -> pd.Series:
    chosen = rows["event_time"].isna() & (rows["cohort"] == "") & rows["period"].isna()
    return rows[(rows["term"] == "listed") & chosen].iloc[0]


@pytest.fixture(scope="module")
def households() -> pd.DataFrame:
    return by_village(surveyed())


def dummies(panel: pd.DataFrame, columns: dict[str, pd.Series]) -> pd.DataFrame:
    """Put columns beside a dummy for every village and every year but one."""
    villages = pd.get_dummies(panel["village"], dtype="float64")
    years = pd.get_dummies(panel["year"], dtype="float64", drop_first=True)
    return pd.concat([pd.DataFrame(columns), villages, years], axis=1)


def plain_regression(panel: pd.DataFrame, columns: dict[str, pd.Series], weights: str | None) -> tuple[object, object]:
    design = dummies(panel, columns).to_numpy()
    model = sm.WLS(panel["y"].to_numpy(), design, weights=panel[weights] if weights else 1.0)
    groups = pd.factorize(panel["village"])[0]
    found = model.fit(cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False})
    return found.params, found.bse


@pytest.mark.slow
@pytest.mark.parametrize("weights", [None, "weight"])
def test_two_way_effects_are_those_of_dummies_for_villages(households: pd.DataFrame, weights: str | None) -> None:
    found = estimated(households, regressors=["x"], weights=weights).set_index("term")
    columns = {"listed": households["listed"].astype(float), "x": households["x"]}
    estimate, error = plain_regression(households, columns, weights)
    assert found.loc[["listed", "x"], "estimate"].tolist() == pytest.approx(estimate[:2].tolist(), rel=1e-8)
    assert found.loc[["listed", "x"], "standard_error"].tolist() == pytest.approx(error[:2].tolist(), rel=1e-7)
    assert found.loc["listed", ["observations", "clusters"]].tolist() == [len(households), 20]


@pytest.mark.slow
@pytest.mark.parametrize("weights", [None, "weight"])
def test_an_event_study_is_that_of_dummies_for_villages(households: pd.DataFrame, weights: str | None) -> None:
    found = by_time(estimated(households, estimator="event_study", regressors=["x"], weights=weights)).drop(-1)
    columns = {f"{at}": (households["listed_event_time"] == at).astype(float) for at in found.index}
    estimate, error = plain_regression(households, columns | {"x": households["x"]}, weights)
    assert list(found.index) == [-6, -5, -4, -3, -2, 0, 1, 2, 3, 4]
    assert found["estimate"].tolist() == pytest.approx(estimate[: len(found)].tolist(), rel=1e-8)
    assert found["standard_error"].tolist() == pytest.approx(error[: len(found)].tolist(), rel=1e-7)


@pytest.mark.slow(but_each=4)
@pytest.mark.parametrize("estimator", ["event_study", "two_way_fixed_effects", "sun_abraham", "imputation"])
@pytest.mark.parametrize("weights", [None, "weight"])
def test_means_of_villages_weighted_by_households_give_the_same(
    households: pd.DataFrame, estimator: str, weights: str | None
) -> None:
    weight = households[weights] if weights else pd.Series(1.0, index=households.index)
    keys = ["village", "year"]
    cells = households.assign(size=weight, total=weight * households["y"]).groupby(keys)[["size", "total"]].sum()
    timing = households.groupby(keys)[["listed", "listed_cohort", "listed_event_time"]].first()
    means = cells.assign(y=cells["total"] / cells["size"]).join(timing).reset_index()
    of_means = estimate_block(means, [equation(estimator=estimator, weights="size", inference=PLAIN)])[0]
    of_rows = estimated(households, estimator=estimator, weights=weights)
    for column, relative in (("estimate", 1e-8), ("standard_error", 1e-6)):
        wanted = of_means[column].to_numpy(dtype="float64")
        np.testing.assert_allclose(of_rows[column].to_numpy(dtype="float64"), wanted, rtol=relative, atol=1e-10)
    assert of_rows["clusters"].tolist() == of_means["clusters"].tolist()


@pytest.mark.slow
@pytest.mark.parametrize("weights", [None, "weight"])
@pytest.mark.parametrize("estimator", ["imputation", "two_stage"])
def test_imputed_effects_are_those_of_a_regression_on_untreated_rows(
    households: pd.DataFrame, estimator: str, weights: str | None
) -> None:
    design = dummies(households, {"x": households["x"]}).to_numpy()
    weight = (households[weights] if weights else pd.Series(1.0, index=households.index)).to_numpy()
    untreated = households["listed"].to_numpy() == 0
    root = np.sqrt(weight[untreated])
    y = households["y"].to_numpy()
    solved = np.linalg.lstsq(design[untreated] * root[:, None], y[untreated] * root, rcond=None)[0]
    effect = pd.Series(y - design @ solved)[~untreated]
    times = households["listed_event_time"][~untreated]
    shares = pd.Series(weight)[~untreated]
    wanted = (effect * shares).groupby(times).sum() / shares.groupby(times).sum()
    found = estimated(households, estimator=estimator, regressors=["x"], weights=weights)
    assert by_time(found).loc[list(EFFECTS), "estimate"].tolist() == pytest.approx(wanted.tolist(), rel=1e-8)
    assert overall(found)["estimate"] == pytest.approx(np.average(effect, weights=shares), rel=1e-8)


@pytest.mark.parametrize("weights", [None, "weight"])
def test_effects_by_cohort_and_period_are_differences_of_means(households: pd.DataFrame, weights: str | None) -> None:
    found = estimated(households, estimator="callaway_santanna", weights=weights)
    weight = (households[weights] if weights else pd.Series(1.0, index=households.index)).rename("size")
    cohort = households["listed_cohort"].fillna(0)
    sums = pd.DataFrame({"top": weight * households["y"], "size": weight}).groupby([cohort, households["year"]]).sum()
    mean = sums["top"] / sums["size"]

    def effect(first: int, year: int) -> float:
        base = first - 1 if year >= first else year - 1
        return float(mean[first, year] - mean[first, base] - mean[0, year] + mean[0, base])

    cells = found[(found["cohort"] != "") & found["period"].notna()]
    assert len(cells) == 21
    wanted = [effect(int(row.cohort), int(row.period)) for row in cells.itertuples()]
    assert cells["estimate"].tolist() == pytest.approx(wanted, rel=1e-9)
    size = weight.groupby(cohort).sum()
    for time in EFFECTS:
        seen = [first for first in (2003, 2005, 2006) if first + time <= 2007]
        average = np.average([effect(first, first + time) for first in seen], weights=size[seen])
        assert by_time(found).loc[time, "estimate"] == pytest.approx(average, rel=1e-9)


@pytest.mark.parametrize("weights", [None, "weight"])
def test_standard_errors_of_cells_are_those_of_a_saturated_regression(
    households: pd.DataFrame, weights: str | None
) -> None:
    found = estimated(households, estimator="callaway_santanna", weights=weights)
    cell = found[(found["cohort"] == "2005") & (found["period"] == 2006)].iloc[0]
    rows = households[households["listed_cohort"].fillna(0).isin([0, 2005]) & households["year"].isin([2004, 2006])]
    treated, later = (rows["listed_cohort"] == 2005).to_numpy(float), (rows["year"] == 2006).to_numpy(float)
    design = np.column_stack([np.ones(len(rows)), treated, later, treated * later])
    model = sm.WLS(rows["y"].to_numpy(), design, weights=rows[weights] if weights else 1.0)
    clusters = {"groups": pd.factorize(rows["village"])[0], "use_correction": False}
    wanted = model.fit(cov_type="cluster", cov_kwds=clusters)
    assert cell["estimate"] == pytest.approx(wanted.params[3], rel=1e-9)
    assert cell["standard_error"] == pytest.approx(wanted.bse[3], rel=1e-9)
    assert (cell["units"], cell["clusters"]) == (len(households), 20)


@pytest.mark.slow
@pytest.mark.parametrize("estimator", ["event_study", "sun_abraham", "imputation", "two_stage", "extended_two_way"])
def test_without_noise_the_effects_are_found(estimator: str) -> None:
    panel = by_village(surveyed(noise=0.0))
    found = by_time(estimated(panel, estimator=estimator, regressors=["x"]))
    leads = found[(found.index < 0) & found["estimate"].notna()]["estimate"]
    assert found.loc[list(EFFECTS), "estimate"].tolist() == pytest.approx(list(EFFECTS.values()), abs=1e-8)
    assert leads.abs().max() < 1e-8 or leads.empty


def test_stacks_are_of_villages() -> None:
    panel = by_village(surveyed(noise=0.0))
    found = estimated(panel, estimator="stacked", window=[-2, 1], regressors=["x"])
    assert by_time(found).loc[[-2, 0, 1], "estimate"].tolist() == pytest.approx([0, 1, 1.5], abs=1e-8)
    assert found["clusters"].iloc[0] == 20


def test_covariates_of_cohorts_that_are_others_each_year_are_adjusted_for() -> None:
    panel = by_village(surveyed())
    panel = panel.assign(y=0.2 * panel["year"] + panel["listed"] * 2.0 + 0.3 * panel["x"])
    found = estimated(panel, estimator="callaway_santanna", group_time=GroupTime(rows="all", covariates=["x"]))
    cells = found[(found["cohort"] != "") & found["period"].notna() & (found["event_time"] >= 0)]
    assert cells["estimate"].tolist() == pytest.approx([2.0] * len(cells), abs=1e-8)


def test_an_indicator_and_an_intensity_date_villages_as_a_cohort_does(households: pd.DataFrame) -> None:
    columns = ["listed", "listed_cohort", "listed_event_time"]
    for how in ({"indicator": "grant"}, {"intensity": "dose"}):
        frame = surveyed().assign(dose=lambda frame: frame["grant"] * 0.4)
        frame.loc[::7, ["grant", "dose"]] = np.nan  # known from the other households of village and year
        pd.testing.assert_frame_equal(by_village(frame, **how)[columns], households[columns], check_dtype=False)


def test_a_level_that_is_the_unit_changes_nothing(panel: pd.DataFrame) -> None:
    plain = {"cohort": "cohort", "never": [0]}
    frames, ledgers = [], []
    for declared in (plain, plain | {"level": "village"}):
        ledger = Ledger("panel", "panel", "village", "year")
        bare = panel[["village", "year", "cohort", "y"]]
        designation = Designation.model_validate(declared)
        frames.append(date_designation(bare, "listed", designation, "village", "year", ledger))
        ledgers.append(ledger.frame())
    pd.testing.assert_frame_equal(*frames)
    pd.testing.assert_frame_equal(*ledgers)


@pytest.mark.slow
def test_villages_treated_from_the_start_are_left_out_and_counted() -> None:
    started = surveyed()
    started.loc[started["village"].isin(["v00", "v04"]), "first"] = 1999
    panel = by_village(started)
    without = by_village(started[~started["village"].isin(["v00", "v04"])])
    for estimator in ("event_study", "sun_abraham", "imputation", "stacked", "callaway_santanna", "extended_two_way"):
        window = [-2, 1] if estimator == "stacked" else None
        found, ledger = estimate_block(panel, [of_levels(estimator=estimator, window=window)])
        wanted = estimated(without, estimator=estimator, window=window)
        np.testing.assert_allclose(found["estimate"].astype(float), wanted["estimate"].astype(float), rtol=1e-9)
        assert found["sample"].str.contains("without 2 levels of village treated throughout").any(), estimator
        assert "2 levels of village treated from the first period on" in ledger["reason"].tolist()


@pytest.mark.slow
def test_a_village_that_enters_late_is_judged_by_its_own_first_period(households: pd.DataFrame) -> None:
    late = households[~((households["village"] == "v01") & (households["year"] < 2003))]  # cohort 2003
    untreated = households[~((households["village"] == "v02") & (households["year"] < 2003))]  # cohort 2005
    for estimator in ("event_study", "callaway_santanna"):
        found = estimated(late, estimator=estimator)
        wanted = estimated(households[households["village"] != "v01"], estimator=estimator)
        np.testing.assert_allclose(found["estimate"].astype(float), wanted["estimate"].astype(float), rtol=1e-9)
        assert not estimated(untreated, estimator=estimator)["sample"].str.contains("throughout").any()


@pytest.mark.slow
def test_households_seen_twice_and_names_used_again_change_no_estimate(households: pd.DataFrame) -> None:
    again = surveyed()
    number = again.groupby(["village", "year"]).cumcount()
    # One name in two years: in the same village for some households, in another for others.
    again["household"] = np.where(number == 0, again["village"] + again["year"].floordiv(2).astype(str), "")
    other = (again["village"].str[1:].astype(int) + again["year"] % 2) % 20
    again["household"] = np.where(
        number == 1, "moved" + other.astype(str) + again["year"].astype(str), again["household"]
    )
    again["household"] = again["household"].where(number < 2, "h" + pd.Series(range(len(again))).astype(str))
    panel = by_village(again)
    for estimator in ("two_way_fixed_effects", "event_study", "imputation", "callaway_santanna"):
        found, wanted = (estimated(each, estimator=estimator) for each in (panel, households))
        for column in ("estimate", "standard_error"):
            np.testing.assert_allclose(found[column].astype(float), wanted[column].astype(float), rtol=1e-7, atol=1e-9)
        assert found["units"].max() < wanted["units"].max()


def test_rows_without_a_village_are_left_out_and_counted() -> None:
    frame = surveyed()
    frame.loc[::50, "village"] = None
    panel = by_village(frame)
    assert panel.loc[panel["village"].isna(), ["listed", "listed_cohort"]].isna().all(axis=None)
    found, ledger = estimate_block(
        panel, [of_levels(estimator="callaway_santanna", inference=Inference(cluster=["county"]))]
    )
    assert found["observations"].iloc[0] == frame["village"].notna().sum()
    assert "treatment listed unknown" in ledger["reason"].tolist()


@pytest.mark.slow(but_each=2)
@pytest.mark.parametrize(
    ("how", "estimator"),
    [
        (how, estimator)
        for how in ({"cohort": "first", "never": [0]}, {"indicator": "grant"})
        for estimator in ("event_study", "sun_abraham", "imputation", "two_stage", "stacked", "callaway_santanna")
    ],
)
def test_without_a_level_there_is_a_reason_and_no_number(how: dict[str, object], estimator: str) -> None:
    panel = by_village(surveyed(), level=None, **how)
    changes = {"window": [-2, 1], "levels": {}, "fixed_effects": ["household", "year"], "group_time": None}
    found = estimated(panel, estimator=estimator, **changes)
    assert found["estimate"].isna().all()
    assert "every household is seen once" in found["reason"].iloc[0]
    assert "write `level: village` under `designation.listed`" in found["reason"].iloc[0]


@pytest.mark.parametrize("estimator", ["two_way_fixed_effects", "poisson_fixed_effects"])
def test_an_effect_for_each_household_seen_once_has_a_reason(estimator: str) -> None:
    panel = by_village(surveyed(), level=None).assign(y=lambda frame: frame["y"].abs())
    found = estimated(panel, estimator=estimator, levels={}, fixed_effects=["household", "year"])
    assert found["estimate"].isna().all()
    assert "the `level` that treatment is assigned at" in found["reason"].iloc[0]


def test_cohort_sizes_and_groups_are_of_villages(households: pd.DataFrame) -> None:
    sizes = estimated(households, estimator="cohort_means")
    sizes = sizes[sizes["term"] == "cohort size"].set_index("cohort")
    assert sizes["units"].to_dict() == {"2003": 5, "2005": 5, "2006": 5, "never": 5}
    paths = estimated(households, estimator="group_means", groups=Groups(at=2004, measured_from=2004))
    untreated = households[households["listed_cohort"].isna()]
    base = untreated[untreated["year"] == 2004].groupby("village")["y"].mean()
    at_end = untreated[untreated["year"] == 2007]
    wanted = (at_end["y"] - at_end["village"].map(base)).mean()
    last = paths[(paths["term"] == "untreated") & (paths["period"] == 2007)].iloc[0]
    assert last["estimate"] == pytest.approx(wanted, rel=1e-9)


def test_cohorts_are_permuted_among_villages_and_clusters_are_villages(households: pd.DataFrame) -> None:
    inference = Inference(cluster=["village"], permutation=Permutation(draws=99), bootstrap=WildBootstrap(draws=99))
    found = estimated(households, inference=inference, seed=1).iloc[0]
    assert found["permutation"] == "99 permutations of cohorts among village"
    assert "15 of 20 clusters treated" in found["bootstrap"]
    assert found["p_value_permutation"] == pytest.approx(0.01)


def test_a_moderator_of_villages_has_no_coefficient_in_the_first_year(households: pd.DataFrame) -> None:
    remote = households["village"].str[1:].astype(int) / 10
    found = estimated(households.assign(remote=remote), moderators=["remote"])
    assert found.loc[found["term"] == "remote", "period"].tolist() == list(range(2001, 2008))
    assert found["reason"].eq("").all()
