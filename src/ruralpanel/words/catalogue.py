"""Every fact that estimators, ledgers and analyses tell, in English: by code, a template of its arguments.

What stands in braces is an argument, and behind a colon how it is written, by :mod:`ruralpanel.words.sentences`: as a
``name`` or several, a ``condition``, ``count`` and a noun, ``times`` with their noun in front, or as a number. An
argument that is a reason itself is a sentence of its own, one that is None is nothing.
"""

from __future__ import annotations

from ruralpanel.words.claims import CLAIMS, EVIDENCE
from ruralpanel.words.diagnosis import FLAWS, REMEDIES

TOGETHER = {"several": "; ", "listed": ", ", "also": " and ", "sentences": " "}
"""What stands between reasons that are put together, by code."""

SAMPLES = {
    "below_minimum_cell": "not shown: fewer than {minimum} units, or beside a number of fewer that would follow "
    "from it",
    "no_rows_known": "no rows are left once those with missing values are set aside",
    "no_rows_left": "no rows are left: {why}",
    "keep": "keep {condition:condition}",
    "sample_of_specification": "sample of the specification{unknown}",
    "of_condition": "; {words}",
    "no_longer_at_risk": "units are no longer at risk after their first period with {treatment:name}",
    "outcome_missing": "outcome {outcome:name} missing{lost}",
    "no_logarithm": "; {zeros:,} of them zero and {negative:,} negative, which have no logarithm",
    "missing_in": "missing in {columns:names}",
    "weight_missing": "weight {weight:name} missing, zero or negative",
    "treatment_unknown": "treatment {treatment:name} unknown",
    "event_times_left_out": "event time {times} of {treatment:name} left out, as its donut or anticipation says",
    "event_times_of": "event times of {treatment:name}",
    "left_out_by_donut": "event time {times} left out, as the donut of {treatment:name} says",
    "not_near_threshold": "never treated, and {running:name} never within {within:g} below the threshold",
    "far_above_threshold": "{running:name} not within {above:g} above the threshold when first treated",
    "near_misses_only": "of the never treated those whose {running:name} came within {within:g} below the threshold",
    "without_event_times": "without event time {times} of {treatment:name}",
    "event_time": "event time {time}",
    "event_times_together": "event times {first} to {last} together",
    "without": "without {who}",
    "units": "{number:count unit}",
    "levels": "{number:count level} of {level:name}",
    "cohorts": "{names:cohorts}",
    "many_cohorts": "{number} cohorts from {first} to {last}",
    "treated_from_the_first_period": "{who} treated from the first period on{remedy}",
    "without_treated_throughout": "without {who} treated throughout",
    "not_in_all_periods": "{who} not observed in all periods",
    "without_those_not_in_all_periods": "without {who} not observed in all periods",
    "singletons_kept": "{rows} rows are alone in a fixed effect; they do not move the estimate",
    "singletons": "{rows} rows alone in a fixed effect",
    "same_for_all": "{treatments:ands names} is the same for all of a {level:name}{missing}{clusters}",
    "level_missing": ", which is missing for {number} of {unit:name}, each taken for one of its own",
    "clustered_by_level": ": standard errors are clustered by {level:name}; `cluster: [{unit}]` would have them by the "
    "unit",
    "clustered_below": ": standard errors clustered by {names:ands names}, as the study says, take what is shared for "
    "independent",
}
"""Which rows are used, and who is left out."""

TREATED = {
    "nobody_treated": "no unit of this sample is treated while it is observed",
    "every_row_treated": "every row of this sample is treated, so that there is nothing to compare with",
    "every_treated": "every {who} is treated from its first period on{remedy}",
    "each_unit": "unit",
    "each_level": "level of {level:name}",
    "treated_whenever_seen": "of {who} treated in this sample, each is treated whenever it is seen, so that nothing is "
    "known of them before treatment{remedy}",
    "treated_on_entry": "{entering:,} of {treated:count treated unit} are treated from the first period they are seen "
    "in, so that nobody knows since when{remedy}",
    "unit_seen_once": "; every {unit:name} is seen once",
    "declare_a_level": "{once}; if it is assigned above {unit:name}, such as by village, write `level: village` under "
    "`designation.{treatment}`",
    "declare_this_level": "{once}; {treatment:name} is one and the same within {level:name} and {period:name}; if it "
    "is assigned by {level:name}, write `level: {level}` under `designation.{treatment}`",
    "larger_group": "; every {unit:name} is seen once: name `fixed_effects` of a larger group",
    "larger_group_or_level": "; every {unit:name} is seen once: name `fixed_effects` of a larger group, or the `level` "
    "that treatment is assigned at under `designation`",
    "few_clusters": "no interval or p-value from standard errors with {few}{instead}",
    "few_clusters_and_no_error": "no standard error, nor interval or p-value from it, with {few}{instead}",
    "treated_clusters": "{number:count treated cluster} of {total:,}",
    "clusters_to_compare_with": "{number:count cluster} of {total:,} to compare with",
    "instead": "; {drawn}",
    "p_from_permutation": "p = {p:.3f} from permutations",
    "p_from_bootstrap": "p = {p:.3f} from the wild bootstrap",
}
"""Those who are treated: whether there are any, since when, and in how many clusters."""

