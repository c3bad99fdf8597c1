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
}
"""What could be wrong, or why it was not looked for."""

REMEDIES: dict[str, str] = {}
"""What to do about it."""
