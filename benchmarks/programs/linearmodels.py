"""linearmodels (https://pypi.org/project/linearmodels), the reference of this program's regressions."""

from linearmodels.panel import PanelOLS

from benchmarks.panels import REGRESSORS


def two_way(panel):
    indexed = panel.set_index(["village", "year"])
    model = PanelOLS(indexed["y"], indexed[["listed", *REGRESSORS]], entity_effects=True, time_effects=True)
    result = model.fit(cov_type="clustered", clusters=indexed["county"], auto_df=False, count_effects=False)
    return float(result.params["listed"]), float(result.std_errors["listed"])