REGRESSIONS = {
    "collinear": "collinear with the fixed effects or the terms before it",
    "terms_collinear": "{terms:names}: collinear with the fixed effects or other terms, and left out",
    "collinear_term": "{term:name} is collinear with other terms",
    "no_treated_row": "no treated row",
    "nothing_left": "{terms:names}: nothing is left once the fixed effects are taken out{once}",
    "too_few_rows": "{rows} rows are too few for {coefficients} coefficients",
    "outcome_constant": "the outcome does not vary",
    "outcome_absorbed": "the outcome does not vary once the fixed effects are taken out",
    "values_too_large": "values as large as {largest:.0e} cannot be squared; choose another unit",
    "values_too_small": "{columns:names}: numbers no larger than {largest:.0e}, whose squares are lost; choose another "
    "unit",
    "infinite_values": "{columns:names}: infinite in {rows:count row}, which have no place in sums and means",
    "rows_not_told_apart": "{unit:name} and {period:name} do not tell rows apart",
    "of_units_seen_once": "{why}{once}",
    "effects_not_taken_out": "the fixed effects cannot be taken out: {error}",
    "levels_hardly_connected": "the fixed effects cannot be taken out within {iterations:,} iterations: too few rows "
    "connect their levels",
    "all_singletons": "every row is alone in a fixed effect{once}",
    "no_solution": "the equations it is solved by have no solution: {error}",
    "not_told_apart": "cannot be distinguished from one another beside the fixed effects: {columns}",
    "negative_outcomes": "a Poisson regression needs outcomes of zero or more; {rows} rows are below",
    "outcome_zero": "the outcome is zero in all rows",
    "zero_in_a_fixed_effect": "outcome zero in all rows of a fixed effect; they say nothing",
    "does_not_settle": "the estimates do not settle, as where some regressor, or combination of regressors and fixed "
    "effects, is found with zeros only, so that its effect has no lower bound",
    "needs_binary_outcome": "a complementary log-log regression needs an outcome of 0 and 1",
    "outcome_the_same": "the outcome is {value:g} in all rows",
    "outcome_settled": "within every fixed effect, the outcome is the same in all rows",
    "settled_levels": "{levels} with one outcome throughout",
    "perfect_prediction": "some combination of the terms predicts the outcome perfectly",
    "effect_changes": "the fixed effect {effect:name} changes within {unit:name} ({columns:names}): its difference is "
    "no fixed effect",
    "no_periods_in_a_row": "no {unit:name} is observed in two periods that follow each other",
    "first_rows": "changes from one period to the next; the first row of each {unit:name} has none{behind}",
    "behind_a_gap": ", and neither have {rows:count row} behind a gap",
    "instruments_collinear": "{names:names}: collinear with the fixed effects, the regressors or each other",
    "and_instruments_collinear": "; {names:names}: collinear with the fixed effects, the regressors or each other",
    "endogenous_collinear": "{names:names}: collinear with the fixed effects or the other regressors",
    "few_instruments": "{instruments} instruments are too few for {endogenous:number} endogenous regressors "
    "({endogenous:names}){why}",
    "instruments_do_not_move": "the instruments {instruments:names} do not move {endogenous:names} independently of "
    "the regressors and of each other",
    "wald_f": "Wald F of {instruments} instruments in its own first stage",
    "exact_first_stage": "no F: the first stage of the instruments has no error beyond rounding",
    "effective_f": "effective F (Montiel Olea and Pflueger 2013); a bias of more than a tenth of the worst is rejected "
    "above {bound:.1f}",
    "anderson_rubin": "Anderson–Rubin {level:share} set",
    "anderson_rubin_half": "Anderson–Rubin {level:share} set has no end on one side",
    "anderson_rubin_empty": "Anderson–Rubin {level:share} set is empty: the instruments contradict each other",
    "anderson_rubin_everything": "Anderson–Rubin {level:share} set holds every number: the instruments are too weak to "
    "reject any",
    "anderson_rubin_gaps": "Anderson–Rubin {level:share} set leaves out {gaps:ands} only",
    "gap": "{low:.4g} to {high:.4g}",
}
"""Terms, fixed effects, outcomes and instruments of regressions."""

