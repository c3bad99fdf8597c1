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
    "too_short_after_treatment": "too few treated units are seen {late} periods after treatment, or even 2",
    "no_band": "outcomes do not scatter, or too few units are seen at entry and late, so that no panel can be simulated",
    "selection_alone_explains": "units are treated in a good or bad year that wears off: the effect is "
    "{effect_at_entry:.3g} at entry and {effect_late:.3g} from event time {late_from:g} on, and in simulated panels in "
    "which treatment does nothing but is given to those above a threshold that year, the late effect is as large with "
    "p = {p:.2f}",
    "spike_that_decays": "the effect at entry, {effect_at_entry:.3g}, is a multiple of that from event time "
    "{late_from:g} on, {effect_late:.3g}, as where units are treated in a good or bad year; selection alone would give "
    "a late effect as large with p = {p:.2f}, so that part of it may be one",
    "no_places": "units have no places",
    "nobody_near": "too few untreated units have a treated one within {bound:g} km",
    "rings_not_told_apart": "the rings of neighbours cannot be told apart",
    "neighbours_respond": "the outcome of untreated units changes by {response:.3g} when a unit {ring} is treated "
    "(all rings together: p = {p:.3f}), so that neighbours are no comparison",
    "units_not_followed": "units are not followed over periods",
    "treated_leave": "once treated, units are missing from the sample more often, by {difference:.3g} of all rows "
    "(p = {p:.3f})",
    "treated_stay": "once treated, units are missing from the sample less often, by {difference:.3g} of all rows "
    "(p = {p:.3f})",
    "one_cohort": "all are treated in one period",
    "cohort_differs": "the effect on the {units:,} units treated in {cohort} differs by {difference:.3g} from that on "
    "others as long after treatment (p = {p:.3f}, adjusted for the number of cohorts)",
    "many_enter_at_once": "{units:,} units are first treated in {cohort}, beside {median:g} in the median cohort: the "
    "rule may have been another one",
    "no_denominator": "the study does not derive the outcome by dividing by a column",
    "denominator_not_estimated": "no effect on {columns:names} could be estimated",
    "denominator_moves": "the outcome is divided by {column:name}, which treatment itself moves, by {effect:.3g} "
    "(p = {p:.3f})",
    "no_error_to_measure_by": "the effect has no standard error that changes could be measured by",
    "sign_rests_on": "the effect, {effect:.3g}, is {without:.3g} without {column:name} {who}",
    "rests_on": "the effect, {effect:.3g}, is {without:.3g} without {column:name} {who}",
    "rests_on_most_treated": "the effect, {effect:.3g}, is {without:.3g} without the {units:count unit} treated most",
    "residuals_do_not_vary": "residuals do not vary",
    "rests_on_extremes": "the effect, {effect:.3g}, is {winsorised:.3g} once the {share:share} most extreme residuals at "
    "each end are brought in (their kurtosis is {kurtosis:.3g}; a normal one is 3)",
}
"""What could be wrong, or why it was not looked for."""

REMEDIES: dict[str, str] = {
    "look_at_late_effects": "report the effect from event time {late_from:g} on, {effect_late:.3g} ({late_low:.3g} to "
    "{late_high:.3g}), with `donut: [-1, 0]` of {treatment:name}, and compare with units that came near the threshold",
    "leave_neighbours_out": "compare with untreated units further than {bound:g} km from treated ones, and report the "
    "effect on neighbours as a result of its own",
    "report_bounds": "report bounds beside the effect{within}, and find out why units leave",
    "bounds_of_effect": " ({low:.3g} to {high:.3g} by trimming)",
    "leave_cohort_out": "find out by which rule the units of {cohort} were treated, and report the effect without them",
    "look_at_numerator": "report effects on the numerator and on {column:name} beside that on their ratio, or divide by "
    "{column:name} as it was before treatment",
    "look_at_who_it_rests_on": "look at the rows of {column:name} {who} for errors, and report the effect without them",
    "report_without_most_treated": "report the effect without the {units:count unit} treated most, and look at how it "
    "varies with the amount of treatment",
    "look_at_extremes": "look at rows with extreme residuals for errors, and report the effect with the outcome "
    "winsorised",
}
"""What to do about it."""
