"""What is said of claims: what becomes of them, why, and in a line each what was looked at.

Templates are those of :mod:`ruralpanel.words.catalogue`.
"""

from __future__ import annotations

STATUSES = {
    "robust": "robust",
    "fragile": "fragile",
    "conflicting": "conflicting",
    "contradicted": "contradicted",
    "undecided": "undecided",
    "not_identified": "not identified",
}
"""What a reader sees for a status."""

MEANINGS = {
    "robust": "found as claimed, and nothing that was looked at says how that could be an artefact",
    "fragile": "found as claimed, but it could be an artefact",
    "conflicting": "estimators of the same effect differ by more than sampling error",
    "contradicted": "the opposite is found, and nothing that was looked at says how that could be an artefact",
    "undecided": "the data do not tell; no evidence against the claim",
    "not_identified": "there is no number that could speak to it",
}
"""What a status means, in a sentence."""

PARTS = {
    "leads": "before treatment",
    "breakdown": "breakdown value",
    "transitory": "good or bad years",
    "agreement": "other estimators",
    "influence": "influence",
    "assignment": "level of assignment",
    "attrition": "those who leave",
    "multiplicity": "many hypotheses",
    "warnings": "diagnosis",
}
"""What a reader sees for a part of the rule."""

CLAIMS = {
    "no_number": "it has no number",
    "no_interval": "it has no interval",
    "within_bound": "the interval lies within the bound",
    "outside_bound": "the interval lies outside the bound",
    "across_bound": "the interval has values that fit and values that do not",
    "no_such_p_value": "it has no such p-value",
    "differs_from_zero": "it differs from zero at {level:share}",
    "not_told_nor_small": "it is not told from zero, which a small effect would not be either",
    "not_told_from_zero": "it is not told from zero at {level:share}",
    "no_sign": "a joint test has no sign",
    "is_positive": "it is positive at {level:share}",
    "is_negative": "it is negative at {level:share}",
    "other_sign": "its sign is the other one, at {level:share}",
}
"""What estimates say to claims."""

EVIDENCE = {
    "not_looked_at": "not looked at, because {why}",
    "not_in_diagnosis": "the diagnosis does not have it",
    "number_missing": "the diagnosis found no such number",
    "no_other_estimator": "no other estimator is of the same effect, and the diagnosis does not compare",
    "part_left_out": "not asked: the study’s rule leaves it out ({part:words})",
    "leads_differ": "the treated developed differently before treatment (p = {p:.3f})",
    "leads_without_power": "leads are not told from zero (p = {p:.3f}), but a slope would have to be {slope:.3g} a "
    "period to be found, where {matters:.3g} would make all of the effect",
    "leads_not_small": "leads are not told from zero (p = {p:.3f}), but differences of up to {bound:.3g} cannot be "
    "excluded either, where {size:.3g} would do",
    "leads_within": ", and are within ±{bound:.3g}",
    "leads_alike": "leads are not told from zero (p = {p:.3f}){told}",
    "breaks_down": "zero cannot be excluded once trends may differ by {value:.2f} of the largest change before "
    "treatment; {benchmark:g} is asked for",
    "holds_out": "zero stays excluded until trends differ by {value:.2f} of the largest change before treatment "
    "({benchmark:g} is asked for)",
    "within_null_band": "selection on good or bad years without any effect would give such a path (p = {p:.3f})",
    "decays_after_entry": "the effect at entry is {ratio:.1f} times the later one, as good or bad years that pass "
    "would have it",
    "outside_null_band": "selection on good or bad years without any effect would not give such a path (p = {p:.3f})",
    "sign_of_a_few": "leaving out one unit, cluster, cohort or region changes the sign, for {number} of them",
    "estimate_of_a_few": "leaving out a single unit or cluster moves the estimate by {change:.1f} standard errors",
    "sign_of_most_treated": "without the most treated units the estimate is {estimate:.3g}",
    "estimate_of_all": "no single unit or cluster moves the estimate by more than {change:.1f} standard errors",
    "silent_assignment_level": "treatment is not assigned above the clusters",
    "silent_few_clusters": "clusters are not few",
    "open_assignment_level": "clustered by the level at which treatment is assigned, the sign is not told "
    "(p = {p:.3f})",
    "open_few_clusters": "the wild bootstrap, for few clusters, does not tell the sign (p = {p:.3f})",
    "holds_assignment_level": "clustered by the level at which treatment is assigned too (p = {p:.3f})",
    "holds_few_clusters": "by the wild bootstrap for few clusters too (p = {p:.3f})",
    "nobody_lost": "those who leave do not need bounds",
    "bounds_agree": "bounds for those who leave agree: {low:.3g} to {high:.3g}",
    "bounds_disagree": "bounds for those who leave do not settle it: {low:.3g} to {high:.3g}",
    "no_other_warning": "nothing found: {items:words}",
    "others_not_looked_at": "not looked at: {items:words}",
    "estimators_disagree": "{estimator:estimator} finds {estimate:.3g}, {errors:.1f} standard errors of the "
    "difference away",
    "estimators_agree": "{number:count other estimator} of the same effect within sampling error; the farthest, "
    "{estimator:estimator}, finds {estimate:.3g}, {errors:.1f} standard errors of the difference away",
    "average_agrees": "effects do not differ so that two-way effects mislead{difference}",
    "from_average_by": " (which differ by {difference:.3g} from the average of effects)",
    "adjusted_in_block": "adjusted for the hypotheses of its family, p = {p:.3f}",
    "adjusted_among_claims": "adjusted for the {number:count test} of claims in its block, p = {p:.3f} (Holm 1979)",
}
"""What was looked at before a claim is believed."""