ERRORS = {
    "zero_error": "no standard error: it is zero but for rounding, as where what it rests on is fitted exactly",
    "negative_variance": "no standard error: its variance is not positive; choose another cutoff or kernel",
    "rests_on_few_clusters": "{clusters:count cluster}{treated}, which are few for standard errors that let their "
    "number grow",
    "of_them_treated": ", of which {number} treated behind a coefficient",
    "one_cluster": "one cluster only in `{name}`: clustered standard errors need at least two",
    "one_period_to_add_up": "one period only: Driscoll–Kraay standard errors need many",
    "bandwidth_too_wide": "a `bandwidth` of {bandwidth} is not below the number of periods, which is {periods}",
    "no_leverage": "no standard errors that allow for leverage: {why}",
    "too_many_clusters_for_leverage": "{clusters:,} clusters are too many for `small_sample: cr2`, and do without; "
    "choose fixest",
    "too_many_rows_for_leverage": "{rows:,} rows are too many for effects of {levels:,} levels that cross clusters",
    "no_jackknife_without": "without {cluster:name} {label}, {term:name} cannot be estimated, so that there is no "
    "jackknife (`cr3`); `small_sample: cr2` does without",
    "no_freedom": "{rows} rows leave no degrees of freedom beside {coefficients} coefficients",
    "no_freedom_beside_effects": "{rows} rows leave no degrees of freedom beside the fixed effects",
    "variance_raised": "a negative variance was raised to nearly zero: choose another cutoff or kernel",
    "variance_of_two_dimensions": "a variance of two dimensions of clusters was negative, and is left out: choose one "
    "of them",
    "needs_clusters": "standard errors of this estimator are clustered, by the unit at least",
    "needs_one_dimension": "standard errors of this estimator are clustered in one dimension",
    "cluster_changes": "`{name}` changes within units, and clusters hold whole units here",
    "weight_changes": "the weight `{weight}` changes within units",
    "column_changes": "`{name}` changes within units, and has to hold whole units here",
    "effects_cross": "fixed effects cross in {levels:,} levels, more than {most:,}",
    "jackknife": "jackknife with fixed weights, one {group:name} left out at a time",
    "bootstrap": "bootstrap of {group:name}{how}",
    "placebo": "placebo treatments of units never treated{how}",
    "each_once": ", each of {units:,} units once",
    "drawn": ", {draws:,} draws",
    "draws": "{draws:,} draws",
    "nearest_neighbours": "by the {number} nearest neighbours",
    "jackknife_of_units": "jackknife of units",
    "no_bootstrap_one_treated": "no standard error by bootstrap: one {group:name} only is treated",
    "no_bootstrap_few_draws": "no standard error by bootstrap: {draws:,} of {asked:,} draws could be estimated",
    "no_jackknife_one_group": "no standard error by jackknife: cohort {cohort} is treated in one {group:name} only, "
    "which cannot be left out",
    "no_jackknife_all_weight": "no standard error by jackknife: all weight for cohort {cohort} is on one {group:name}, "
    "which cannot be left out",
    "no_bootstrap_one_group": "no standard error by bootstrap: cohort {cohort} is treated in one {group:name} only",
    "no_placebo": "no standard error by placebo: there are {never:count unit} never treated, of which {treated:,} "
    "would take the place of the treated, and fewer than two would be left",
    "no_error_collinear": "no standard error by {method}: {names:ands names} collinear in a draw",
    "leads_made_small": "gaps before treatment are measured from their weighted mean, and weights were chosen to make "
    "them small, which is no test of trends",
}
"""Standard errors, and why there are none."""

