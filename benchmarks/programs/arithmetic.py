"""The limit: one pass over the columns that a work reads, which no program can do without."""

import numpy as np

from benchmarks.panels import REGRESSORS


def _pass_over(panel, columns):
    return float(sum(np.add.reduce(panel[column].to_numpy(dtype="float64")) for column in columns)), float("nan")


def two_way(panel):
    return _pass_over(panel, ["y", "listed", *REGRESSORS, "village", "year", "county"])


def multiway(panel):
    return _pass_over(panel, ["y", "listed", *REGRESSORS, "village", "province", "year", "county"])


def event_study(panel):
    return _pass_over(panel, ["y", "cohort", "village", "year", "county"])


callaway_santanna = imputation = two_stage = stacked = sun_abraham = extended_two_way = local_projections = event_study
