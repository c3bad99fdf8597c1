"""diff-diff (https://pypi.org/project/diff-diff)."""

import diff_diff

KEYS = {"outcome": "y", "unit": "village", "time": "year", "first_treat": "cohort"}


def _on_entry(result):
    effect = result.event_study_effects[0]
    return float(effect["effect"]), float(effect["se"])


def callaway_santanna(panel):
    return _on_entry(diff_diff.CallawaySantAnna(cluster="county").fit(panel, aggregate="event_study", **KEYS))


def callaway_santanna_covariates(panel):
    estimator = diff_diff.CallawaySantAnna(cluster="county", pscore_trim=1e-6)
    return _on_entry(estimator.fit(panel, aggregate="event_study", covariates=["x1", "x2"], **KEYS))


def imputation(panel):
    return _on_entry(diff_diff.ImputationDiD(cluster="county").fit(panel, aggregate="event_study", **KEYS))


def two_stage(panel):
    return _on_entry(diff_diff.TwoStageDiD(cluster="county").fit(panel, aggregate="event_study", **KEYS))


def stacked(panel):
    return _on_entry(diff_diff.StackedDiD(kappa_pre=3, kappa_post=3).fit(panel, aggregate="event_study", **KEYS))


def sun_abraham(panel):
    return _on_entry(diff_diff.SunAbraham(cluster="county").fit(panel, **KEYS))


def extended_two_way(panel):
    keys = {**KEYS, "cohort": KEYS["first_treat"]}
    keys.pop("first_treat")
    result = diff_diff.WooldridgeDiD(cluster="county").fit(panel, **keys)
    return float(result.overall_att), float(result.overall_se)


def local_projections(panel):
    keys = {key: name for key, name in KEYS.items() if key != "first_treat"}
    result = diff_diff.LPDiD(pre_window=5, post_window=5, cluster="county").fit(panel, treatment="listed", **keys)
    (row,) = result.event_study[result.event_study["horizon"] == 0].itertuples()
    return float(row.coefficient), float(row.se)


def bacon_decomposition(panel):
    result = diff_diff.BaconDecomposition().fit(panel, **KEYS)
    return float(result.twfe_estimate), float("nan")