P_VALUES = {
    "wild_rademacher": "wild cluster bootstrap with Rademacher weights, {draws}, {imposed} (Cameron, Gelbach and "
    "Miller 2008); {of}",
    "wild_webb": "wild cluster bootstrap with Webb weights, {draws}, {imposed} (Webb 2023); {of}",
    "all_patterns": "all {draws:,} patterns of signs",
    "null_imposed": "null imposed",
    "multiplier_rademacher": "wild bootstrap of what clusters contribute, with Rademacher weights, {draws}, null not "
    "imposed (Callaway and Sant’Anna 2021; Kline and Santos 2012), {clusters} clusters",
    "multiplier_webb": "wild bootstrap of what clusters contribute, with Webb's weights, {draws}, null not imposed "
    "(Callaway and Sant’Anna 2021; Webb 2023), {clusters} clusters",
    "null_not_imposed": "null not imposed",
    "treated_of": "{treated} of {clusters} clusters treated",
    "of_clusters": "{clusters} clusters",
    "no_bootstrap": "no bootstrap: {why}",
    "permutations": "{draws:,} permutations of cohorts among {among:name}{within}",
    "within": " within {names:ands names}",
    "no_permutations": "no permutations: {why}",
    "more_than_its_cohort": "{treatment:name} is not all that its cohort says",
    "assigned_above_permuted": "all of a {level:name} are treated alike, so that treatment does not vary among "
    "{among:name} within it; permute among {level:name}",
    "no_cohorts_to_permute": "{treatment:name} begins for all {among:name} of a stratum at the same time, so that "
    "nothing changes places",
    "differs_within_permuted": "{column:name} differs within what is permuted",
    "not_bootstrapped": "not bootstrapped: {why}",
    "not_permuted": "not permuted: {why}",
    "no_bootstrap_of_estimator": "{estimator:estimator} has no bootstrap",
    "no_permutation_of_estimator": "{estimator:estimator} has no permutations",
    "no_bootstrap_of_others": "only effects, their moderation and regressors are",
    "no_permutation_of_others": "only the treatment and its moderation are",
    "it_is_a_joint_test": "it is a joint test",
    "romano_wolf": "Romano and Wolf (2005) step-down over {tests:count test} ({family}p-values of the {of})",
    "westfall_young": "Westfall and Young (1993) step-down over {tests:count test} ({family}p-values of the {of})",
    "holm": "Holm (1979) over {tests:count test} ({family}p-values of the {of})",
    "sharpened": "sharpened q-value (Benjamini, Krieger and Yekutieli 2006; Anderson 2008) over {tests:count test} "
    "({family}p-values of the {of})",
    "family": "family {name:name}, ",
    "of_wild_bootstrap": "wild cluster bootstrap",
    "of_t_tests": "t tests",
    "of_t_tests_and_draws": "t tests, and those drawn where few clusters are treated",
    "not_adjusted_no_effect": "not adjusted where the coefficient is not among the hypotheses tested together",
    "not_adjusted_few_clusters": "not adjusted: few clusters are treated, and it has no p-value",
    "not_adjusted_no_bootstrap": "not adjusted: there is no bootstrap of this coefficient",
    "joint_test": "a joint test of {number:count {word}} has no single estimate",
    "p_from_sign_changes": "p-value from {draws:,} changes of clusters’ signs",
    "no_lead": "there is no {word} before treatment to test",
    "no_placebo_to_test": "there is no placebo to test",
    "error_of_leads_zero": "the standard error of {number:count {word}} is zero but for rounding",
    "some_errors_of_leads_zero": "the standard error of {exact} of {number} {word}s is zero but for rounding",
    "leads_singular": "{number} {word}s{few}: their covariance is singular",
    "too_many_for": " are too many for {clusters} clusters",
    "leads_not_positive": "the covariance of the {number} {word}s is not positive definite",
    "of_leads": "leads: {why}",
    "no_row_is_a_lead": "all untreated rows are compared with, so that none is a lead",
    "regressions_of_their_own": "each event time is a regression of its own, so that leads are not tested together",
    "left_to_anticipation": "event time {times} is left to anticipation and not tested",
}
"""P-values that are drawn, adjusted or of several coefficients at once."""

REFERENCES = {
    "nobody_at": "no treated unit has a row at event {times:times}",
    "reference_period": "reference period, zero by construction",
    "reference_period_of": "reference period, zero by construction, for {cohorts}",
    "reference_of": "reference, zero by construction: {wave} of {cohorts}",
    "last_wave": "last wave{up_to} before treatment{anticipated}",
    "up_to": " up to {time}",
    "and_anticipation": " and its anticipation",
    "and_anticipation_of": " and its anticipation of {periods}",
    "not_connected_before": "no unit connects event {times:times} ({cohorts}) to one before treatment{anticipated}",
    "not_connected": "no unit connects event {times:times} ({cohorts}) to the reference period {reference}; "
    "`missing_reference: earlier` measures them from {last}, the last wave before treatment",
    "curves_moved": "event times that no unit connects to {reference} are measured from another: {curves}",
    "times_from": "{times} from {base} ({cohorts})",
    "nobody_at_reference": "no row is observed at the reference period {reference}; event times seen: {seen}; {why}",
    "bin": "{time} and {side} (a bin of the window)",
    "bin_of_several_references": "holds event times measured {parts:ands}",
    "from_for": "from {base} for {cohorts}",
    "all_treated_and_no_bins": "every unit is treated at some time and no event times are binned, so that effects "
    "cannot be distinguished from time; give a `window`",
    "all_at_reference": "all treated rows are at the reference period {seen}",
    "all_stacked_at_reference": "all treated rows of the sub-experiments are at the reference period {seen}",
    "all_at_base": "all treated rows are at what they are measured from",
    "measured_from_another": "cohorts without a row at event time {reference} are measured from another: {moved}",
    "compared_later": "cohorts without a row at event time 0 are first compared later: {late}",
    "from": "{cohort} from {base}",
    "at": "{cohort} at {event_time}",
    "left_out_of_averages": "cohorts and event times whose coefficient is collinear, left out of averages: {cells}",
    "measured_from_there": "what else is estimated of these cohorts may be measured from there, not from {reference}",
    "leads_measured_from": "what leads{of} are measured from, zero by construction",
    "of": " of {whom}",
    "effects_measured_from": "what effects are measured from",
    "base_period": "base period, zero by construction",
}
"""What effects by event time are measured from."""

