"""The study of night lights: its headline again from the raw files and from its panel, where these are at hand."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from linearmodels.iv.absorbing import AbsorbingLS

from ruralpanel.sources.retrieval import MIRROR, in_mirror, mirror_folders
from tests.conftest import shipped_study
from tests.docs.marks import wrong_numbers, wrong_statuses
from tests.studies.public_studies import run_from_mirror

NAME = "county_lights"
LISTS = {"list_2014": ("省", "区/县"), "list_2015": ("省", "县"), "list_2016": ("省(市、区)", "县（市、区）")}
"""Of each list, the headers of province and county."""
KINDS = r"(?:自治县|县|市|区|旗)$"
"""How names of counties end."""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_from_mirror(NAME, tmp_path_factory.mktemp("checkout"), "Verdict: MATCH.")


def least_squares(frame: pd.DataFrame, effects: list[str], cluster: str) -> tuple[float, float]:
    """Regress log(0.01 + radiance) on treatment with linearmodels: estimate and standard error."""
    fit = AbsorbingLS(
        np.log(frame["radiance"] + 0.01),
        frame[["treated"]],
        absorb=frame[effects].astype("category"),
        drop_absorbed=True,
    ).fit(cov_type="clustered", clusters=frame[[cluster]].apply(lambda column: column.astype("category").cat.codes))
    return float(fit.params["treated"]), float(fit.std_errors["treated"])


@pytest.mark.slow
def test_the_headline_is_what_linearmodels_finds_in_the_panel(results: Path) -> None:
    panel = pd.read_parquet(results / "panel/panel.parquet")
    panel = panel[panel["radiance"].notna()]
    panel = panel.assign(
        treated=((panel["first_list"] > 0) & (panel["year"] >= panel["first_list"])).astype(float),
        province_year=panel["province"].astype(str) + "-" + panel["year"].astype(str),
    )
    estimates = pd.read_csv(results / "estimates/baseline.csv").set_index("specification")
    for specification, effects, sample in (
        ("counties_national", ["county", "year"], panel["district"] == 0),
        ("counties_provincial", ["county", "province_year"], panel["district"] == 0),
        ("national", ["county", "year"], panel["district"] >= 0),
        ("provincial", ["county", "province_year"], panel["district"] >= 0),
    ):
        estimate, error = least_squares(panel[sample], effects, "prefecture")
        ours = estimates.loc[specification]
        assert ours["observations"] == sample.sum()
        assert ours["estimate"] == pytest.approx(estimate, abs=1e-7)
        assert ours["standard_error"] == pytest.approx(error, rel=0.02)  # another small-sample correction


def stems(names: pd.Series) -> pd.Series:
    """Take the endings from names of counties, but from those of two characters."""
    return names.where(names.str.len() <= 2, names.str.replace(KINDS, "", regex=True))


@pytest.mark.slow
def test_names_matched_without_the_program_tell_the_same(results: Path) -> None:
    """Of 1,869 counties of the raw file that are no districts, 138 have names that are in the lists but for endings."""
    sources, folders = shipped_study(NAME).sources, mirror_folders(os.environ.get(MIRROR))

    def raw(name: str) -> Path:
        found = in_mirror(sources[name].retrieve, folders)
        assert found is not None
        return found

    lists = []
    for name, (province, county) in LISTS.items():
        path = raw(name)
        read = pd.read_csv(path, dtype=str) if path.suffix == ".csv" else pd.read_excel(path, dtype=str)
        lists.append(pd.DataFrame({"in": read[province].str[:2], "name": read[county], "first": int(name[-4:])}))
    listed = pd.concat(lists).dropna()
    lights = pd.read_csv(raw("lights"), dtype={"countyCode": str})
    lights = lights[(lights["provinceCode"] < 700000) & ~lights["county"].str.endswith("区")]
    for frame in (listed, lights):
        column = "name" if "name" in frame else "county"
        frame["stem"] = frame[column].where(
            frame[column].str.len() <= 2, frame[column].str.replace(KINDS, "", regex=True)
        )
    lights = lights.assign(**{"in": lights["province"].str[:2]})
    lights = lights.merge(listed.groupby(["in", "stem"], as_index=False)["first"].min(), how="left", on=["in", "stem"])
    lights = lights.assign(
        radiance=lights["total_sol"],
        treated=(lights["year"] >= lights["first"]).astype(float),
        province_year=lights["provinceCode"].astype(str) + "-" + lights["year"].astype(str),
    )
    assert len(lights) == 16_821
    assert lights.loc[lights["treated"] == 1, "countyCode"].nunique() == 138
    estimates = pd.read_csv(results / "estimates/baseline.csv").set_index("specification")
    for specification, effects, quick in (
        ("counties_national", ["countyCode", "year"], 0.083),
        ("counties_provincial", ["countyCode", "province_year"], -0.002),
    ):
        estimate, _ = least_squares(lights, effects, "countyCode")
        assert estimate == pytest.approx(quick, abs=0.0005)
        ours = estimates.loc[specification]
        assert abs(ours["estimate"] - estimate) < ours["standard_error"] / 4


@pytest.mark.slow
def test_lists_and_poor_counties_are_nearly_all_placed(results: Path) -> None:
    panel = pd.read_parquet(results / "panel/panel.parquet").groupby("county").first()
    assert panel["first_list"].value_counts().drop(0).to_dict() == {2014: 79, 2015: 101, 2016: 49}
    assert (panel["exit_year"] > 0).sum() == 830  # of 832: two in Haixi have no coordinates
    poor = pd.read_csv(results / "sources/poor_counties.ledger.csv")
    assert poor["rows_out"].iloc[-1] == 832


@pytest.mark.slow
def test_no_claim_on_lists_is_called_robust_and_pages_say_so(results: Path) -> None:
    statuses = pd.read_csv(results / "claims.csv").drop_duplicates("claim").set_index("claim")["status"]
    assert statuses["brighter"] == "undecided"
    assert "robust" not in set(statuses)
    assert wrong_statuses(NAME, results) == []
    assert wrong_numbers(NAME, results) == []
    page = (results / "report/index.html").read_text(encoding="utf-8")
    assert "hand-drawn line whose maker names no source" in page


def test_what_has_no_licence_is_not_shipped() -> None:
    sources = shipped_study(NAME).sources
    kept_back = {name for name, source in sources.items() if not source.redistributable}
    assert kept_back == {
        "lights",
        "long_lights",
        "poor_counties",
        "old_course",
        "list_2014",
        "list_2015",
        "list_2016",
        "coordinates",
    }
    assert all(sources[name].path is None for name in kept_back)
