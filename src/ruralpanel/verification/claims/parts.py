"""The parts of the rule that read the diagnosis: each says in a line what it found.

Every part compares numbers with thresholds of the rule. Where a number grows worse, no part goes from a doubt to none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ruralpanel.diagnosis.finding import Finding
from ruralpanel.reasons import Reason, because
from ruralpanel.verification.claims.evidence import DOUBTS, NOT_NEEDED, PASSES, Case, Evidence, not_looked_at

Found = tuple[str, Reason] | None
"""A finding and why; None where the numbers that it needs are not there."""


def leads(case: Case, finding: Finding) -> Found:
    """Look at differences before treatment: whether they are told from zero, and what could have been told.

    Parameters
    ----------
    case
        The test.
    finding
        ``differential_trends``.
    """
    asked, numbers = case.rule.leads, finding.numbers
    p_value, bound, matters = (numbers.get(name) for name in ("leads_p", "equivalence_bound", "slope_that_matters"))
    if p_value is None:
        return None
    if p_value < asked.level:
        return DOUBTS, because("leads_differ", p=p_value)
    slope = numbers.get("pretrend_slope", float("inf"))
    if matters is not None and asked.slope is not None and slope > asked.slope * matters:
        return DOUBTS, because("leads_without_power", p=p_value, slope=slope, matters=asked.slope * matters)
    if bound is not None and asked.within is not None and bound > asked.within * case.size:
        return DOUBTS, because("leads_not_small", p=p_value, bound=bound, size=asked.within * case.size)
    told = None if bound is None else because("leads_within", bound=bound)
    return PASSES, because("leads_alike", p=p_value, told=told)


def breakdown(case: Case, finding: Finding) -> Found:
    """Hold the breakdown value of ``differential_trends`` to the benchmark."""
    value, benchmark = finding.numbers.get("breakdown"), case.rule.breakdown.benchmark
    if value is None:
        return None
    if value < benchmark:
        return DOUBTS, because("breaks_down", value=value, benchmark=benchmark)
    return PASSES, because("holds_out", value=value, benchmark=benchmark)


def transitory(case: Case, finding: Finding) -> Found:
    """Ask of ``transitory_selection`` whether selection on good years would give such a path."""
    asked, numbers = case.rule.transitory, finding.numbers
    p_value, spike = numbers.get("null_band_p"), numbers.get("spike_ratio")
    if p_value is None:
        return None
    if p_value >= asked.level:
        return DOUBTS, because("within_null_band", p=p_value)
    if spike is not None and spike > asked.spike:
        return DOUBTS, because("decays_after_entry", ratio=spike)
    return PASSES, because("outside_null_band", p=p_value)


def influence(case: Case, finding: Finding) -> Found:
    """Ask of ``influence`` whether the estimate is that of a few."""
    asked, numbers = case.rule.influence, finding.numbers
    change, signs, rest = (
        numbers.get(name) for name in ("largest_change_in_se", "sign_changes", "without_most_treated")
    )
    if change is None:
        return None
    if case.asserts_effect and signs is not None and signs > asked.sign_changes:
        return DOUBTS, because("sign_of_a_few", number=int(signs))
    if change > asked.change:
        return DOUBTS, because("estimate_of_a_few", change=change)
    if case.asserts_effect and rest is not None and rest * case.side <= 0:
        return DOUBTS, because("sign_of_most_treated", estimate=rest)
    return PASSES, because("estimate_of_all", change=change)


def assignment(case: Case, finding: Finding) -> Found:
    """Ask for the p-value where errors are as correlated as the treatment is assigned, or clusters few.

    Parameters
    ----------
    case
        The test.
    finding
        ``assignment_level`` or ``few_clusters``.
    """
    if finding.level == "warning":
        return DOUBTS, finding.flaw
    p_value = finding.numbers.get({"assignment_level": "p", "few_clusters": "p_wild"}[finding.item])
    if p_value is None:
        return PASSES, because(f"silent_{finding.item}")
    if p_value >= case.rule.level:
        return DOUBTS, because(f"open_{finding.item}", p=p_value)
    return PASSES, because(f"holds_{finding.item}", p=p_value)


def attrition(case: Case, finding: Finding) -> Found:
    """Ask whether bounds for those who leave agree with the claim."""
    bounds = case.rule.attrition.bounds
    low, high = (finding.numbers.get(f"{bounds}_{end}") for end in ("low", "high"))
    if low is None or high is None:
        return None if finding.level == "warning" else (PASSES, because("nobody_lost"))
    if case.asserts_effect:
        agrees = min(case.side * low, case.side * high) > case.test.bound * (case.side == case.test.sign)
    else:
        agrees = -case.test.bound < low and high < case.test.bound
    if agrees:
        return PASSES, because("bounds_agree", low=low, high=high)
    return DOUBTS, because("bounds_disagree", low=low, high=high)


ITEMS: dict[str, tuple[tuple[str, Callable[[Case, Finding], Found]], ...]] = {
    "leads": (("differential_trends", leads),),
    "breakdown": (("differential_trends", breakdown),),
    "transitory": (("transitory_selection", transitory),),
    "influence": (("influence", influence),),
    "assignment": (("assignment_level", assignment), ("few_clusters", assignment)),
    "attrition": (("attrition", attrition),),
}
"""By part, the items of the diagnosis that it reads, each with what reads it."""

OF_EFFECTS = ("breakdown", "transitory", "assignment")
"""Parts that ask how zero could be true, and so have nothing to say where an estimate shows that there is no effect."""


def from_diagnosis(part: str, case: Case) -> Iterator[Evidence]:
    """Give the lines of a part."""
    for item, look in ITEMS[part]:
        finding = case.findings.get(item)
        if finding is None or finding.level == "not_run":
            yield not_looked_at(part, item, finding.flaw if finding is not None else None)
            continue
        found = look(case, finding)
        if found is None:
            yield not_looked_at(part, item, because("number_missing"))
        else:
            yield Evidence(part, *found, item)


SIZES = {"anticipation": "jump", "odd_cohort": "difference"}
"""By item, the number that says by how much the outcome moves."""


def _counts(finding: Finding, case: Case) -> bool:
    """Tell whether an item warns at an estimate, of something that is large enough beside it."""
    if finding.level != "warning" or case.address not in (finding.addresses or (case.address,)):
        return False
    size = abs(finding.numbers.get(SIZES.get(finding.item, ""), float("inf")))
    return size >= case.rule.warnings_from * case.size


def other_warnings(case: Case) -> Iterator[Evidence]:
    """Give a line for each further item that warns, and one for those that do not and for those not looked at."""
    silent, unseen = [], []
    for item in case.rule.warnings:
        finding = case.findings.get(item)
        if finding is None or finding.level == "not_run":
            unseen.append(item)
        elif _counts(finding, case):
            yield Evidence("warnings", DOUBTS, finding.flaw, item)
        else:
            silent.append(item)
    if silent:
        yield Evidence("warnings", PASSES, because("no_other_warning", items=silent))
    if unseen:
        yield Evidence("warnings", NOT_NEEDED, because("others_not_looked_at", items=unseen))
