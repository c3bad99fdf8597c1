"""Treatments that come and go against the authors' own package, on a published panel and three drawn ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

from ruralpanel.frames.ledger import Ledger
from ruralpanel.panel.designation import date_designation
from ruralpanel.study.designation import Designation
from tests.conftest import equation
from tests.parity.switching_panels import CALLS, panels
from tests.worded import estimate_block

pytestmark = pytest.mark.slow

REFERENCE = pd.read_csv(Path(__file__).parent / "switching" / "reference.csv", dtype={"term": str})


@pytest.fixture(scope="module")
def dated() -> dict[str, pd.DataFrame]:
    found = {}
    for name, panel in panels().items():
        read_from: dict[str, Any] = {"intensity" if name == "doses" else "indicator": "d"}
        designation = Designation(**read_from, absorbing=False)
        ledger = Ledger("panel", "panel", "village", "year")
        found[name] = date_designation(panel, "listed", designation, "village", "year", ledger)
    return found


def estimated(panel: pd.DataFrame, call: dict[str, Any]) -> pd.DataFrame:
    changes = {key: value for key, value in call.items() if key != "cluster"}
    changes["inference"] = {"cluster": [call.get("cluster", "village")]}
    if "listed_intensity" in panel:
        changes["intensities"] = {"listed": "listed_intensity"}
    asked = equation(estimator="chaisemartin_dhaultfoeuille", absorbing=False, **changes)
    rows = estimate_block(panel, [asked])[0]
    names = rows["event_time"].astype("str").where(rows["event_time"].notna(), "overall")
    return rows.assign(at=names.mask(rows["term"] == "joint test of leads", "joint p")).set_index("at")


@pytest.mark.parametrize(
    ("dataset", "call"), list(dict.fromkeys(zip(REFERENCE["dataset"], REFERENCE["call"], strict=True)))
)
def test_estimates_and_errors_are_those_of_did_multiplegt_dyn(
    dated: dict[str, pd.DataFrame], dataset: str, call: str
) -> None:
    printed = REFERENCE[(REFERENCE["dataset"] == dataset) & (REFERENCE["call"] == call)].set_index("term")
    rows = estimated(dated[dataset], CALLS[dataset][call])
    effects = printed.drop(index="joint p", errors="ignore")
    np.testing.assert_allclose(rows.loc[effects.index, "estimate"], effects["estimate"], rtol=0, atol=1e-9)
    np.testing.assert_allclose(rows.loc[effects.index, "standard_error"], effects["standard_error"], rtol=1e-8)
    if "joint p" in printed.index:
        # The package's p-value is from the chi-squared distribution, ours from signs of clusters; the statistic is one.
        placebos = int(rows.loc["joint p", "reason"].split("joint test of ")[1].split()[0])
        wald = placebos * rows.loc["joint p", "statistic"]
        assert chi2.sf(wald, placebos) == pytest.approx(printed.loc["joint p", "estimate"], abs=1e-6)


def test_estimates_on_mpdta_are_those_that_other_packages_print(dated: dict[str, pd.DataFrame]) -> None:
    rows = estimated(dated["mpdta"], {"window": [-3, 2]})
    np.testing.assert_allclose(rows.loc[["0", "1", "2"], "estimate"], [-0.01892, -0.05359, -0.13627], atol=5e-6)
