"""Print what diff-diff 3.13.0 makes of the panels: run in an environment of its own, with diff-diff installed."""

from __future__ import annotations

import warnings
from pathlib import Path

import pandas as pd
from diff_diff import ImputationDiD, LPDiD, StackedDiD, TwoStageDiD, WooldridgeDiD

FOLDER = Path(__file__).parent
KEYS = {"outcome": "y", "unit": "village", "time": "year", "first_treat": "cohort"}


def panel(name: str, covariates: list[str]) -> pd.DataFrame:
    if name == "mpdta":
        return pd.read_csv(FOLDER / "mpdta.csv")
    rows = pd.read_csv(FOLDER.parent / "fixest" / f"{name}.csv").dropna(subset=["y", *covariates])
    first = rows.groupby("village")["year"].transform("min")
    return rows[~((rows["cohort"] > 0) & (rows["cohort"] <= first))]


def averages(estimator, name: str, covariates: list[str]) -> dict[str, tuple[float, float]]:
    keys = KEYS | ({"covariates": covariates} if covariates else {})
    if not isinstance(estimator, StackedDiD):
        keys["aggregate"] = "event_study"
    result = estimator.fit(panel(name, covariates), **keys)
    found = {"overall": (result.overall_att, result.overall_se)}
    for event_time, each in result.event_study_effects.items():
        if event_time >= 0:
            found[str(int(event_time))] = (each["effect"], each["se"])
    return found


def projections(name: str) -> dict[str, tuple[float, float]]:
    rows = panel(name, [])
    rows = rows.assign(treated=((rows["cohort"] > 0) & (rows["year"] >= rows["cohort"])).astype(int))
    result = LPDiD(pre_window=3, post_window=2).fit(rows, outcome="y", unit="village", time="year", treatment="treated")
    found = {
        str(int(row.horizon)): (row.coefficient, row.se) for row in result.event_study.itertuples() if row.horizon != -1
    }
    pooled = result.pooled.set_index("window").loc["post"]
    return found | {"overall": (pooled["coefficient"], pooled["se"])}


def extended(name: str, covariates: list[str]) -> dict[str, tuple[float, float]]:
    estimator = WooldridgeDiD(cluster="village")
    result = estimator.fit(panel(name, covariates), **KEYS, exovar=covariates or None)
    result.aggregate("event")
    found = {str(int(time)): (each["att"], each["se"]) for time, each in result.event_study_effects.items()}
    return found | {"overall": (result.overall_att, result.overall_se)}


def main() -> None:
    warnings.simplefilter("ignore")
    calls = {
        "imputation": (ImputationDiD(), []),
        "imputation, x": (ImputationDiD(), ["x"]),
        "two_stage": (TwoStageDiD(), []),
        "two_stage, x": (TwoStageDiD(), ["x"]),
        "two_stage, county": (TwoStageDiD(cluster="county"), []),
        "stacked -1 to 1": (StackedDiD(kappa_pre=1, kappa_post=1), []),
        "stacked -3 to 1": (StackedDiD(kappa_pre=3, kappa_post=1), []),
    }
    rows = []
    for name in ("mpdta", "shared_1", "shared_3"):
        for call, (estimator, covariates) in calls.items():
            if (name == "mpdta" and "," in call) or (name != "mpdta" and "stacked" in call):
                continue
            for term, (estimate, error) in averages(estimator, name, covariates).items():
                rows.append((name, call, term, f"{estimate:.10f}", f"{error:.10f}"))
        # It refuses the year that shared_3 lacks.
        for term, (estimate, error) in projections(name).items() if name != "shared_3" else ():
            rows.append((name, "local_projections -3 to 2", term, f"{estimate:.10f}", f"{error:.10f}"))
        for covariates in {"mpdta": ([], ["lpop"]), "shared_1": ([],)}.get(name, ()):
            call = ", ".join(["extended_two_way", *covariates])
            for term, (estimate, error) in extended(name, covariates).items():
                rows.append((name, call, term, f"{estimate:.10f}", f"{error:.10f}"))
    columns = ["dataset", "call", "term", "estimate", "standard_error"]
    pd.DataFrame(rows, columns=columns).to_csv(FOLDER / "reference.csv", index=False)


if __name__ == "__main__":
    main()