COMPARISONS = {
    "no_cohort_on_both_sides": "no cohort is observed both before and after it is treated",
    "nobody_to_compare_with": "nobody is left to compare treated cohorts with",
    "nobody_never_treated": "every unit is treated by the last period; compare with the last cohort: "
    "`comparison: last_treated`",
    "averages_without": "averages without {cohorts}",
    "never_treated_and_late_rows": "{who} never treated, and rows from {column:name} {period} on, when the last cohort "
    "is treated",
    "compared_with_last_cohort": "compared with cohort {cohort} in the periods before",
    "compared_with": "compared with the {comparison:words}",
    "observed_through": "event times of cohorts observed through {event_time}",
    "no_cohort_compared": "no cohort can be compared: {why}{remedy}",
    "no_unit_balanced": "no unit is observed in all periods; with `rows: all` of `group_time`, units need not be"
    "{remedy}",
    "levels_with_gaps": "{levels:count level} of {level:name} not seen in all periods; in each, a cohort is those of "
    "its levels that are",
    "one_period": "there is one period only",
    "cohort_not_in_both_periods": "the cohort is not observed in both periods",
    "nobody_to_compare_cohort_with": "there is nobody to compare the cohort with",
    "covariates_collinear": "covariates are collinear within a group",
    "covariates_separate": "covariates tell the cohort from its comparison group perfectly",
    "covariates_nearly_separate": "covariates tell the cohort from its comparison group nearly perfectly",
    "effects_on_eligible": "effects on those with {name:name}",
    "eligible_not_binary": "`{name}` has to be 0 or 1: who can be treated",
    "nobody_eligible": "nobody is eligible: `{name}` is 0 in all rows",
    "everybody_eligible": "everybody is eligible: `{name}` is 1 in all rows, so that nobody in a cohort is left to "
    "compare with",
    "no_eligible_in_cohort": "nobody in the cohort is eligible",
    "all_eligible_in_cohort": "everybody in the cohort is eligible",
    "comparison_without_both": "no cohort to compare with has both eligible units and others",
    "nobody_on_one_side": "nobody is {side:words} {running:name} = {cutoff:g}, the threshold",
    "threshold_not_followed": "{treatment:name} does not follow from the threshold of {running:name} in "
    "{rows:count row}: write `design: fuzzy` where it is one of several reasons, or `design: crossing` for the effect "
    "of being beyond it",
    "no_jump": "no jump at the threshold of {running:name} can be estimated: {why}",
    "no_density": "no density of {running:name} at the threshold can be estimated: {why}",
    "few_near_threshold": "{rows:count row} on a side within the bandwidth, or the different values among them, are "
    "too few for {coefficients} coefficients",
    "one_cluster_near_threshold": "one cluster only on a side within the bandwidth",
    "no_bandwidth": "no bandwidth is best: there is neither curvature nor error",
    "beyond_bandwidth": "further than {bandwidth:.4g} from {running:name} = {cutoff:g}",
    "near_threshold": "within {bandwidth:.4g} of {running:name} = {cutoff:g}, its bias from within {bias:.4g}",
    "densities_at": "densities of {below:.4g} below and {above:.4g} above, from within {bandwidth:.4g}",
    "treatment_does_not_jump": "{treatment:name} does not jump at the threshold of {running:name}",
    "mediation_collinear": "{names:ands names}: collinear with the fixed effects or the other terms of the first "
    "regression",
    "not_through": "the effect not through {mediators:ands names}{intermediate}, if nothing unobserved moves them and "
    "the outcome",
    "given_intermediate": " given {names:ands names}",
    "with_factors": "untreated outcomes with {number:count common factor}{chosen}",
    "matrix_completed": "untreated outcomes completed, singular values less {share:.3g} of the largest{chosen}",
    "chosen_by_prediction": ", which predicts untreated rows best",
    "no_factor_possible": ", as units or periods are seen untreated too seldom for any",
    "too_many_factors": "{number} common factors are too many: the rows before treatment and the units never treated "
    "tell {most} at most",
    "nobody_never_treated_for_factors": "nobody is never treated, whose common factors could be found: "
    "`method: matrix_completion` does without",
    "factors_do_not_settle": "the factors are not found within {steps:,} steps; try fewer, or `matrix_completion`",
    "dose_changes": "`{name}` changes within {units:count unit} while they are treated, and a dose has to be the same "
    "in all rows in which a unit is treated",
    "nobody_has_dose": "no treated unit has a `{name}` above zero",
    "same_dose": "`{name}` is the same for all treated units, so that effects cannot follow it",
    "without_dose": "{units:count treated unit} without a {name:name} above zero",
    "few_doses": "{doses:count different dose} in the cohort are too few, or too much alike, for a curve of "
    "{coefficients} coefficients",
    "no_cohort_has_dose": "no cohort has doses on both sides of it",
    "no_period_before_treatment": "there is no period before treatment and its anticipation",
    "nobody_observed": "neither the cohort nor anybody to compare it with is observed",
    "no_untreated_row": "no row of this sample is untreated, so that there is nothing to impute from",
    "not_imputed": "untreated rows do not determine what any of these rows would be without treatment",
    "untreated_rows_only": "untreated rows only",
    "never_seen_untreated": "{rows:count treated row} of {effects:names} never seen untreated",
    "without_not_imputed": "without {rows:count treated row} that cannot be imputed",
    "no_row_imputed": "untreated rows determine no treated row: their units or periods are never seen untreated",
    "cell_collinear": "an effect of a cohort and period is collinear with the fixed effects or the regressors",
    "no_cohort_in_window": "no cohort is observed from event time {first} to {last} beside units that stay untreated; "
    "try a shorter `window`",
    "sub_experiments": "{number:count sub-experiment} stacked{lost}",
    "and_without_cohorts": ", without {names:listed cohorts}",
    "clean_controls": "{stacked}; a control stands in each for which it is clean, in periods that have treated rows",
    "nobody_after_treatment": "no treated unit of a sub-experiment has a row after treatment began",
    "differences_of": "differences of {treated:,} units when they are treated, and {controls:,} of clean controls",
    "no_treated_there": "no treated unit has a row there and at the reference period",
    "no_untreated_there": "no unit that is still untreated has a row there and at the reference period",
    "at_that_event_time": "{at}: {why}",
    "not_balanced": "the decomposition needs a balanced panel; {units:,} units and {periods:count period} would have "
    "{needed:,} rows, and {rows:,} are there",
    "no_two_groups": "there are no two groups of which one is treated when the other is not",
    "part_of_the_estimate": "a part of the estimate, without a standard error of its own",
    "no_cohort_long_before": "no cohort is observed in two periods before treatment, which weights are chosen by",
    "short_before_treatment": "less than two periods before treatment, which weights are chosen by",
    "weights_not_settled": "the weights of {cohorts:count cohort} were not found within {steps:,} steps, and are the "
    "last that were tried; `search: newton` finds those of units",
    "scores_not_settled": "propensity scores of {cells:count comparison} were not found within their steps, and are "
    "the last that were tried",
    "short_cohorts": "{units:count unit} of cohort {cohorts} observed in less than two periods before treatment",
    "without_cohort": "without cohort {cohorts}",
    "few_never_treated": "{units:count unit} never treated, and weights are of two at least",
    "collinear_among_never_treated": "{names:ands names}: collinear with the effects of units and periods, or each "
    "other, among units never treated",
    "nobody_left_balanced": "no unit is left that is observed in all periods and untreated in the first; `sample` may "
    "pick periods in which more are observed",
    "rows_and_units": "counts rows and units; no estimate",
    "rows_and_levels": "counts rows and levels of {level:name}; no estimate",
    "no_rows_to_group": "the panel has no rows of {period}, in which groups are formed",
    "group_unknown": "treatment or moderator of {period} unknown",
    "first_treated_after": "first treated after {period}",
    "base_missing": "outcome of {period} missing, from which it is measured",
    "outcome_of": "outcome of {period}",
    "high_above": "{moderator:name} high above {cut:.4g} in {period}",
    "differs_within_groups": "{columns:names} differs within {level:name}, by which groups are formed",
}
"""Who is compared with whom, when treatment is staggered or in groups."""

