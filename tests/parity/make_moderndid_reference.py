"""Write what moderndid prints for the panels of dose_and_eligibility_panels.

Run with moderndid 0.2.0 and polars below 2, and this repository's root on the path:
python -m tests.parity.make_moderndid_reference
"""

from __future__ import annotations

from pathlib import Path

import moderndid
import numpy as np
import pandas as pd
import polars

from tests.parity.dose_and_eligibility_panels import AT, DOSES, ELIGIBILITY, dose_panel, with_eligibility

HERE = Path(__file__).parent
METHODS = {"doubly_robust": "dr", "outcome_regression": "reg", "inverse_probability": "ipw"}


def triple_differences() -> pd.DataFrame:
    """Cells with their standard errors, from influence functions where cohorts compared with are averaged."""
    panel, rows = polars.from_pandas(with_eligibility()), []
    for call, stated in ELIGIBILITY.items():
        found = moderndid.ddd(
            panel,
            yname="y",
            tname="year",
            idname="village",
            gname="cohort",
            pname="eligible",
            control_group=stated.get("comparison", "never_treated").replace("_", ""),
            base_period=stated.get("base_period", "varying"),
            est_method=METHODS[stated.get("method", "doubly_robust")],
            xformla="~ x" if "covariates" in stated else None,
        )
        errors = np.sqrt((found.inf_func_mat**2).mean(axis=0) / found.n)
        rows += [(call, *each) for each in zip(found.groups, found.times, found.att, errors, strict=True)]
    return pd.DataFrame(rows, columns=["call", "cohort", "period", "estimate", "standard_error"])


def continuous_dose() -> pd.DataFrame:
    """Effects, and responses with their standard errors."""
    rows = []
    for call, stated in DOSES.items():
        panel = dose_panel(call)
        first = panel["year"].min() - 1
        panel["year"], panel["cohort"] = panel["year"] - first, (panel["cohort"] - first).where(panel["cohort"] > 0)
        panel["dose"], panel["cohort"] = panel["dose"].where(panel["cohort"].notna(), 0), panel["cohort"].fillna(np.inf)
        known = panel.loc[panel["dose"] > 0, "dose"]
        found = moderndid.cont_did(
            polars.from_pandas(panel),
            yname="y",
            tname="year",
            idname="village",
            gname="cohort",
            dname="dose",
            target_parameter="slope",
            aggregation="dose",
            control_group=stated["compared_with"].replace("_", ""),
            degree=stated.get("degree", 3),
            num_knots=stated.get("knots", 0),
            dvals=np.r_[known.min(), AT, known.max()],
            biters=10,
            random_state=1,
        )
        errors = np.sqrt((found.acrt_d_inf_func**2).mean(axis=0) / len(found.acrt_d_inf_func))
        rows += [(call, "effect", np.nan, found.overall_att, np.nan)]
        rows += [(call, "response", np.nan, found.overall_acrt, np.nan)]
        for number, dose in enumerate(AT, start=1):
            rows += [(call, "effect", dose, found.att_d[number], np.nan)]
            rows += [(call, "response", dose, found.acrt_d[number], errors[number])]
    return pd.DataFrame(rows, columns=["call", "what", "dose", "estimate", "standard_error"])


if __name__ == "__main__":
    triple_differences().to_csv(HERE / "triple_differences/reference.csv", index=False)
    continuous_dose().to_csv(HERE / "continuous_dose/reference.csv", index=False)
