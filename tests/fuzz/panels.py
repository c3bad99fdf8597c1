"""Panels that nobody would estimate on, through every estimator and every kind of standard errors.

What is asked for is a result or a reason of ours: no traceback, no warning, nothing written to the terminal by a
library, no number that is infinite, and no standard error that is zero or rounding.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.errors import DataError
from ruralpanel.estimation.block import block_results
from ruralpanel.frames.ledger import Ledger
from ruralpanel.panel.designation import date_designation
from ruralpanel.reasons import read_reason
from ruralpanel.study.blocks import Equation, Inference
from ruralpanel.study.designation import Designation
from ruralpanel.study.estimators import ESTIMATORS, Estimator
from ruralpanel.study.vcovs import CORRECTIONS, VCOVS
from ruralpanel.words.frames import as_text
from tests.fuzz.invariances import WAYS, differences
from tests.fuzz.run import Finding, Hung, limited, quiet

SECONDS = 20
"""The time an equation on some hundred rows may take; it is a bound against hanging, and no measure of speed."""

ROUNDING = 3e-14
"""A standard error below this share of what outcomes and estimates are made of is rounding."""

FIRST = 2000

OWN_KEYS: dict[str, dict[str, Any]] = {
    "group_time": {},
    "eligible": {"eligible": "odd"},
    "dose_response": {"dose_response": {"dose": "dose"}},
    "threshold": {"threshold": {"running": "running", "at": 0.0, "design": "crossing"}},
    "mediation": {"mediation": {"mediators": ["m"]}},
    "groups": {"groups": {"at": FIRST + 1}},
    "instruments": {"instruments": ["z"], "endogenous": ["x"], "regressors": ["x"]},
    "factors": {"factors": {"draws": 99}},
}
"""What an estimator needs beside one treatment, by the key that it reads."""

SHAPES = {
    "ordinary": (12, 6),
    "empty": (0, 0),
    "one row": (1, 1),
    "one unit": (1, 8),
    "one period": (12, 1),
    "two units": (2, 6),
    "two periods": (10, 2),
    "two of each": (2, 2),
    "three units": (3, 5),
    "wide": (4, 14),
}
"""Units and periods of a panel."""

COHORTS: dict[str, Callable[[np.ndarray, np.random.Generator], np.ndarray]] = {
    "staggered": lambda units, random: random.choice([0, 2, 3, 4], size=len(units)),
    "one cohort": lambda units, _: np.where(units % 2 == 0, 0, 2),
    "one treated": lambda units, _: np.where(units == 0, 2, 0),
    "one untreated": lambda units, _: np.where(units == 0, 0, 2),
    "none": lambda units, _: units * 0,
    "all": lambda units, _: units * 0 + 2,
    "from the first": lambda units, _: np.where(units % 2 == 0, 0, -5),
    "cohorts outside": lambda units, random: random.choice([0, -40, 90], size=len(units)),
    "one each": lambda units, _: units % 9,
}
"""The first treated period of each unit, counted from before the first one; zero for never."""

OUTCOMES = """constant outcome, exact fit, exact two-way, outcome of units, outcome of 0 and 1,
outcome of whole numbers, huge outcome, tiny outcome, outcome far from zero, infinite outcome, gaps,
holes, duplicated rows, near the largest number, near the smallest number, separated outcome, one row known,
outcome missing"""
REGRESSORS = """infinite regressor, constant regressor, huge regressor, regressor far from zero,
regressor is the treatment, regressor of units, collinear pair, weak instrument,
no mediator, infinite dose, constant dose, constant running, regressor missing, regressor of periods,
regressor of true and false"""
OTHERS = """negative weights, zero weights, huge weights, infinite weights, one cluster, two clusters, a cluster each,
clusters across units, one treated cluster, tiny weights, weights missing, one place, singletons only, two parts,
a period that nobody saw, units named in words, units far apart, negative years, months, labels of rows twice"""
FLAWS = [each.strip() for each in ", ".join([OUTCOMES, REGRESSORS, OTHERS]).split(",")]
"""What may be wrong with it; several at once."""


def cases(random: np.random.Generator) -> tuple[str, pd.DataFrame, dict[str, Any]]:
    """Draw a panel: what is odd about it, the panel with its treatment dated, and what equations on it have."""
    shape = str(random.choice(list(SHAPES), p=_weights(len(SHAPES))))
    cohorts = str(random.choice(list(COHORTS), p=_weights(len(COHORTS))))
    flaws = [str(each) for each in random.choice(FLAWS, size=random.integers(0, 4), replace=False)]
    changes = {"regressors": ["x"]} if random.random() < 0.5 or any("regressor" in each for each in flaws) else {}
    if "collinear pair" in flaws:
        changes["regressors"] = ["x", "twice"]
    if any("weights" in each for each in flaws) or random.random() < 0.2:
        changes["weights"] = "weight"
    changes["cluster"] = "county" if any("cluster" in each for each in flaws) else "village"
    panel = drawn(shape, cohorts, flaws, random)
    return f"{shape}; {cohorts}" + "".join(f"; {each}" for each in flaws), panel, changes


def _weights(count: int) -> np.ndarray:
    """Let the first, which is ordinary, come up most often, so that flaws are met alone."""
    shares = np.array([count / 2.0, *[1.0] * (count - 1)])
    return shares / shares.sum()


def drawn(shape: str, cohorts: str, flaws: list[str], random: np.random.Generator) -> pd.DataFrame:
    """Make a panel of a shape with these flaws, its treatment `listed` dated."""
    units, periods = SHAPES[shape]
    keys = [(unit, FIRST + when) for unit in range(units) for when in range(periods)]
    frame = pd.DataFrame(keys, columns=["village", "year"]).astype("int64")
    rows, village = len(frame), frame["village"].to_numpy()
    first = np.asarray(COHORTS[cohorts](np.arange(units), random), dtype="int64")
    frame["cohort"] = np.where(first == 0, 0, FIRST - 1 + first)[village] if rows else np.zeros(0, dtype="int64")
    on = ((frame["cohort"] > 0) & (frame["year"] >= frame["cohort"])).to_numpy(dtype="float64")
    frame["x"], frame["m"], noise = random.normal(size=(3, rows))
    frame["z"] = frame["x"] + random.normal(size=rows)
    frame["weight"] = random.uniform(0.5, 2, size=rows)
    frame["county"], frame["odd"] = village // 3, village % 2
    frame["dose"], frame["running"] = 1.0 + village % 4, village - units / 2 + 0.25
    frame["lat"], frame["lon"] = 30 + village * 0.1, 110 + village * 0.1
    frame["y"] = np.abs(5 + village + 0.3 * (frame["year"] - FIRST) + 2.0 * on + frame["x"] + noise)
    _with_flaws(frame, flaws, on, random)
    frame["twice"] = 2 * frame["x"]
    if "holes" in flaws:
        frame = frame[random.random(rows) > 0.4]
    frame = _of_rows(frame, flaws)
    ordered = frame.sort_values(["village", "year"], kind="stable").reset_index(drop=True)
    designation = Designation(cohort="cohort", never=[0])
    dated = date_designation(
        ordered, "listed", designation, "village", "year", Ledger("panel", "panel", "village", "year")
    )
    if "labels of rows twice" in flaws:
        dated.index = pd.Index(np.arange(len(dated)) // 2)
    return dated


def _of_rows(frame: pd.DataFrame, flaws: list[str]) -> pd.DataFrame:
    """Leave out rows, or have them twice, and number units and periods otherwise."""
    village, since = frame["village"], frame["year"] - FIRST
    if "singletons only" in flaws:
        frame = frame[village % 6 == since]
    if "two parts" in flaws:
        frame = frame[(village % 2 == 0) == (since < 3)]
    if "a period that nobody saw" in flaws:
        frame = frame[since != 2]
    if "duplicated rows" in flaws:
        frame = pd.concat([frame, frame.head(3)])
    moved = -2 * FIRST if "negative years" in flaws else 22_000 if "months" in flaws else 0
    frame = frame.assign(year=frame["year"] + moved, cohort=frame["cohort"] + moved * (frame["cohort"] != 0))
    if "units far apart" in flaws:
        frame = frame.assign(village=frame["village"] ** 5 * 10**9 - 7)
    if "units named in words" in flaws:
        frame = frame.assign(village="村 " + frame["village"].astype(str))
    return frame


def _with_flaws(frame: pd.DataFrame, flaws: list[str], on: np.ndarray, random: np.random.Generator) -> None:
    """Change columns of a panel in place, in the order of :data:`FLAWS`."""
    village, some = frame["village"].to_numpy(), random.random(len(frame)) < 0.1
    two_way = village + 0.3 * (frame["year"] - FIRST)
    changes: dict[str, dict[str, Any]] = {
        "constant outcome": {"y": 3.0},
        "exact fit": {"y": two_way + 2.0 * on},
        "exact two-way": {"y": two_way},
        "outcome of units": {"y": village * 1.1},
        "outcome of 0 and 1": {"y": (random.random(len(frame)) < 0.3) * 1.0},
        "outcome of whole numbers": {"y": np.floor(frame["y"])},
        "huge outcome": {"y": frame["y"] * 1e18},
        "tiny outcome": {"y": frame["y"] * 1e-30},
        "near the largest number": {"y": frame["y"] * 1e300},
        "near the smallest number": {"y": frame["y"] * 1e-300},
        "separated outcome": {"y": on},
        "one row known": {"y": frame["y"].where(np.arange(len(frame)) == len(frame) // 2)},
        "outcome missing": {"y": np.nan},
        "regressor missing": {"x": np.nan},
        "regressor of periods": {"x": (frame["year"] - FIRST) ** 2.0},
        "regressor of true and false": {"x": frame["x"] > 0},
        "clusters across units": {"county": (village + frame["year"]) % 5},
        "one treated cluster": {"county": np.where(frame["cohort"] > 0, 99, village)},
        "tiny weights": {"weight": frame["weight"].where(~some, 1e-300)},
        "weights missing": {"weight": np.nan},
        "outcome far from zero": {"y": frame["y"] + 1e12},
        "infinite outcome": {"y": frame["y"].where(~some, np.inf)},
        "infinite regressor": {"x": frame["x"].where(~some, -np.inf)},
        "regressor far from zero": {"x": frame["x"] + 1e18},
        "gaps": {"y": frame["y"].where(~some), "x": frame["x"].where(random.random(len(frame)) > 0.1)},
        "constant regressor": {"x": 1.0},
        "huge regressor": {"x": frame["x"] * 10.0 ** random.choice([18, 60, 200])},
        "regressor is the treatment": {"x": on},
        "regressor of units": {"x": village * 1.0},
        "negative weights": {"weight": frame["weight"].where(~some, -1.0)},
        "zero weights": {"weight": frame["weight"].where(random.random(len(frame)) < 0.5, 0.0)},
        "huge weights": {"weight": frame["weight"].where(~some, 1e30)},
        "infinite weights": {"weight": frame["weight"].where(~some, np.inf)},
        "one cluster": {"county": 1},
        "two clusters": {"county": village % 2},
        "a cluster each": {"county": np.arange(len(frame))},
        "one place": {"lat": 30.0, "lon": 110.0},
        "infinite dose": {"dose": np.inf},
        "constant dose": {"dose": 1.0},
        "constant running": {"running": 0.0},
        "no mediator": {"m": 0.0},
        "weak instrument": {"z": random.normal(size=len(frame))},
    }  # fmt: skip
    for flaw, columns in changes.items():
        if flaw in flaws:
            for name, values in columns.items():
                frame[name] = values


def equations(name: str, changes: dict[str, Any]) -> Iterator[Equation]:
    """Give the equations of an estimator, one a kind of standard errors that it takes."""
    each = ESTIMATORS[name]
    given: dict[str, Any] = {"regressors": changes.get("regressors", [])}
    for key in each.keys:
        given |= OWN_KEYS.get(key, {})
    if each.needs_window:
        given["window"] = [-2, 1]
    if each.outcome == "event":
        given["fixed_effects"] = ["year"]
    if "weights" in changes and "threshold" not in each.keys:
        given["weights"] = changes["weights"]
    for inference in _inferences(each, changes["cluster"]):
        equation = Equation.model_validate(
            {"outcome": "y", "unit": "village", "period": "year", "treatments": ["listed"], "latitude": "lat"}
            | {"longitude": "lon", "estimator": name, "inference": inference, **given}
        )
        if not any(True for check in each.checks for _ in check(equation)):
            yield equation


def _inferences(each: Estimator, cluster: str) -> Iterator[Inference]:
    """Give the kinds of standard errors that an estimator takes, with what each needs."""
    usual = Inference(cluster=[cluster])
    yield usual
    if "variance" in each.without or each.averages_effects or each.one_dimension:
        if "bootstrap" in each.inference:
            yield Inference(cluster=[cluster], bootstrap={"draws": 99})
        return
    for name, vcov in VCOVS.items():
        needs = {"cutoff": 50.0} if "cutoff" in vcov.needs else {}
        of = {"cluster": [cluster]} if vcov.clusters else {}
        for correction in vcov.corrections:
            if CORRECTIONS[correction].of_leverage and not each.tells_leverage:
                continue
            yield Inference(variance=name, small_sample=correction, **needs, **of)
    yield Inference(cluster=["village", "year"])
    if "bootstrap" in each.inference:
        yield Inference(cluster=[cluster], bootstrap={"draws": 99})


def flaws_of(estimates: pd.DataFrame, panel: pd.DataFrame) -> Iterator[str]:
    """Say what in a table of estimates is no result and no reason."""
    worded = as_text(estimates)
    finite = panel["y"].where(np.isfinite(panel["y"]), 0.0)
    size = float(finite.abs().max()) if len(panel) else 0.0
    for number, row in enumerate(estimates.to_dict("records")):
        at = f"row {row['term']} {row['event_time']} {row['cohort']}"
        reason = str(worded["reason"].iloc[number])
        if row["reason"]:
            read_reason(row["reason"], row["reason_arguments"])
        for name in ("estimate", "standard_error", "statistic", "p_value", "interval_low", "interval_high", "r_squared",
                     "outcome_mean", "minimum_detectable_effect", "first_stage_f", "p_value_bootstrap"):  # fmt: skip
            if np.isinf(row[name]):
                yield f"{at}: {name} is infinite"
        for name in ("p_value", "p_value_bootstrap", "p_value_anderson_rubin"):
            if not (np.isnan(row[name]) or 0 <= row[name] <= 1):
                yield f"{at}: {name} is {row[name]}"
        if np.isnan(row["estimate"]) and np.isnan(row["statistic"]) and not reason:
            yield f"{at}: no number and no reason"
        error = row["standard_error"]
        told = reason or row["kind"] in ("lead_test", "reference", "mean")
        if np.isfinite(row["estimate"]) and np.isnan(error) and not told:
            yield f"{at}: no standard error and no reason"
        if error == 0 or error < 0:
            yield f"{at}: standard error is {error}"
        elif 0 < error <= ROUNDING * abs(row["estimate"]):
            yield f"{at}: standard error {error:.1e} beside {row['estimate']:.1e}"
        elif 0 < error <= ROUNDING * size and row["estimator"] not in _OF_LOGARITHMS and row["term"] == "listed":
            yield f"{at}: standard error {error:.1e} of an outcome up to {size:.1e}"


_OF_LOGARITHMS = ("poisson_fixed_effects", "complementary_log_log")


def tried(panel: pd.DataFrame, equation: Equation) -> list[str]:
    """Estimate an equation on a panel, and say what is wrong with what comes of it."""
    before = panel.copy(deep=True)
    with quiet() as printed, warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            with limited(SECONDS):
                found = block_results(panel, [equation], ["listed"])
        except Hung:
            return [f"hangs for {SECONDS} s"]
        except DataError:
            return []
        except Exception as error:  # what is looked for
            return [f"{type(error).__name__}: {str(error)[:150]}"]
    said = [f"a library writes: {printed.text[:120]}"] if printed.text else []
    said += sorted({f"a library warns: {each.category.__name__}: {str(each.message)[:90]}" for each in warned})
    if not before.equals(panel):
        said.append("the panel was changed")
    return said + list(dict.fromkeys(flaws_of(found.estimates, panel)))


ROUGH = ("huge", "tiny", "infinite", "largest", "smallest", "far from zero", "exact", "constant", "labels", "words")
"""Flaws that have one of these words leave nothing that could agree to many digits, or no numbers of units."""


def varied(panel: pd.DataFrame, equation: Equation) -> list[str]:
    """Estimate an equation on a panel and on others, where it has to give the same, and say where it does not."""
    said: list[str] = []
    with quiet(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = block_results(panel, [equation], ["listed"]).estimates
        for way, (change, factor, without) in WAYS.items():
            if equation.estimator not in without:
                other = block_results(change(panel), [equation], ["listed"]).estimates
                said += list(dict.fromkeys(differences(found, other, factor, way)))[:2]
    return said


@cache
def compiled() -> None:
    """Let what is compiled when it is first used be compiled, which is no hanging."""
    random = np.random.default_rng(1)
    panel = drawn("ordinary", "staggered", [], random)
    for name in ("two_way_fixed_effects", "poisson_fixed_effects"):
        for equation in equations(name, {"cluster": "village", "regressors": ["x"], "weights": "weight"}):
            with quiet(), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                block_results(panel, [equation], ["listed"])


def case(seed: int, only: str = "") -> list[Finding]:
    """Try one panel with all estimators and some kinds of standard errors of each; or with one, and all its kinds."""
    compiled()
    random = np.random.default_rng(seed)
    odd, panel, changes = cases(random)
    found = []
    rough = panel.empty or any(word in odd for word in ROUGH)
    for name in [only] if only else ESTIMATORS:
        every = list(equations(name, changes))
        for equation in every if only else [*every[:1], *random.permutation(np.array(every[1:], dtype=object))[:2]]:
            inference = equation.inference
            how = f"{inference.variance}/{inference.small_sample}" + ("/bootstrap" if inference.bootstrap else "")
            how += "/two" if len(inference.cluster or []) > 1 else ""
            what = tried(panel, equation)
            if not what and not rough and inference.bootstrap is None:
                what = varied(panel, equation)
            found += [Finding(seed, f"{name} ({how})", odd, each) for each in what]
    return found