CHANGES = {
    "no_change_compared": "no unit that changes treatment can be compared with one that has not changed yet",
    "no_change_compared_at": "no unit that changes treatment can be compared at event time {event_time}",
    "no_change_away": "no unit that changes treatment is away from its first one where it can be compared",
    "treated_between_periods": "{units:count unit} first treated between periods, for which event times count from the "
    "first period observed with it",
    "first_treatment": "first treatment",
    "first_treatment_and": "first treatment and {names:ands names}",
    "nobody_alike": "{units:count unit} of whose {alike} nobody that changes can be compared with anybody that has not "
    "yet",
    "without_uncompared": "without {units:count unit} that nobody can be compared with",
    "changes_without_effect": "{units:count unit} that change treatment have no effect: no outcome just before or "
    "after, or nobody left who has not changed",
    "changes_compared": "{units:count unit} after a first change ({more:,} to more treatment, {less:,} to less) beside "
    "{waiting:,} that have not changed yet",
    "changes_to_more": "changes to more treatment only",
    "changes_to_less": "changes to less treatment only",
    "compared_at_every_event_time": "units compared at every event time only",
    "compared_within": "compared within {names:ands names}",
    "per_unit_of_treatment": "effects by event time per unit of treatment",
    "never_known": "{column:name} never known of a unit",
    "history_of": "history of {column:name}",
    "then_unknown": "{column:name} then unknown, or not dated, or both ways",
    "both_ways": "{units:count unit} with more and less treatment than at first",
    "undated": "{units:count unit} whose treatment is not known just before it changes",
    "gaps_filled": "{periods:count period} between known treatments taken to be as at first, or as at the change",
}
"""Treatments that begin, end and change."""

