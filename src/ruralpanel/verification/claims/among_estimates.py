"""The parts of the rule that read other estimates: whether estimators agree, and how many hypotheses were case."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

import numpy as np
import pandas as pd

from ruralpanel.estimation.address import address_of
from ruralpanel.inference.multiple_testing import holm
from ruralpanel.reasons import because
from ruralpanel.study.claims import ClaimTest
from ruralpanel.study.estimators import ESTIMATORS
from ruralpanel.verification.claims.evidence import CONFLICTS, DOUBTS, PASSES, Case, Evidence, not_looked_at
from ruralpanel.verification.claims.sign import P_VALUES

REGRESSION_AND_EFFECT = {"coefficient": "overall"}
"""Kinds of rows that are called otherwise and are of the same."""


def agreement(case: Case) -> Iterator[Evidence]:
    """Compare the estimate with those of the same effect by other estimators.

    They are of one sample, so that they move together; how much is not known. The standard error of the difference is
    taken for that of independent estimates, the root of the sum of squares, which is too large where they are
    positively correlated, as estimates of one effect from one sample are: a conflict that is told is one. Tests are
    two-sided and normal, at the rule's level divided by their number (Bonferroni); and a conflict has some size.
    """
    others = _of_same_effect(case)
    if others.empty:
        if case.own_effect:
            yield _against_two_way(case)
        return
    error = np.hypot(others["standard_error"], case.row["standard_error"])
    distance = (others["estimate"] - case.row["estimate"]) / error
    farthest = int(np.argmax(np.abs(distance.to_numpy())))
    other = others.iloc[farthest]
    differ = _two_sided(float(distance.iloc[farthest])) < case.rule.agreement.level / len(others)
    differ &= abs(other["estimate"] - case.row["estimate"]) >= case.rule.agreement.share * case.size
    why = {"estimator": other["estimator"], "estimate": other["estimate"], "errors": abs(distance.iloc[farthest])}
    if differ:
        yield Evidence("agreement", CONFLICTS, because("estimators_disagree", **why), "", address_of(other))
        return
    agree = because("estimators_agree", number=len(others), **why)
    yield Evidence("agreement", PASSES, agree, "", address_of(other))


def _of_same_effect(case: Case) -> pd.DataFrame:
    """Pick the estimates of the same effect by other estimators, on the scale of this one, without moderators."""
    rows, own = case.estimates, case.row
    known = rows["estimate"].notna() & (rows["standard_error"] > 0)
    for name in ("outcome", "term", "sample", "weights"):
        known &= rows[name] == own[name]
    for name in ("event_time", "cohort", "period"):
        known &= (
            (rows[name] == own[name]).fillna(False) if pd.notna(own[name]) and own[name] != "" else _empty(rows[name])
        )
    known &= rows["kind"].replace(REGRESSION_AND_EFFECT) == REGRESSION_AND_EFFECT.get(own["kind"], own["kind"])
    scale = ESTIMATORS[own["estimator"]].log_of
    estimators = rows["estimator"].unique()
    known &= rows["estimator"].isin(
        [each for each in estimators if each != own["estimator"] and ESTIMATORS[each].log_of == scale]
    )
    found: pd.DataFrame = rows[known]
    place = ["block", "specification", "outcome", "estimator"]
    products = set(rows.loc[rows["term"].str.startswith(f"{own['term']}*"), place].itertuples(index=False, name=None))
    plain = [each not in products for each in found[place].itertuples(index=False, name=None)]
    found = found[np.array(plain, dtype=bool)]
    # One of each estimator: that of this block, where there is one, or else the first.
    own_block = (found["block"] == own["block"]).to_numpy()
    return found.iloc[np.argsort(~own_block, kind="stable")].drop_duplicates("estimator")


def _empty(column: pd.Series) -> pd.Series:
    return column.isna() | (column.astype("str") == "")


def _against_two_way(case: Case) -> Evidence:
    """Without another estimator, ask whether effects differ so that two-way effects mislead."""
    finding = case.findings.get("heterogeneity")
    if finding is None or finding.level == "not_run":
        return not_looked_at("agreement", "heterogeneity", because("no_other_estimator"))
    if finding.level == "warning":
        return Evidence("agreement", DOUBTS, finding.flaw, "heterogeneity")
    found = finding.numbers.get("twfe_minus_average")
    difference = None if found is None else because("from_average_by", difference=found)
    return Evidence("agreement", PASSES, because("average_agrees", difference=difference), "heterogeneity")


def multiplicity(case: Case) -> Iterator[Evidence]:
    """Ask whether the sign is told once the other hypotheses are counted.

    The p-value that the block adjusts counts where there is one. Elsewhere the hypotheses are the tests of the study's
    claims in the same block, by Holm (1979).
    """
    level, adjusted = case.rule.level, case.row["p_value_adjusted"]
    if pd.notna(adjusted) and not case.test.bound:
        p_value, why = float(adjusted), because("adjusted_in_block", p=float(adjusted))
    else:
        addresses = list(case.beside)
        p_values = holm(np.array([case.beside[address] for address in addresses]))
        p_value = float(p_values[addresses.index(case.address)])
        why = because("adjusted_among_claims", p=p_value, number=len(addresses))
    yield Evidence("multiplicity", PASSES if p_value < level else DOUBTS, why, "", case.address)


def probability(test: ClaimTest, row: pd.Series) -> float | None:
    """Give the p-value of a claim's test; None where there is none.

    With a bound, it is the two-sided one of the bound that is nearest to the estimate, so that it is below 5% where the
    95% interval is wholly on one side of the bound; of ``zero``, the larger of the two of equivalence.
    """
    if not test.bound:
        p_value = row[P_VALUES[test.p_value]]
        return None if pd.isna(p_value) else float(p_value)
    error = row["standard_error"]
    if pd.isna(row["estimate"]) or not error > 0:
        return None
    beyond = abs(row["estimate"]) if test.expect == "zero" else test.sign * row["estimate"]
    return 2 * _upper_tail(abs(beyond - test.bound) / error, row["degrees_of_freedom"])


def _two_sided(distance: float) -> float:
    from scipy.special import ndtr

    return float(2 * ndtr(-abs(distance)))


def _upper_tail(statistic: float, degrees: float) -> float:
    from scipy.special import ndtr, stdtr

    return float(ndtr(-statistic) if not isfinite(degrees) else stdtr(degrees, -statistic))
