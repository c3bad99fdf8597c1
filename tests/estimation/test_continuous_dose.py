from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from ruralpanel.study.blocks import Inference
from ruralpanel.study.dose_response import DoseResponse
from tests.conftest import dated, equation
from tests.parity.dose_and_eligibility_panels import dose_panel, with_doses
from tests.study.conftest import Repository
from tests.worded import estimate_block


def found(
    panel: pd.DataFrame, asked: dict[str, Any] | None = None, **changes: Any
) -> tuple[pd.DataFrame, pd.DataFrame]:
    stated = {"estimator": "continuous_dose", "dose_response": {"dose": "dose", **(asked or {})}, **changes}
    return estimate_block(dated(panel), [equation(**stated)])


def changes_of(panel: pd.DataFrame) -> pd.DataFrame:
    """Take the change of every unit over two periods."""
    wide = panel.pivot_table(index="village", columns="year", values="y")
    first = panel.drop_duplicates("village").set_index("village")
    return first.assign(change=wide[2] - wide[1], place=first.index // 4)


def test_effects_and_their_errors_are_those_of_one_regression() -> None:
    panel = dose_panel("two periods").assign(place=lambda frame: frame["village"] // 4)
    units = changes_of(panel)
    treated = (units["cohort"] > 0).astype(float)
    powers = {f"d{power}": treated * units["dose"] ** power for power in range(4)}
    design = pd.DataFrame({"never": 1 - treated, **powers})
    for cluster in ("village", "place"):
        groups = units.reset_index()[cluster].to_numpy()
        fit = sm.OLS(units["change"], design).fit(
            cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}
        )
        rows = found(panel, {"at": [0.5, 1.5, 2.5]}, inference=Inference(cluster=[cluster]))[0]
        for dose in (0.5, 1.5, 2.5):
            row = rows[rows["term"] == f"listed at dose = {dose}"].squeeze()
            test = fit.t_test([-1.0, *(dose**power for power in range(4))])
            assert row["estimate"] == pytest.approx(float(test.effect[0]), abs=1e-9)
            assert row["standard_error"] == pytest.approx(float(test.sd[0, 0]), rel=1e-7)


def test_groups_are_differences_of_means() -> None:
    panel = dose_panel("two periods")
    panel["dose"] = panel["dose"].round()
    panel = panel[panel["dose"] > 0]
    means = changes_of(panel).assign(dose=lambda frame: frame["dose"].where(frame["cohort"] > 0, 0.0))
    means = means.groupby("dose")["change"].agg(["mean", "var", "count"])
    rows = found(panel, {"curve": "bins"})[0]
    effects = rows[rows["kind"] == "effect_at"]
    np.testing.assert_allclose(effects["estimate"], means["mean"].iloc[1:] - means["mean"].iloc[0], atol=1e-12)
    responses = rows[rows["kind"] == "response_at"]
    np.testing.assert_allclose(responses["estimate"], means["mean"].diff().iloc[1:], atol=1e-12)
    squares = means["var"] * (means["count"] - 1) / means["count"] ** 2
    np.testing.assert_allclose(responses["standard_error"], np.sqrt(squares + squares.shift()).iloc[1:], rtol=1e-8)
    shares = means["count"].iloc[1:] / means["count"].iloc[1:].sum()
    mean = rows[rows["kind"] == "average"].squeeze()
    assert mean["estimate"] == pytest.approx(float(shares @ means["mean"].diff().iloc[1:]), abs=1e-12)


def test_the_effect_over_all_doses_is_that_of_cohorts_and_periods() -> None:
    panel = with_doses([0, 2003, 2004], range(2001, 2006))
    own = found(panel, {"compared_with": "not_yet_treated"})[0].iloc[0]
    others = estimate_block(
        dated(panel), [equation(estimator="callaway_santanna", group_time={"comparison": "not_yet_treated"})]
    )[0]
    row = others[others["term"] == "listed, mean of cohorts"].squeeze()
    for name in ("estimate", "standard_error", "p_value"):
        assert own[name] == pytest.approx(row[name], rel=1e-9)


def test_nothing_is_extrapolated() -> None:
    panel = with_doses([0, 2003, 2004], range(2001, 2006))
    panel["dose"] = panel["dose"] + 10 * (panel["cohort"] == 2004)
    rows = found(panel, {"degree": 1, "at": [1.5, 6.0, 12.0]})[0].set_index("term")
    early, late = (
        found(panel[panel["cohort"] != out], {"degree": 1, "at": [1.5, 12.0]})[0].set_index("term")["estimate"]
        for out in (2004, 2003)
    )
    assert rows.loc["listed at dose = 1.5", "estimate"] == pytest.approx(early["listed at dose = 1.5"])
    assert rows.loc["listed at dose = 12.0", "estimate"] == pytest.approx(late["listed at dose = 12.0"])
    assert rows.loc["listed at dose = 6.0", "reason"] == "no cohort has doses on both sides of it"
    assert np.isnan(rows.loc["listed at dose = 6.0", "standard_error"])


@pytest.mark.slow
def test_intervals_hold_the_truth() -> None:
    held = []
    for seed in range(40):
        random = np.random.default_rng(seed)
        units = pd.DataFrame({"village": np.arange(120), "cohort": np.array([0, 2, 3])[np.arange(120) % 3]})
        units["dose"] = random.uniform(0, 2, 120)
        panel = units.merge(pd.DataFrame({"year": range(1, 5)}), how="cross")
        on = (panel["cohort"] > 0) & (panel["year"] >= panel["cohort"])
        rows = found(panel.assign(y=on * panel["dose"] ** 2 + random.normal(size=len(panel))), {"at": [1.0]})[0]
        held.append(rows["interval_low"].le([np.nan, np.nan, 1, 2]) & rows["interval_high"].ge([np.nan, np.nan, 1, 2]))
    assert np.mean([each.iloc[2:] for each in held]) > 0.88


@pytest.mark.parametrize(
    ("change", "asked", "said"),
    [
        (lambda panel: panel.assign(dose=1.0), {}, "`dose` is the same for all treated units"),
        (lambda panel: panel.assign(dose=np.nan), {}, "no treated unit has a `dose` above zero"),
        (lambda panel: panel.assign(dose=panel["year"]), {}, "`dose` changes within"),
        (lambda panel: panel.assign(dose=1 + panel["village"] % 2), {}, "2 different doses in the cohort are too few"),
        (lambda panel: panel[panel["cohort"] == 0], {}, "no unit of this sample is treated"),
        (lambda panel: panel[panel["cohort"] > 0], {}, "there is nobody to compare the cohort with"),
    ],
)
def test_what_cannot_be_estimated_has_a_reason(change: Any, asked: dict[str, Any], said: str) -> None:
    rows, _ = found(change(with_doses([0, 2003, 2004], range(2001, 2006))), asked)
    assert rows["estimate"].isna().all()
    assert said in rows["reason"].iloc[0]


def test_treated_units_without_a_dose_are_counted() -> None:
    panel = with_doses([0, 2003, 2004], range(2001, 2006))
    few = panel.loc[panel["cohort"] > 0, "village"].unique()[:3]
    rows, ledger = found(panel.assign(dose=panel["dose"].where(~panel["village"].isin(few), 0.0)))
    assert "3 treated units without a dose above zero" in ledger["reason"].tolist()
    assert rows["units"].iloc[0] == 157


def test_a_study_says_what_the_dose_is(tmp_path: Any) -> None:
    repository = Repository(tmp_path)
    repository.at("blocks.main").update(estimators=["continuous_dose"])
    assert "continuous_dose needs `dose_response`" in repository.complaint()
    repository.at("blocks.main").update(dose_response={"dose": "shops"})
    assert "`shops`" in repository.complaint()
    with pytest.raises(ValueError, match="`knots` has no meaning with `curve: bins`"):
        DoseResponse(dose="shops", curve="bins", knots=2)