MATCHING = {
    "matching_separates": "what is matched on tells the treated from the never treated perfectly, so that nobody is "
    "comparable",
    "matched_on_collinear": "{columns}: collinear among what is matched on, where they share what they weigh",
    "mean_of": "the mean of {of}",
    "spread_of": "the spread of {of}",
    "moments_beyond": "the never treated cannot be balanced: {moments} is beyond all of them",
    "moments_not_at_once": "the never treated cannot be balanced: no weights of these {units} units have all moments "
    "of the treated at once; the nearest found leave {left:.2g} standard deviations of {moment}",
    "always_treated_not_matched": "{units:count unit} treated in every row, with nothing before it",
    "everybody_treated": "there is nothing to match: everybody is treated in this sample",
    "nobody_to_match": "there is nothing to match: nobody is treated in this sample",
    "without_what_is_matched_on": "{units:count unit} without {columns}, to match on",
    "no_never_treated_to_match": "no unit never treated has all to match on",
    "no_treated_to_match": "no unit treated has all to match on",
    "off_common_support": "{units:count treated unit} with a score beyond those of the never treated (common support)",
    "without_neighbour": "{units:count treated unit} without a neighbour that is near and not taken",
    "not_matched_to_anybody": "{units:count unit} never treated and not matched to anybody",
    "nobody_matched": "no treated unit has anybody to be matched with",
    "no_unit_in_all_periods": "no unit is observed in all periods",
    "begins": "{treatment:name} begins in {period}",
    "begins_with_effects_before": "{treatment:name} begins in {period}, and may have effects before",
    "no_period_to_match_on": "there is no period before treatment to match on: {first}",
    "matched_on_late": "{periods} is not a period before treatment, as matching needs: {first}; earlier are {earlier}",
    "column_in": "{column:name} in {period}",
    "nobody_on_support": "no treated unit is on common support with the never treated",
}
"""Who is matched with whom."""

SENSITIVITY = {
    "one_period_before": "there is one period only before treatment, so that nothing is known of trends before",
    "no_coefficients_by_event_time": "there are no coefficients by event time",
    "nothing_at_zero": "no period is zero by construction, so that leads and effects are not measured from one",
    "several_curves": "cohorts are measured from event times {times:ands}, so that leads and effects make more than "
    "one curve; analyse an equation whose `sample` holds cohorts that are measured from one",
    "no_single_period_before": "no period before treatment is left beside those that stand for all beyond them",
    "no_effect_after": "there is no coefficient at event time {after}, the one after {base}; those there are, {times}, "
    "do not follow each other at one distance",
    "two_regressions": "leads and effects are from two regressions, so that how they covary is not known",
    "no_such_effects": "event time {times} has no coefficient of its own here; there are {first} to {last}",
    "everything_rejected": "every value is rejected: leads contradict the restriction",
    "zero_without_bound": "zero is in the interval even with a bound of 0",
    "term_collinear": "{term:name} is collinear with the fixed effects or the terms before it",
    "explains_all": "such a variable would explain all that is left of the outcome, and is bounded by that",
    "no_such_variable": "no variable can be {times:g} times as strong as {benchmark:name}",
    "no_other_regressors": "the regression has no other regressors, which unobserved ones could be compared with",
    "set_without_error": "the interval is the set up to the coefficient with regressors; no sampling error is in it",
    "nothing_missing": "all units of the sample are observed in all its periods",
    "units_seen_once": "units are not followed over periods, so that nobody can leave",
    "arm_never_observed": "no group has observed rows with treatment and without",
    "several_effects_in_one_curve": "specifications are of more than one outcome or treatment; name one `outcome`",
    "no_specification_estimated": "no specification has an estimate",
    "chance_without_trend": "parallel trends alone give a significant lead with a chance of {chance:.3f}",
}
"""What sensitivity analyses say."""

