"""Headlines of replications on real counties, computed anew from the raw file by linearmodels and by hand.

Nothing of the program is used on that side: neither its readers nor its panel nor its estimators.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rdata
from linearmodels.panel import PanelOLS

from ruralpanel.estimation.block import estimate_block
from ruralpanel.panel.build import build_panel
from ruralpanel.sources.retrieval import MIRROR, in_mirror, mirror_folders
from ruralpanel.sources.table import read_source
from tests.conftest import ROOT, shipped_study

LAND_COUPON = "replications/land_coupon"
FAMINE = "replications/famine"


@cache
def raw_file(name: str) -> Path:
    """Find the only raw file of a study: kept here, or in a mirror."""
    (source,) = shipped_study(name).sources.values()
    kept = ROOT / (source.raw_file or "")
    wanted = source.retrieve
    found = kept if kept.is_file() else wanted and in_mirror(wanted, mirror_folders(os.environ.get(MIRROR)))
    if not found:
        pytest.skip(f"neither kept here nor in a mirror: {kept.name}")
    return found


@cache
def built(name: str) -> pd.DataFrame:
    """Build the panel of a study with one source, as a run does."""
    study = shipped_study(name)
    ((base, source),) = study.sources.items()
    path = raw_file(name)
    tables = {base: read_source(base, source, path).table}
    return build_panel(tables, study.panel, base, study.designation, legacies=study.legacies).panel


def estimated(name: str, block: str, term: str) -> pd.DataFrame:
    """Estimate a block, and give the rows of a term by specification."""
    study = shipped_study(name)
    estimates, _ = estimate_block(built(name), study.equations(block), list(study.designation))
    return estimates[estimates["term"] == term].set_index("specification")


def by_linearmodels(data: pd.DataFrame, outcome: str, term: str, effects: Sequence[str] = ()) -> tuple[float, float]:
    """Estimate with effects of entity, and of time or of another column; clustered by entity, without a correction."""
    other = {"other_effects": data[list(effects)]} if effects else {"time_effects": True}
    found = PanelOLS(data[outcome], data[[term]], entity_effects=True, **other).fit(
        cov_type="clustered", cluster_entity=True, debiased=False, auto_df=False, count_effects=False
    )
    return float(found.params[term]), float(found.std_errors[term])


def corrected(error: float, clusters: int, rows: int, coefficients: int) -> float:
    """Apply the correction of R fixest, which counts no effects that are nested in the clusters."""
    return error * float(np.sqrt(clusters / (clusters - 1) * (rows - 1) / (rows - coefficients)))


@pytest.mark.slow
def test_land_coupons_on_the_ratio_are_those_of_linearmodels() -> None:
    raw = pd.read_csv(raw_file(LAND_COUPON)).set_index(["county_id", "year"])
    pooled = {term: estimated(LAND_COUPON, "pooled", term) for term in ("coupons", "log_cumulative")}
    for column, term, specification in (
        ("treated", "coupons", "binary"),
        ("ln_cum_area", "log_cumulative", "cumulative"),
    ):
        estimate, error = by_linearmodels(raw, "urban_rural_income_ratio", column)
        row = pooled[term].loc[specification]
        assert row["estimate"] == pytest.approx(estimate, rel=1e-9)
        assert row["standard_error"] == pytest.approx(corrected(error, 37, 444, 13), rel=1e-6)


@pytest.mark.slow
def test_effects_by_cohort_are_differences_of_means_by_hand() -> None:
    raw = pd.read_csv(raw_file(LAND_COUPON))
    wide = raw.pivot_table(index="county_id", columns="year", values="urban_rural_income_ratio")
    first = raw.groupby("county_id")["first_treat_year"].first()
    cells: dict[int, list[tuple[int, float]]] = {}
    for cohort in (2010, 2011, 2012, 2014, 2017):
        for year in range(cohort, 2021):
            change = wide[year] - wide[cohort - 1]
            not_yet = (first == 0) | (first > year)
            effect = float(change[first == cohort].mean() - change[not_yet].mean())
            cells.setdefault(year - cohort, []).append((int((first == cohort).sum()), effect))
    by_event_time = {
        time: float(np.average([e for _, e in found], weights=[n for n, _ in found])) for time, found in cells.items()
    }
    rows = estimated(LAND_COUPON, "by_cohort", "coupons").loc["not_yet"]
    rows = rows[(rows["outcome"] == "ratio") & rows["event_time"].notna() & (rows["cohort"] == "")].set_index(
        "event_time"
    )
    assert {time: rows.loc[time, "estimate"] for time in by_event_time} == pytest.approx(by_event_time, rel=1e-9)
    mean = estimated(LAND_COUPON, "by_cohort", "coupons, mean of event times").loc["not_yet"]
    mean = mean[mean["outcome"] == "ratio"].iloc[0]
    assert mean["estimate"] == pytest.approx(np.mean(list(by_event_time.values())), rel=1e-9)
    # What the table of the manuscript prints as its error is that of eleven independent estimates, and too small.
    as_if_independent = np.sqrt((rows.loc[0:, "standard_error"] ** 2).mean() / 11)
    assert round(as_if_independent, 3) == 0.011
    assert mean["standard_error"] > 2.5 * as_if_independent


@pytest.mark.slow
def test_genealogies_in_the_famine_are_those_of_linearmodels() -> None:
    raw = rdata.read_rda(raw_file(FAMINE))["mortality"]
    raw = raw.astype({"provid": "int64", "year": "int64"})
    raw["exposure"] = raw["lnpczupu"].astype("float64") * raw["year"].between(1958, 1961)
    raw["province_year"] = pd.Categorical(raw["provid"] * 10_000 + raw["year"])
    data = raw.set_index(["countyid", "year"])
    rows = estimated(FAMINE, "exposure", "clans_intensity")
    estimate, error = by_linearmodels(data, "mortality", "exposure")
    assert rows.loc["national", "estimate"] == pytest.approx(estimate, rel=1e-8)
    assert rows.loc["national", "standard_error"] == pytest.approx(corrected(error, 921, 11_973, 14), rel=1e-6)
    within, error = by_linearmodels(data, "mortality", "exposure", ["province_year"])
    assert rows.loc["within", "estimate"] == pytest.approx(within, rel=1e-8)
    assert rows.loc["within", "standard_error"] == pytest.approx(error, rel=0.02)
    assert estimate < -5 < 0 < within  # the sign turns, and neither is told from zero with provinces as the clusters
    assert (rows.loc[["national_by_province", "within_by_province"], "p_value"] > 0.05).all()


def test_what_may_not_be_passed_on_is_retrieved() -> None:
    (source,) = shipped_study(LAND_COUPON).sources.values()
    assert source.path is None and not source.redistributable
    (source,) = shipped_study(FAMINE).sources.values()
    assert source.redistributable and (ROOT / "data/raw/famine/LICENSE").read_text(encoding="utf-8").startswith(
        "MIT License"
    )
