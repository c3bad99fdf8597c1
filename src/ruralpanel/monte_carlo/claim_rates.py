"""How often the rule calls claims robust, fragile and so on that are false, or true, where the truth is known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.diagnosis.diagnose import diagnose
from ruralpanel.estimation.block import estimate_block
from ruralpanel.monte_carlo.draws import REFERENCE, TREATMENT, draw, seed_of
from ruralpanel.monte_carlo.plan import ClaimDesign, Plan
from ruralpanel.reasons import read
from ruralpanel.study.blocks import Equation, GroupTime, Inference
from ruralpanel.study.claims import Claim, Expectation
from ruralpanel.study.diagnosis import Diagnosis
from ruralpanel.study.estimators import ESTIMATORS
from ruralpanel.study.rule import PARTS
from ruralpanel.study.subjects import DeclaredSubject
from ruralpanel.verification.claims.evidence import CONFLICTS, DOUBTS, NOT_SEEN
from ruralpanel.verification.claims.status import STATUSES
from ruralpanel.verification.scorecard import score_claims

CLAIMS: dict[str, Expectation] = {"rises": "positive", "falls": "negative"}
"""What is claimed in every economy: that being listed raises incomes, and that it lowers them."""

FALSE_IN_CLEAN, FALSE_WITH_FLAW, TRUE_IN_CLEAN = 0.025, 0.05, 0.80
"""In which share of economies a false claim may be robust, with nothing wrong and with something, and in which a true
one has to be with nothing wrong."""

HELD = "as aimed at"
TOO_OFTEN = "surprise: false claims robust too often"
TOO_RARELY = "surprise: true claims robust too rarely"
NO_AIM = "no aim"
SURPRISES = {TOO_OFTEN: "false claims are robust too often", TOO_RARELY: "true claims are robust too rarely"}
"""Those that convict, and what a sentence says of them."""

FALSE, TRUE = "false claims", "true claims"
"""What rows of the summary are of, in words that no reader of files takes for a truth value."""

REPLICATIONS_KEY = ["design", "replication", "claim"]
"""What identifies a row of replications."""

KEY = ["design", "truth"]
"""What identifies a row of the summary."""


def replicate_claims(design: ClaimDesign, replications: Iterable[int]) -> pd.DataFrame:
    """Draw economies, and estimate, diagnose and judge in each as a study does.

    Parameters
    ----------
    design
        Their kind.
    replications
        Their numbers.

    Returns
    -------
    pandas.DataFrame
        One row a replication and claim, with whether it is ``true``, the ``status`` it is given, and ``against``, the
        parts of the rule that speak against it.
    """
    rows = [row for replication in replications for row in _judged(design, replication)]
    return pd.DataFrame(rows)


def _judged(design: ClaimDesign, replication: int) -> list[dict[str, Any]]:
    """Judge the claims in one economy."""
    drawn, seed, declared = draw(design, replication), seed_of(design, replication), design.plan.claims
    assert declared is not None
    truth = float(drawn.effect[drawn.panel[TREATMENT] == 1].mean())
    panel = without_those_who_leave(with_trend(drawn.panel, design.flaw.trend), design.flaw.leaving)
    equations = [equation_of(design, estimator, seed) for estimator in declared.estimators]
    estimates, _ = estimate_block(panel, equations)
    subject = DeclaredSubject(
        treatment=TREATMENT,
        outcome="income",
        equation=equations[0],
        columns={"spillover": ["latitude", "longitude"]},
    )
    found = diagnose(Diagnosis(), [subject], panel, estimates, seed)
    claims = {name: _claim(design, expected) for name, expected in CLAIMS.items()}
    scored = score_claims(claims, estimates, found, dict.fromkeys(claims, declared.rule), {TREATMENT: TREATMENT})
    return [
        {
            "design": design.name,
            "replication": replication,
            "claim": name,
            "true": bool(truth * (1 if CLAIMS[str(name)] == "positive" else -1) > 0),
            "status": tests["status"].iloc[0],
            "against": " ".join(_against(tests["evidence"])),
        }
        for name, tests in scored.groupby("claim", sort=False)
    ]


def equation_of(design: ClaimDesign, estimator: str, seed: int) -> Equation:
    """Write the equation of an estimator as a study would: all periods, clustered by county."""
    return Equation(
        block=design.name,
        outcome="income",
        transformation="log",
        estimator=estimator,
        unit="village",
        period="year",
        treatments=[TREATMENT],
        inference=Inference(cluster=["county"]),
        reference_period=REFERENCE,
        group_time=GroupTime(rows="all") if "group_time" in ESTIMATORS[estimator].keys else None,
        latitude="latitude",
        longitude="longitude",
        groups_above=["county"],
        seed=seed,
    )


def with_trend(panel: pd.DataFrame, trend: float) -> pd.DataFrame:
    """Let incomes of villages that are ever listed grow faster, by log points a year."""
    if not trend:
        return panel
    years = (panel["year"] - panel["year"].min()) * panel["first_listed"].notna()
    return panel.assign(income=panel["income"] * np.exp(trend * years))


def without_those_who_leave(panel: pd.DataFrame, share: float) -> pd.DataFrame:
    """Let listed villages that do badly leave the panel, from the year after on.

    Parameters
    ----------
    panel
        One row a village and year: ``village``, ``year``, ``income`` and the cohort of ``listed``.
    share
        Of the listed villages of a year, how many leave: those whose log income, beside the mean of the year, is
        furthest below its own mean before listing.

    Returns
    -------
    pandas.DataFrame
        Of the panel, the rows until they leave.
    """
    if not share:
        return panel
    log_income = np.log(panel["income"])
    beside = log_income - log_income.groupby(panel["year"]).transform("mean")
    is_before = panel["first_listed"].isna() | (panel["year"] < panel["first_listed"])
    fallen = beside - beside.where(is_before).groupby(panel["village"]).transform("mean")
    last = pd.Series(np.inf, index=panel["village"].unique())
    for year in sorted(panel["year"].unique()):
        stays = panel["village"].map(last) > year
        listed = fallen[~is_before & stays & (panel["year"] == year)]
        leaves = listed.nsmallest(round(share * len(listed))).index
        last[panel.loc[leaves, "village"]] = year
    return panel[panel["year"] <= panel["village"].map(last)].reset_index(drop=True)


def _claim(design: ClaimDesign, expected: Expectation) -> Claim:
    assert design.plan.claims is not None
    tests = [{"at": f"{design.name}/{each}/{TREATMENT}", "expect": expected} for each in design.plan.claims.tests]
    return Claim.model_validate({"text": f"The effect is {expected}", "tests": tests})


def _against(evidence: Iterable[str]) -> list[str]:
    """Name the parts of the rule that speak against a claim."""
    lines = [line for cell in evidence for line in read(cell) or ()]
    return sorted({line["part"] for line in lines if line["finding"] in (CONFLICTS, DOUBTS, NOT_SEEN)})


def summarise_claim_rates(replications: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Count what claims that are false, and true, become.

    Parameters
    ----------
    replications
        From :func:`replicate_claims`, for all designs.
    plan
        Says what each design is.

    Returns
    -------
    pandas.DataFrame
        One row a design and truth, in the plan's order: how many economies and claims; the share of claims with each
        status; ``robust_economies``, the share of economies in which any of these claims is robust, with the ends of
        its own 95% interval (Wilson); the ``aim`` for it; of claims whose sign is told as claimed, the share that each
        part of the rule speaks against; and a verdict, which convicts where the whole interval is beyond the aim.
    """
    from scipy.stats import binomtest

    rows = []
    for design in plan.claim_designs():
        own = replications[replications["design"] == design.name]
        for truth in (FALSE, TRUE):
            claims = own[own["true"] == (truth == TRUE)]
            if claims.empty:
                continue
            robust = claims["status"].eq("robust").groupby(claims["replication"]).any()
            interval = binomtest(int(robust.sum()), len(robust)).proportion_ci(method="wilson")
            row = {
                "design": design.name,
                "effects": design.effects,
                "flaw": design.selection,
                "is_planted": design.flaw.is_planted,
                "clusters": design.clusters,
                "truth": truth,
                "replications": len(robust),
                "claims": len(claims),
                **{status: float(claims["status"].eq(status).mean()) for status in STATUSES},
                "robust_economies": float(robust.mean()),
                "robust_low": float(interval.low),
                "robust_high": float(interval.high),
                "aim": _aim(truth, design.flaw.is_planted),
                **_parts_against(claims),
            }
            rows.append(row | {"verdict": verdict(row)})
    return pd.DataFrame(rows)


def _aim(truth: str, is_planted: bool) -> float:
    """Give the share of economies aimed at; missing where there is none."""
    if truth == TRUE:
        return float("nan") if is_planted else TRUE_IN_CLEAN
    return FALSE_WITH_FLAW if is_planted else FALSE_IN_CLEAN


def verdict(row: dict[str, Any]) -> str:
    """Hold a row of the summary to its aim: a few economies cannot convict."""
    if pd.isna(row["aim"]):
        return NO_AIM
    if row["truth"] == FALSE:
        return TOO_OFTEN if row["robust_low"] > row["aim"] else HELD
    return TOO_RARELY if row["robust_high"] < row["aim"] else HELD


def _parts_against(claims: pd.DataFrame) -> dict[str, float]:
    """Give, of claims whose sign is told as claimed, the share that each part of the rule speaks against."""
    told = claims[claims["status"].isin(["robust", "fragile", "conflicting"])]
    against = told["against"].fillna("").str.split()
    return {f"against_{part}": float(against.map(lambda each, part=part: part in each).mean()) for part in PARTS}