ANALYSED = {
    "interval": "interval",
    "breakdown": "breakdown",
    "coefficient": "coefficient",
    "r_squared": "R²",
    "delta": "delta",
    "partial_r_squared": "partial R² of treatment with outcome",
    "robustness_value": "robustness value",
    "largest_lead": "largest lead",
    "mean_of_leads": "mean of leads",
    "bound_on": "bound on the {quantity}",
    "chance_of_significant_lead": "chance of a significant lead",
    "slope": "slope",
    "in_the_effect": "in the effect",
    "parallel_trends": "parallel trends",
    "relative_magnitudes": "relative magnitudes",
    "smoothness": "smoothness",
    "line_found_with_this_power": "a straight line found with this power",
    "as_large_as_the_bound": "as large as the bound",
    "without_regressors": "without regressors",
    "with_regressors": "with regressors",
    "selection_on_unobserved": "selection on the unobserved {times:g} times that on the regressors",
    "coefficient_of_zero": "a coefficient of zero",
    "brought_down_to": "an estimate brought down to {part}",
    "no_longer_significant": "an estimate no longer significant at {size:.0%} from {part}",
    "zero": "zero",
    "share_of_it": "{share:.0%} of it",
    "beside_one_as_strong": "beside one as strong as {benchmark:name}",
    "beside_omitted": "beside an omitted variable {times:g} times as strong as {benchmark:name}",
    "observed_of_treated": "share of the treated that is observed",
    "observed_of_untreated": "share of those compared with that is observed",
    "lower_bound": "lower bound",
    "upper_bound": "upper bound",
    "one_direction_of_attrition": "treatment moves all in one direction towards being observed or away from it",
    "missing_between": "missing changes are anything between {low:g} and {high:g}",
    "median_of_specifications": "median of the estimates",
    "share_with_its_sign": "share of estimates with the sign of the median",
    "share_significant_with_it": "share of estimates with that sign and significant",
    "permuted_among": "{specifications:,} specifications against {draws:,} permutations of cohorts among {among:name}",
    "unit_of_outcome": "outcome",
    "outcome_per_period": "outcome per period",
    "share": "share",
    "largest_change_before": "times the largest change before treatment",
    "selection_on_regressors": "times the selection on the regressors",
    "single_event_time": "{time}",
    "run_of_event_times": "{first} to {last}",
    "average_of_event_times": "{first} to {last}, average",
}
"""Of what a number of theirs is, under what it holds, in which unit, and of which event times."""

NOT_USED = {
    "regressors": "regressors {names:names}",
    "fixed_effects": "fixed effects {names:names}",
    "small_sample": "small-sample correction {name}",
    "variance": "{name} variance",
}
"""What a specification states and its estimator has no use for."""

WHOSE = {"reference_period_of": "for {cohorts}", "reference_of": "{wave} of {cohorts}"}
"""Of references that are not everybody's, whose they are, for a sentence that has said the rest."""

SCRIPTS = {
    "not_in_script": "no script is written for {estimator:name}",
    "not_in_stata": "no do-file is written for {estimator:name}, which has scripts in R",
    "near_misses_in_script": "units compared with are chosen by a rule of the study, which has no form in the scripts",
    "own_in_script": "{estimator} is a function of the study’s own, which other languages do not have",
    "rows_not_told_apart_in_script": "rows are not told apart by {unit:name} and {period:name}",
    "no_reference_in_script": "some cohorts are not measured from the reference period, from which scripts measure all",
    "comparison_in_script": "cohorts are compared with the last one treated, which has no form in the scripts",
    "regressors_in_script": "regressors beside the cohorts have no form in the scripts",
    "covariates_in_script": "comparisons by covariates have no form in the scripts",
    "level_in_script": "treatment is assigned to {level:name}, whose rows are repeated cross-sections",
    "variance_in_script": "standard errors that are {variance} have no form there",
    "correction_in_script": "the small-sample correction {small_sample} has no form there",
    "means_in_script": "means have no form there",
    "choice_in_script": "the choice of rows, anticipation or averages has no form there",
}
"""Why no script for another language covers an equation."""

SENTENCES = (
    SAMPLES
    | TREATED
    | REGRESSIONS
    | ERRORS
    | P_VALUES
    | REFERENCES
    | COMPARISONS
    | CHANGES
    | MATCHING
    | NOT_USED
    | CLAIMS
    | EVIDENCE
    | SENSITIVITY
    | ANALYSED
    | FLAWS
    | REMEDIES
    | SCRIPTS
)
"""All of them."""
