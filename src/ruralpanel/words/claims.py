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
    "robust": "found as claimed, and no check suggests that it is an artefact",
    "fragile": "found as claimed, but possibly an artefact",
    "conflicting": "estimators of the same effect differ by more than sampling error",
    "contradicted": "the opposite is found, and no check suggests that it is an artefact",
    "undecided": "the data do not decide, which is no evidence against the claim",
    "not_identified": "no estimate speaks to it",
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
    "no_number": "the equation gives no number",
    "no_interval": "the estimate has no interval",
    "within_bound": "the interval lies within the bound",
    "outside_bound": "the interval lies outside the bound",
    "across_bound": "the interval has values on both sides of the bound",
    "no_such_p_value": "the estimate has no such p-value",
    "differs_from_zero": "significantly different from zero at the {level:share} level",
    "not_told_nor_small": "not significantly different from zero, as a small effect would not be either",
    "not_told_from_zero": "not significantly different from zero at the {level:share} level",
    "no_sign": "a joint test has no sign",
    "is_positive": "significantly positive at the {level:share} level",
    "is_negative": "significantly negative at the {level:share} level",
    "other_sign": "significant at the {level:share} level, with the opposite sign",
}
"""What estimates say to claims."""

EVIDENCE = {
    "not_looked_at": "not examined, because {why}",
    "not_in_diagnosis": "the diagnosis does not have it",
    "number_missing": "the diagnosis found no such number",
    "no_other_estimator": "no other estimator is of the same effect, and the diagnosis does not compare",
    "part_left_out": "not asked: the study’s rule leaves it out ({part:words})",
    "leads_differ": "the treated developed differently before treatment (p = {p:.3f})",
    "leads_without_power": "the leads are not significant (p = {p:.3f}), but the test would find only slopes of "
    "{slope:.3g} a period or more, and {matters:.3g} would account for the whole effect",
    "leads_not_small": "the leads are not significant (p = {p:.3f}), but do not rule out differences of up to "
    "{bound:.3g}, and {size:.3g} would suffice",
    "leads_within": " and lie within ±{bound:.3g}",
    "leads_alike": "the leads are not significant (p = {p:.3f}){told}",
    "breaks_down": "the interval includes zero once trends may differ by {value:.2f} times the largest change before "
    "treatment; the benchmark is {benchmark:g}",
    "holds_out": "the interval excludes zero until trends differ by {value:.2f} times the largest change before "
    "treatment; the benchmark is {benchmark:g}",
    "within_null_band": "selection on good or bad years alone would produce such a path (p = {p:.3f})",
    "decays_after_entry": "the effect at entry is {ratio:.1f} times the later one, as under selection on good or bad "
    "years",
    "outside_null_band": "selection on good or bad years alone would not produce such a path (p = {p:.3f})",
    "sign_of_a_few": "the sign changes when one unit, cluster, cohort or region is left out, for {number} of them",
    "estimate_of_a_few": "leaving out a single unit or cluster moves the estimate by {change:.1f} standard errors",
    "sign_of_most_treated": "without the most treated units the estimate is {estimate:.3g}",
    "estimate_of_all": "no single unit or cluster moves the estimate by more than {change:.1f} standard errors",
    "silent_assignment_level": "treatment is not assigned above the clusters",
    "silent_few_clusters": "clusters are not few",
    "open_assignment_level": "not significant when clustered at the level at which treatment is assigned (p = {p:.3f})",
    "open_few_clusters": "not significant by the wild bootstrap for few clusters (p = {p:.3f})",
    "holds_assignment_level": "also significant when clustered at the level at which treatment is assigned "
    "(p = {p:.3f})",
    "holds_few_clusters": "also significant by the wild bootstrap for few clusters (p = {p:.3f})",
    "nobody_lost": "attrition does not call for bounds",
    "bounds_agree": "bounds for attrition have the same sign: {low:.3g} to {high:.3g}",
    "bounds_disagree": "bounds for attrition do not settle the sign: {low:.3g} to {high:.3g}",
    "no_other_warning": "nothing found: {items:words}",
    "others_not_looked_at": "not examined: {items:words}",
    "estimators_disagree": "{estimator:estimator} finds {estimate:.3g}, which differs by {errors:.1f} standard errors "
    "of the difference",
    "estimators_agree": "within sampling error of {number:count other estimator} of the same effect; the most distant, "
    "{estimator:estimator}, finds {estimate:.3g}, {errors:.1f} standard errors of the difference away",
    "average_agrees": "effects do not differ in a way that makes two-way estimates mislead{difference}",
    "from_average_by": " (which differ by {difference:.3g} from the average of effects)",
    "adjusted_in_block": "p = {p:.3f} once adjusted for the hypotheses of its family",
    "adjusted_among_claims": "p = {p:.3f} once adjusted for the {number:count test} of claims in its block (Holm 1979)",
}
"""What was looked at before a claim is believed."""
