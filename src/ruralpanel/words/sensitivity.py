"""What analyses of sensitivity find, as headings."""

from __future__ import annotations

FOUND = {
    "honest_did": "Effects if trends differ",
    "pretrend_power": "What a test of leads would have found",
    "equivalence_of_leads": "Within which bounds the leads are",
    "oster": "Selection on what is not observed",
    "omitted_variable": "How strong an omitted variable would have to be",
    "attrition_bounds": "Bounds where outcomes are missing",
    "specification_curve": "All specifications together",
}
"""By the kind of the analysis; a test holds them to the kinds that a study can ask for."""
