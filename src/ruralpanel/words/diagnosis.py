"""What the diagnosis says, as a referee would say it: by code, a template of its arguments, and what items are called.

Templates are those of :mod:`ruralpanel.words.catalogue`.
"""

from __future__ import annotations

ITEMS = {
    "differential_trends": "trends that differ before treatment",
    "anticipation": "effects before treatment",
    "transitory_selection": "selection on good or bad years",
    "bad_control": "controls that respond to treatment",
    "spillover": "effects on neighbours",
    "attrition": "units that leave the panel",
    "few_clusters": "few clusters",
    "assignment_level": "treatment assigned above the clusters",
    "heterogeneity": "two-way effects that mislead",
    "odd_cohort": "a cohort unlike the others",
    "treatment_exits": "treatment that ends",
    "denominator": "a denominator that treatment moves",
    "influence": "an effect that rests on a few",
    "heavy_tails": "an effect that rests on extreme values",
    "baseline_imbalance": "treated units unlike the others before",
    "composition": "estimators of different samples",
}
"""What a reader sees for an item: what is looked for."""

LEVELS = {"warning": "warning", "note": "note", "silent": "not found", "not_run": "not looked for"}
"""What a reader sees for a level."""

FLAWS = {
    "nothing_found": "not found",
    "item_failed": "the item failed: {error}",
    "needs_treatment_that_stays": "treatment may end, and this needs one that stays",
    "by_intensity": "treatment enters by its intensity, and this needs an indicator",
    "few_periods_before": "fewer than two periods are observed before the last one without treatment",
    "not_clustered": "standard errors are not clustered: `variance: {name}`",
    "no_period_before_anybody": "no period is observed before anybody is treated",
    "everybody_treated": "there are not two units on each side, treated and never treated",
    "leads_have_a_slope": "The treated drifted away from the others before they were treated, by {trend:+.2g} a period "
    "({p_trend:p}); a joint test of the {leads} leads gives {p:p}. Whatever caused the drift may have continued.",
    "leads_reject": "The treated developed differently from the others before they were treated: the {leads} leads are "
    "jointly significant ({p:p}), though not along a line. Whatever caused this may have continued.",
    "breaks_down_early": "The effect is significant only if trends differ after treatment by less than "
    "{breakdown:.2g} times the largest difference before it; the benchmark is {benchmark:g}.",
    "leads_say_little": "That leads are not significant says little here: the test has a power of {power:share} only "
    "against differences in trends of {slope:.2g} a period or more, and {matters:.2g} would account for the effect.",
    "leads_say_nothing": "That leads are not significant says nothing here: the test does not reach a power of "
    "{power:share} against any difference in trends, and one of {matters:.2g} a period would account for the effect.",
    "moves_before_treatment": "The outcome leaves its course before treatment: from event time {time} on, taken for "
    "untreated, it is {jump:+.2g} off the line of earlier periods ({p:p}). Treatment may be anticipated or dated too "
    "late, or units may be treated after an unusual year.",
    "control_responds": "{names:ands names} on the right-hand side responds to treatment, by {effect:+.2f} standard "
    "deviations ({p:p}). What is held constant there is part of the effect.",
    "controls_respond": "{names:ands names} on the right-hand side respond to treatment, one of them by {effect:+.2f} "
    "standard deviations ({p:p}). What is held constant there is part of the effect.",
    "few_of_a_side": "Standard errors rest on {treated:count treated cluster} and {others} to compare with, of "
    "{clusters}: a t test with so few on a side rejects too often{drawn}.",
    "few_clusters_in_all": "Standard errors rest on {clusters:count cluster}, {treated} of them treated: with so few, "
    "a t test can reject too often{drawn}.",
    "and_wild": " (the usual {p:p}, the wild bootstrap’s {p_wild:p})",
    "assigned_above": "{treatment:name} is the same for all units of a {level:name}, and standard errors are "
    "clustered below it, by {clusters:ands names}: they take what is shared for independent{drawn}.",
    "mostly_assigned_above": "{treatment:name} hardly varies within {level:name}, and standard errors are clustered "
    "below it, by {clusters:ands names}: they take what is shared for independent{drawn}.",
    "clustered_there": " (clustered there, {groups} groups: {p:p})",
    "two_way_apart": "The two-way estimate is no average of effects: it differs by {difference:+.2g} ({p:p}) from that "
    "over cohorts and periods, which is {average:.2g}. {negative:percent} of the weight on treated rows is negative, "
    "and {forbidden:percent} of the estimate rests on comparisons with units treated already.",
    "two_way_could_mislead": "The two-way estimate could mislead if effects differed: {negative:percent} of the weight "
    "on treated rows is negative, and {forbidden:percent} of the estimate rests on comparisons with units treated "
    "already. Here it differs by {difference:+.2g} ({p:p}) from the average over cohorts and periods, which is "
    "{average:.2g}.",
    "treatment_ends": "{treatment:name} ends for {number} of {treated:count treated unit} ({share:percent}), which "
    "are taken as treated for ever: the effect is of ever having been treated.",
    "unlike_before": "The treated were unlike the others before anybody was treated: the outcome’s own level differed "
    "by {difference:+.2f} standard deviations ({p:p}). Holding it constant moves the effect by {change:+.1f} of its "
    "standard errors, which is little, or within what chance does.",
    "unlike_and_moves": "The treated were unlike the others before anybody was treated: the outcome’s own level "
    "differed by {difference:+.2f} standard deviations ({p:p}), and holding it constant moves the effect by "
    "{change:+.1f} of its standard errors.",
    "different_samples": "Estimators that are compared are of different samples: {estimator:estimator} uses {rows:,} "
    "of the {most:,} rows that another uses.",
    "too_short_after_treatment": "fewer than a quarter of treated units are seen two periods after treatment or later",
    "no_band": "outcomes do not scatter, or too few units are seen at entry and late",
    "selection_alone_explains": "Units may be treated in unusual years: the effect is {effect_at_entry:.3g} at entry "
    "and {effect_late:.3g} from event time {late_from:g} on. In simulated panels in which treatment does nothing and "
    "goes to those above a threshold that year, the late effect is as large with p = {p:.2f}.",
    "spike_that_decays": "The effect at entry, {effect_at_entry:.3g}, is a multiple of that from event time "
    "{late_from:g} on, {effect_late:.3g}, as where units are treated in unusual years. Selection alone would give a "
    "late effect as large with p = {p:.2f} only, but part of the effect may be its work.",
    "no_places": "units have no places",
    "nobody_near": "too few untreated units have a treated one within {bound:g} km",
    "rings_not_told_apart": "rings of neighbours cannot be distinguished",
    "neighbours_respond": "Neighbours respond: the outcome of untreated units changes by {response:+.3g} when a unit "
    "{ring} is treated (all rings together {p:p}). They are no comparison then.",
    "units_not_followed": "units are not followed over periods",
    "treated_leave": "Treated units leave: once treated, the chance of a row to be missing rises by "
    "{difference:.3g} ({p:p}).",
    "treated_stay": "Treated units stay: once treated, the chance of a row to be missing falls by {difference:.3g} "
    "({p:p}).",
    "one_cohort": "all are treated in one period",
    "cohort_differs": "The effect on the {units:count unit} treated in {cohort} differs by {difference:+.3g} from that "
    "on others as long after treatment ({p:p}, adjusted for the number of cohorts).",
    "many_enter_at_once": "In {cohort}, {units:count unit} are treated first, beside {median:g} in the median cohort: "
    "the rule may have been another one.",
    "no_denominator": "the study does not derive the outcome by dividing by a column",
    "denominator_not_estimated": "no effect on {columns:names} could be estimated",
    "denominator_moves": "The outcome is divided by {column:name}, which treatment itself moves, by {effect:+.3g} "
    "({p:p}).",
    "no_error_to_measure_by": "the effect has no standard error that changes could be measured by",
    "rests_on": "The effect rests on {column:name} {who}: it is {effect:.3g}, and {without:.3g} without.",
    "rests_on_most_treated": "The effect rests on the {units:count unit} treated most: it is {effect:.3g}, and "
    "{without:.3g} without.",
    "residuals_do_not_vary": "residuals do not vary",
    "rests_on_extremes": "The effect rests on extreme values: it is {effect:.3g}, and {winsorised:.3g} once the "
    "{share:share} most extreme residuals at each end are brought in. Their kurtosis is {kurtosis:.3g}; a normal one "
    "is 3.",
}
"""What could be wrong, or why it was not looked for."""

