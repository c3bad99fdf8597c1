"""The columns of the finished panel: what they are called where people read, and what was done to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ruralpanel.study.designation import designation_columns
from ruralpanel.study.legacies import INDEX_WORDS
from ruralpanel.study.panel import ColumnOrigin
from ruralpanel.treatment_columns import cohort_column

if TYPE_CHECKING:  # it calls these
    from ruralpanel.study.model import Study


def column_origins(study: Study) -> dict[str, ColumnOrigin]:
    """Say of every column of the panel where it comes from and what was done to it, for the codebook."""
    origins: dict[str, ColumnOrigin] = {}
    shapes = study.shapes
    for name in [study.base, *(join.source for join in study.panel.joins)]:
        for column_name, origin in shapes[name].origins.items():
            origins.setdefault(column_name, origin)
    _describe_derived(study, "sources", origins)
    for name, designation in study.designation.items():
        meanings = ("treated", "first period treated", "periods since the first treated", "intensity")
        for column_name, meaning in zip(designation_columns(name, designation), meanings, strict=False):
            label = f"{designation.label or name}: {meaning}"
            of = study.panel.frequency if column_name == cohort_column(name) else None
            origins[column_name] = ColumnOrigin(origin=f"designation {name}", label=label, frequency=of)
        if designation.intensity is not None:
            dosed = origins[designation.intensity]
            dose = {
                "label": _intensity_label(study, name),
                "unit": dosed.unit,
                "transformation": dosed.transformation,
            }
            origins[f"{name}_intensity"] = origins[f"{name}_intensity"].model_copy(update=dose)
    if study.panel.places is not None:
        described = study.panel.places.descriptions(_designation_labels(study))
        for kind, name, column_name in study.panel.places.added():
            label, unit, how = described[column_name]
            origins[column_name] = ColumnOrigin(
                origin=f"places: {kind} {name}", label=label, unit=unit or None, transformation=how
            )
    _describe_derived(study, "places", origins)
    for name, legacy in study.capacities().items():
        capacity = study.legacies[legacy].capacities[name]
        origins[name] = ColumnOrigin(
            origin=f"legacies: {legacy}",
            label=capacity.label,
            unit="standard deviations",
            transformation=f"{INDEX_WORDS[capacity.index]} of {', '.join(capacity.proxies)}",
        )
    _describe_derived(study, "capacities", origins)
    return origins


def _describe_derived(study: Study, stage: str, origins: dict[str, ColumnOrigin]) -> None:
    """Add what derived columns are that are computed after a stage."""
    deflators, period = study.panel.deflators, study.panel.period
    for name in [name for name, after in study.derived_after.items() if after == stage]:
        derived = study.panel.derived[name]
        unit = derived.unit_from({key: each.unit for key, each in origins.items()}, deflators, period)
        words = derived.words(deflators, period, study.frequency)
        origins[name] = ColumnOrigin(origin="derived", label=derived.label, unit=unit, transformation=words)


def column_labels(study: Study) -> dict[str, str]:
    """Map every column that has a label to what a reader sees."""
    labels: dict[str, str] = {}
    shapes = study.shapes
    for name in [study.base, *(join.source for join in study.panel.joins)]:
        labels |= {column: origin.label for column, origin in shapes[name].origins.items() if origin.label}
    labels |= {name: derived.label for name, derived in study.panel.derived.items() if derived.label}
    if study.panel.places is not None:
        described = study.panel.places.descriptions(_designation_labels(study))
        labels |= {name: label for name, (label, _, _) in described.items()}
    for legacy in study.legacies.values():
        labels |= {name: each.label for name, each in legacy.capacities.items() if each.label}
    return labels | _designation_labels(study) | study.estimator_labels


def _designation_labels(study: Study) -> dict[str, str]:
    labels = {name: each.label for name, each in study.designation.items() if each.label}
    labels |= {cohort_column(name): f"First {study.panel.period} of {label}" for name, label in labels.items()}
    dosed = [name for name, each in study.designation.items() if each.intensity is not None]
    return labels | {f"{name}_intensity": _intensity_label(study, name) for name in dosed}


def _intensity_label(study: Study, name: str) -> str:
    return f"{study.designation[name].label or name}, intensity"


def treatment_notes(study: Study) -> dict[str, str]:
    """Say in a sentence, for every column of a treatment dated by an intensity, what it measures."""
    notes: dict[str, str] = {}
    dosed = {name: each for name, each in study.designation.items() if each.intensity is not None}
    if not dosed:
        return notes
    labels, origins = column_labels(study), column_origins(study)
    for name, designation in dosed.items():
        intensity = str(designation.intensity)
        unit = origins[intensity].unit
        label, of = designation.label or name, labels.get(intensity, intensity) + (f" ({unit})" if unit else "")
        notes[name] = f"{label}: 1 where {of} is above {designation.threshold:g}" + (
            " or has been before, 0 otherwise" if designation.absorbing else ", 0 otherwise"
        )
        notes[f"{name}_intensity"] = f"{labels[f'{name}_intensity']}: {of}"
    return notes
