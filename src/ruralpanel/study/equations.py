"""The equations of a block, spelled out: what is stated, what follows from it, and what is usual otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from ruralpanel.study.blocks import Equation, GroupTime, Inference, Specification
from ruralpanel.study.designation import Designation
from ruralpanel.study.estimators import ESTIMATORS, may_draw
from ruralpanel.study.fixed_effects import of_outcome

if TYPE_CHECKING:  # it calls these
    from ruralpanel.study.model import Study


def equations_of(study: Study, block_name: str) -> list[Equation]:
    """Spell out every equation of a block, with nothing left to default.

    Parameters
    ----------
    study
        The study.
    block_name
        A block of it.

    Returns
    -------
    list of Equation
        One for each specification, outcome and estimator, in the file's order.
    """
    block = study.blocks[block_name]
    equations = []
    for name, own in (block.specifications or {"main": Specification()}).items():
        stated = {key: value for part in (block, own) for key, value in _stated(part).items()}
        equations += [
            _equation(study, block_name, name, stated, outcome, estimator)
            for outcome in stated.get("outcomes", [])
            for estimator in stated.get("estimators", [])
        ]
    return equations


def _equation(
    study: Study, block_name: str, specification: str, stated: dict[str, Any], outcome_name: str, estimator: str
) -> Equation:
    """Spell out what a specification states of an outcome and an estimator."""
    block, outcome, places = study.blocks[block_name], study.outcomes[outcome_name], study.panel.places
    treatments = stated.get("treatments", list(study.designation))
    declared = {treatment: study.designation[treatment] for treatment in treatments}
    levels = {treatment: level for treatment, level in study.levels.items() if treatment in declared}
    treated = {levels.get(treatment, study.panel.unit) for treatment in declared}
    within = treated.pop() if len(treated) == 1 else study.panel.unit
    inference = _inference(stated.get("inference"), within)
    placed = places if inference.vcov.needs_places else None
    matching, weights = stated.get("matching"), stated.get("weights")
    resampled = stated.get("synthetic") if "synthetic" in ESTIMATORS[estimator].keys else None
    draws = resampled is not None and resampled.draws_numbers
    group_time = stated.get("group_time")
    if levels and "group_time" in ESTIMATORS[estimator].keys:
        group_time = _rows_of_cross_sections(group_time)
    return Equation(
        block=block_name,
        specification=specification,
        outcome=outcome_name,
        outcome_column=outcome.adoption or outcome.column or outcome_name,
        at_risk_of=outcome.adoption,
        transformation=outcome.transformation,
        estimator=estimator,
        unit=study.panel.unit,
        period=study.panel.period,
        frequency=study.panel.frequency,
        periods=study.periods,
        treatments=treatments,
        regressors=stated.get("regressors", []),
        moderators=stated.get("moderators", []),
        along=stated.get("along"),
        engine=stated.get("engine", "ruralpanel"),
        **_instrumented(stated, declared, estimator),
        fixed_effects=of_outcome(stated.get("fixed_effects", [within, study.panel.period]), outcome_name),
        weights=matching.weights_name(weights) if matching is not None else weights,
        sample=stated.get("sample"),
        inference=inference,
        window=stated.get("window"),
        reference_period=min(
            (each.reference_period for each in declared.values()),
            default=-1,
        ),
        always_treated=stated.get("always_treated", "drop"),
        comparison=stated.get("comparison", "never_treated"),
        missing_reference=stated.get("missing_reference", _where_it_is_missing(declared.values())),
        latitude=placed.latitude if placed is not None else None,
        longitude=placed.longitude if placed is not None else None,
        group_time=group_time,
        synthetic=resampled,
        eligible=stated.get("eligible"),
        threshold=stated.get("threshold"),
        factors=stated.get("factors"),
        mediation=stated.get("mediation"),
        dose_response=stated.get("dose_response"),
        switching=stated.get("switching"),
        groups=stated.get("groups"),
        absorbing=all(each.absorbing for each in declared.values()),
        intensities={
            treatment: column
            for treatment, each in declared.items()
            if (column := each.column_in_equations(treatment)) != treatment
        },
        interactions=stated.get("interactions", []),
        anticipation={
            name: periods
            for name, each in declared.items()
            if (periods := stated.get("anticipation", each.anticipation))
        },
        donut={name: sorted(each.donut) for name, each in declared.items() if each.donut},
        levels=levels,
        adjustment=block.adjustment,
        hypotheses=block.hypotheses or [],
        family=(outcome.family or "") if block.adjustment else "",
        seed=study.seed if inference.draws_numbers or draws or may_draw(estimator) else None,
        default_cluster=_leaves_clusters(stated.get("inference")),
        groups_above=_groups_above(study),
        dating=_dating(study, treatments),
        matching=matching,
        near_misses=stated.get("near_misses"),
        base_weights=weights if matching is not None else None,
    )


def _groups_above(study: Study) -> list[str]:
    """List columns that are declared or used as levels above the unit: codes of areas, regions, keys of joins."""
    found = [study.panel.region] if study.panel.region is not None else []
    sources = {*(join.source for join in study.panel.joins), *([study.panel.base] if study.panel.base else [])}
    found += [name for join in study.panel.joins for name in join.on]
    for key, source in study.sources.items():
        if not sources or key in sources:
            found += [name for name, column in source.columns.items() if column.type == "code"]
    return sorted({*found} - {study.panel.unit, study.panel.period})


def _dating(study: Study, treatments: list[str]) -> list[str]:
    """List the columns by which treatments are dated."""
    declared = [study.designation[name] for name in treatments]
    return sorted({name for each in declared for name in (each.cohort, each.indicator, each.intensity) if name})


def _inference(stated: Inference | None, within: str) -> Inference:
    """Cluster by those who are treated, where nothing else is stated."""
    inference = stated or Inference()
    if inference.vcov.clusters and inference.cluster is None:
        return inference.model_copy(update={"cluster": [within]})
    return inference


def _rows_of_cross_sections(stated: GroupTime | None) -> GroupTime:
    """Use all rows, where nothing else is stated: units of repeated cross-sections are in no two periods."""
    choice = stated or GroupTime()
    return choice if "rows" in choice.model_fields_set else choice.model_copy(update={"rows": "all"})


def _instrumented(stated: dict[str, Any], declared: Mapping[str, Designation], estimator: str) -> dict[str, Any]:
    """Give instruments, and the columns of the terms that they are for, where the estimator has any."""
    if "instruments" not in ESTIMATORS[estimator].keys or "instruments" not in stated:
        return {}
    endogenous = stated.get("endogenous", list(declared))
    columns = [declared[name].column_in_equations(name) if name in declared else name for name in endogenous]
    return {"instruments": stated["instruments"], "endogenous": columns}


def _where_it_is_missing(declared: Iterable[Designation]) -> Literal["earlier", "reason"]:
    """Choose what is measured from without the reference period: none, where the user has declared that."""
    return "reason" if any("reference_period" in each.model_fields_set for each in declared) else "earlier"


def _stated(part: Specification) -> dict[str, Any]:
    """Give the keys of a specification that the user wrote with a value."""
    fields = Specification.model_fields
    return {
        name: getattr(part, name)
        for name in part.model_fields_set
        if name in fields and getattr(part, name) is not None
    }


def _leaves_clusters(stated: Inference | None) -> bool:
    """Tell whether a specification leaves the clusters to what the data say."""
    return stated is None or (stated.vcov.clusters and stated.cluster is None)
