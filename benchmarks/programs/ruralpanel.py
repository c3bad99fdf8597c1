"""This program, by the doors that a notebook uses."""

import ruralpanel as rp
from benchmarks.panels import READ, REGRESSORS, SUBSETS
from ruralpanel.estimation.block import estimate_block
from ruralpanel.sources.table import read_source
from ruralpanel.study.blocks import Equation, Inference
from ruralpanel.study.sources import Source

KEYS = {"outcome": "y", "unit": "village", "period": "year", "cluster": "county"}
STAGGERED = {**KEYS, "cohort": "cohort", "never": 0}


def _overall(result):
    row = result.overall
    return float(row["estimate"]), float(row["std.error"])


def _on_entry(result):
    rows = result.event_study()
    row = rows[rows["event_time"] == 0].iloc[0]
    return float(row["estimate"]), float(row["std.error"])


def two_way(panel):
    return _overall(rp.two_way_fixed_effects(panel, treated="listed", controls=REGRESSORS, **KEYS))


def multiway(panel):
    effects = ["village", "province^year"]
    return _overall(
        rp.two_way_fixed_effects(panel, treated="listed", controls=REGRESSORS, fixed_effects=effects, **KEYS)
    )


def specifications(panel):
    cohort = panel["cohort"].where(panel["cohort"] > 0)
    dated = panel.assign(listed_cohort=cohort, listed_event_time=panel["year"] - cohort).drop(columns="cohort")
    inference = Inference(cluster=["county"])
    keys = {"block": "curve", "outcome": "y", "unit": "village", "period": "year", "treatments": ["listed"]}
    equations = [
        Equation(**keys, specification=f"s{number}", regressors=subset, inference=inference)
        for number, subset in enumerate(SUBSETS)
    ]
    estimates, _ = estimate_block(dated, equations, ["listed"])
    last = estimates[(estimates["term"] == "listed")].iloc[-1]
    return float(last["estimate"]), float(last["standard_error"])


def poisson(panel):
    return _overall(rp.poisson_fixed_effects(panel, treated="listed", controls=["x1"], **{**KEYS, "outcome": "visits"}))


def conley(panel):
    keys = {key: name for key, name in KEYS.items() if key != "cluster"}
    places = {"variance": "spatial", "cutoff": 50, "latitude": "latitude", "longitude": "longitude"}
    return _overall(rp.two_way_fixed_effects(panel, treated="listed", **keys, **places))


def permutations(panel):
    draws = {"draws": 999}
    return _overall(rp.two_way_fixed_effects(panel, treated="listed", permutation=draws, **KEYS))


def wild_bootstrap(panel):
    draws = {"draws": 9999}
    return _overall(rp.two_way_fixed_effects(panel, treated="listed", controls=REGRESSORS, bootstrap=draws, **KEYS))


def event_study(panel):
    return _on_entry(rp.event_study(panel, window=[-5, 5], **STAGGERED))


def sun_abraham(panel):
    return _on_entry(rp.sun_abraham(panel, window=[-5, 5], **STAGGERED))


def callaway_santanna(panel):
    return _on_entry(rp.callaway_santanna(panel, **STAGGERED))


def callaway_santanna_covariates(panel):
    return _on_entry(rp.callaway_santanna(panel, covariates=["x1", "x2"], **STAGGERED))


def imputation(panel):
    return _on_entry(rp.imputation(panel, **STAGGERED))


def two_stage(panel):
    return _on_entry(rp.two_stage(panel, **STAGGERED))


def stacked(panel):
    return _on_entry(rp.stacked(panel, window=[-3, 3], **STAGGERED))


def local_projections(panel):
    return _on_entry(rp.local_projections(panel, window=[-5, 5], **STAGGERED))


def extended_two_way(panel):
    return _overall(rp.extended_two_way(panel, **STAGGERED))


def switching(panel):
    return _on_entry(rp.chaisemartin_dhaultfoeuille(panel, **STAGGERED))


def bacon_decomposition(panel):
    return _overall(rp.bacon_decomposition(panel, **STAGGERED))


def reading_csv(path):
    bounds = {"latitude": {"minimum": 18, "maximum": 54}, "listed": {"allowed": [0, 1]}, "visits": {"minimum": 0}}
    source = Source.model_validate(
        {
            "path": path.name,
            "key": ["village", "year"],
            "columns": {name: bounds.get(name) for name in READ},
            "title": "A made panel",
        }
    )
    table = read_source("panel", source, path).table
    return float(table["y"].mean()), float("nan")


reading_parquet = reading_csv