REMEDIES = {
    "bound_trends": "Report intervals that hold when trends differ (`sensitivity` of kind `honest_did`); compare with "
    "units that moved alike before (`matching` on the outcome’s path).",
    "declare_anticipation": "Declare `anticipation: {periods}` for the treatment, or a `donut`, and see whether the "
    "effect stays; look at when units were really treated.",
    "control_before": "Leave it out, or hold constant what it was before treatment, with a slope in every period.",
    "wild_or_permutation": "Report p-values of a wild bootstrap or of permutations (`inference: bootstrap` or "
    "`permutation`), and do not rest the claim on the t test.",
    "cluster_there": "Cluster by {level:name}: `inference: {{cluster: [{level}]}}`.",
    "average_by_cohort": "Report an estimator that averages effects by cohort, and show the two-way one beside it.",
    "let_treatment_end": "Let it end (`absorbing: false`, lists with `exits: switch`) with an estimator for treatment "
    "that switches, or leave out the units that leave and compare.",
    "hold_level_constant": "Hold the level before constant with a slope in every period, or match on it, and "
    "show both.",
    "same_rows": "Estimate all of them on the same rows, or say beside them how the samples differ.",
    "look_at_late_effects": "Report the effect from event time {late_from:g} on, {effect_late:.3g} ({late_low:.3g} to "
    "{late_high:.3g}), leave out entry and the period before (`donut: [-1, 0]`), and compare with units that came near "
    "the threshold.",
    "leave_neighbours_out": "Compare with untreated units further than {bound:g} km from treated ones, and report the "
    "effect on neighbours as a result of its own.",
    "report_bounds": "Report bounds beside the effect{within}, and find out why rows are missing.",
    "bounds_of_effect": " ({low:.3g} to {high:.3g} by trimming)",
    "leave_cohort_out": "Find out by which rule those of {cohort} were treated, and report the effect without them.",
    "look_at_numerator": "Report effects on what is above the line and on {column:name} beside that on their ratio, or "
    "divide by {column:name} as it was before treatment.",
    "look_at_who_it_rests_on": "Look at rows of {column:name} {who} for errors, and report the effect without them.",
    "report_without_most_treated": "Report the effect without them too, and how it varies with the dose.",
    "look_at_extremes": "Look at rows with extreme residuals for errors, and report the effect with the outcome "
    "winsorised.",
}
"""What to do about it."""
