"""Decide, once and before any package sees the data, which rows an equation is estimated on."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralpanel.absorption.level_kernels import in_order_of
from ruralpanel.absorption.levels import Levels
from ruralpanel.errors import DataError, Problem
from ruralpanel.estimation.columns_read import names_in
from ruralpanel.estimation.near_misses import near_rules
from ruralpanel.estimation.treated_units import all_treated_throughout, level_remedy, treated_counted
from ruralpanel.frames.expressions import evaluate_condition
from ruralpanel.frames.ledger import Ledger
from ruralpanel.frames.periods.conditions import with_ordinals
from ruralpanel.frames.periods.frequency import by_column
from ruralpanel.reasons import Reason, ReasonedError, because, read
from ruralpanel.study.blocks import Equation
from ruralpanel.study.estimators import BY_COHORT, ESTIMATORS, WITH_TREATMENT_TERMS
from ruralpanel.study.fixed_effects import columns_of, intercepts, slopes
from ruralpanel.treatment_columns import cohort_column, event_time_column


class CannotEstimate(ReasonedError):
    """The equation has no estimate on this panel, and the reader is told why."""


LARGEST = 1e100
"""Numbers beyond this overflow when they are squared and added up, and are lost where they are below its inverse."""

OUTCOME = "the outcome"
"""The column of an estimation sample that holds the transformed outcome; no user's column can be called so."""


MATCHING_LEAVES = "left out by matching"
"""The column of a matched panel that says why a unit is left out; its categories are in the order of the reasons."""


def effect_name(effect: str) -> str:
    """Name the column that holds a fixed effect in an estimation sample."""
    return f"fixed effect {effect}"


def with_plain_numbers(panel: pd.DataFrame) -> pd.DataFrame:
    """Give a panel whose numbers and truth values are of numpy's types, missing ones as NaN.

    What pandas' nullable types and those of Arrow compare with is missing where they are, and would go on so through
    every indicator made of them.
    """
    found: dict[str, pd.Series] = {}
    for name, dtype in panel.dtypes.items():
        if not isinstance(dtype, np.dtype) and (
            pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_bool_dtype(dtype)
        ):
            values = panel[name]
            if values.hasnans or not (pd.api.types.is_bool_dtype(dtype) or pd.api.types.is_integer_dtype(dtype)):
                found[str(name)] = values.astype("float64")
            else:
                found[str(name)] = (
                    values.astype("bool") if pd.api.types.is_bool_dtype(dtype) else values.astype("int64")
                )
    return panel.assign(**found) if found else panel


def estimation_sample(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> pd.DataFrame:
    """Keep the rows that hold all an equation needs.

    Parameters
    ----------
    panel
        The panel.
    equation
        What is to be estimated.
    ledger
        Gets a line for every reason for which rows leave.

    Returns
    -------
    pandas.DataFrame
        Rows sorted by unit and period, with a clean index; the transformed outcome under :data:`OUTCOME`, each fixed
        effect, without its slope, as integer codes under :func:`effect_name`; each interaction as a product under its
        own name.

    Raises
    ------
    CannotEstimate
        If no rows are left.
    DataError
        If a column on either side of the equation is text.
    """
    _require_numbers(panel, equation)
    rows = with_plain_numbers(_columns_used(panel, equation, ledger))
    ledger.note("panel", len(rows), rows)
    if equation.sample:
        holds, unknown = evaluate_condition(rows, with_ordinals(equation.sample, by_column(equation.periods)))
        reason = because("sample_of_specification", unknown=because("of_condition", words=unknown) if unknown else None)
        rows = _kept(rows, holds, because("keep", condition=equation.sample), reason, ledger)
    if equation.near_misses is not None:
        for rule, code, of_rule in near_rules(equation):
            rows = _kept(rows, rule(rows, equation), "near misses", because(code, **of_rule), ledger)
    if equation.at_risk_of is not None:
        event_time = rows[event_time_column(equation.at_risk_of)]
        at_risk = event_time.isna() | (event_time <= 0)
        reason = because("no_longer_at_risk", treatment=equation.at_risk_of)
        rows = _kept(rows, at_risk, "at risk", reason, ledger)
    rows = rows.assign(**{OUTCOME: transformed(rows[equation.outcome_column], equation.transformation)})
    if has_gaps(rows[OUTCOME], ledger):
        undefined = rows.loc[rows[equation.outcome_column].notna() & rows[OUTCOME].isna(), equation.outcome_column]
        zeros, negative = int((undefined == 0).sum()), int((undefined < 0).sum())
        lost = because("no_logarithm", zeros=zeros, negative=negative) if len(undefined) else None
        reason = because("outcome_missing", outcome=equation.outcome, lost=lost)
        rows = _kept(rows, rows[OUTCOME].notna(), "outcome known", reason, ledger)
    missing = {name: rows[name].isna().to_numpy() for name in _needed(equation) if has_gaps(rows[name], ledger)}
    if missing:
        complete = ~reduce(np.logical_or, missing.values())
        rows = _kept(rows, complete, "right-hand side known", because("missing_in", columns=list(missing)), ledger)
    if equation.panel_weights:
        weight = rows[equation.panel_weights]
        rows = _kept(
            rows,
            weight.notna() & (weight > 0),
            "positive weight",
            because("weight_missing", weight=equation.panel_weights),
            ledger,
        )
    if equation.absorbing and equation.estimator not in WITH_TREATMENT_TERMS:
        for treatment in equation.treatments:  # else a unit of which nothing is known would count as never treated
            known = rows[treatment].notna() | rows[event_time_column(treatment)].notna()
            reason = because("treatment_unknown", treatment=treatment)
            rows = _kept(rows, known, "treatment known", reason, ledger)
    for treatment, times in equation.excluded_event_times.items():
        left_out = rows[event_time_column(treatment)].isin(times)
        reason = because("event_times_left_out", times=times, treatment=treatment)
        rows = _kept(rows, ~left_out, because("event_times_of", treatment=treatment), reason, ledger)
    if equation.matching is not None:
        for cell in rows[MATCHING_LEAVES].cat.categories:
            rows = _kept(rows, rows[MATCHING_LEAVES] != cell, "matching", read(cell), ledger)
    if rows.empty:
        raise CannotEstimate("no_rows_known")
    if equation.interactions:
        rows = rows.assign(**{name: rows[_parts(name, equation)].prod(axis=1) for name in equation.interactions})
    units, periods = (ledger.computed.levels(rows[name]) for name in (equation.unit, equation.period))
    if not in_order_of(units.codes, periods.codes):
        rows = rows.sort_values([equation.unit, equation.period], kind="stable")
    if not rows.index.equals(pd.RangeIndex(len(rows))):
        rows = rows.reset_index(drop=True)
    _require_finite(rows, equation, ledger)
    absorbed = intercepts(equation.fixed_effects)
    return rows.assign(**{effect_name(effect): _numbered(rows, effect, ledger) for effect in absorbed})


def has_gaps(column: pd.Series, ledger: Ledger) -> bool:
    """Tell whether any value of a column is missing."""
    if not isinstance(column.dtype, np.dtype) or column.dtype.kind not in "biuf":
        return bool(column.isna().any())
    return column.dtype.kind == "f" and bool(np.isnan(ledger.computed.facts(column).low))


def _require_finite(rows: pd.DataFrame, equation: Equation, ledger: Ledger) -> None:
    """Refuse infinite numbers, and those whose squares would be, or nothing: no estimator has a number for them."""
    weights = [equation.panel_weights] if equation.panel_weights else []
    named = {name: rows[name] for name in dict.fromkeys([OUTCOME, *_needed(equation), *weights])}
    largest = {
        name: ledger.computed.facts(column, keep=False).largest
        for name, column in named.items()
        if isinstance(column.dtype, np.dtype) and column.dtype.kind == "f"
    }
    infinite = [name for name, size in largest.items() if np.isinf(size)]
    if infinite:
        count = int(np.isinf(rows[infinite].to_numpy()).any(axis=1).sum())
        shown = [equation.outcome if name == OUTCOME else name for name in infinite]
        raise CannotEstimate("infinite_values", columns=shown, rows=count)
    if max(largest.values()) > LARGEST:
        raise CannotEstimate("values_too_large", largest=max(largest.values()))
    tiny = [name for name, size in largest.items() if 0 < size < 1 / LARGEST]
    if tiny:
        shown = [equation.outcome if name == OUTCOME else name for name in tiny]
        raise CannotEstimate("values_too_small", columns=shown, largest=largest[tiny[0]])


def _numbered(rows: pd.DataFrame, effect: str, ledger: Ledger) -> pd.Series:
    """Number combinations of columns in their order, from zero; below zero where one is missing."""
    columns = [rows[name] for name in effect.split("*")]

    def number(*columns: pd.Series) -> pd.Series:
        first, *others = map(ledger.computed.levels, columns)
        levels = reduce(Levels.by, others, first)
        codes = pd.Series(levels.codes, index=rows.index, name=effect_name(effect), copy=False)
        ledger.computed.note("levels", [codes], levels)
        return codes

    found: pd.Series = ledger.computed.of(f"codes of {effect}", columns, number)
    return found


def without_always_treated(
    sample: pd.DataFrame, treatment: str, equation: Equation, ledger: Ledger
) -> tuple[pd.DataFrame, Reason | None]:
    """Drop units, or levels, that are treated in every period they are observed in, and say how many.

    Raises
    ------
    CannotEstimate
        If no treated row is left: what untreated rows alone show is no result.
    """
    if equation.always_treated == "keep":
        return sample, None
    cohort, whose = sample[cohort_column(treatment)], ledger.computed.levels(sample[equation.timing_unit])
    first = whose.least(sample[equation.period].to_numpy(dtype="float64"))
    if not (whose.least(cohort.to_numpy(dtype="float64")) <= first).any():
        return sample, None
    always = cohort <= np.append(first, np.nan)[whose.codes]
    kept = sample[~always].reset_index(drop=True)
    units = treated_counted(sample[always], equation)
    # Where most leave, treatment may belong to those that they are a part of, which are seen more often.
    most = sample.loc[always, equation.unit].nunique() > kept.loc[kept[treatment] == 1, equation.unit].nunique()
    remedy = level_remedy(sample, treatment, equation) if most else None
    reason = because("treated_from_the_first_period", who=units, remedy=remedy)
    ledger.note("always treated dropped", len(sample), kept, reason)
    if not (kept[event_time_column(treatment)] >= 0).any():
        raise CannotEstimate(all_treated_throughout(sample, treatment, equation))
    return kept, because("without_treated_throughout", who=units)


def clusters_of(sample: pd.DataFrame, equation: Equation) -> NDArray[np.int64]:
    """Number the clusters of a sample's rows.

    Raises
    ------
    CannotEstimate
        If there is one cluster only.
    """
    (name,) = equation.inference.cluster or [equation.unit]
    codes = pd.factorize(sample[name], sort=True)[0]
    if codes.max(initial=0) < 1:
        raise CannotEstimate("one_cluster", name=name)
    return np.asarray(codes, dtype="int64")


def _parts(interaction: str, equation: Equation) -> list[str]:
    """Name the columns whose product an interaction is."""
    return [equation.intensities.get(name, name) for name in interaction.split("*")]


def _needed(equation: Equation) -> list[str]:
    """List the columns that a row must know beside the outcome."""
    clusters = equation.inference.cluster or []
    estimator = ESTIMATORS[equation.estimator]
    if {"regressors", "fixed_effects"} <= set(estimator.without):
        covariates = equation.group_time.covariates if equation.group_time and "group_time" in estimator.keys else []
        strata = equation.switching.within if equation.switching and "switching" in estimator.keys else []
        return list(dict.fromkeys([*covariates, *strata, *estimator.knows(equation), *clusters]))
    effects = [name for effect in equation.fixed_effects for name in columns_of(effect)]
    # In an event study, a missing event time means never treated.
    treatments = [] if equation.estimator in BY_COHORT else equation.treatments
    if equation.estimator in WITH_TREATMENT_TERMS:
        treatments = [equation.intensities.get(name, name) for name in treatments]
    needs_places = equation.inference.vcov.needs_places
    places = [name for name in (equation.latitude, equation.longitude) if name and needs_places]
    own = estimator.knows(equation)
    right_hand = [*treatments, *equation.regressors, *equation.instruments, *equation.moderator_columns, *own]
    return list(dict.fromkeys([*right_hand, *effects, *clusters, *places]))


def _columns_used(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> pd.DataFrame:
    """Leave out columns that the equation has no use for, where these are most of them, so that none is copied."""
    if equation.estimator not in WITH_TREATMENT_TERMS or equation.matching is not None:
        return panel  # others may look among all columns for one to point the reader to
    adopted = [equation.at_risk_of] if equation.at_risk_of is not None else []
    named = names_in([equation], [*equation.treatments, *adopted, *ledger.designations], ledger.levels)
    used = [name for name in panel.columns if name in named]
    if 2 * len(used) >= panel.shape[1]:
        return panel
    return pd.DataFrame({name: panel[name] for name in used}, copy=False)


def _kept(
    rows: pd.DataFrame, stay: pd.Series | NDArray[np.bool_], step: Reason | str, reason: Reason, ledger: Ledger
) -> pd.DataFrame:
    """Keep rows, with a line in the ledger only if any leaves."""
    if stay.all():
        return rows
    kept = rows[stay]
    ledger.computed.kept(rows, np.asarray(stay), kept)
    ledger.note(step, len(rows), kept, reason)
    return kept


def transformed(values: pd.Series, transformation: str) -> pd.Series:
    """Transform an outcome as an equation says; what has no logarithm becomes missing."""
    if transformation == "log":
        with np.errstate(divide="ignore", invalid="ignore"):
            logarithm = pd.Series(np.log(values.to_numpy(dtype="float64")), index=values.index)
        return logarithm.where(logarithm > -np.inf)
    if transformation == "inverse_hyperbolic_sine":
        return pd.Series(np.arcsinh(values.to_numpy(dtype="float64")), index=values.index)
    return values.astype("float64")


def _require_numbers(panel: pd.DataFrame, equation: Equation) -> None:
    columns = [
        equation.outcome_column,
        *equation.regressors,
        *equation.instruments,
        *equation.moderator_columns,
        *(str(effect.slope) for effect in slopes(equation.fixed_effects)),
        *(equation.group_time.covariates if equation.group_time else []),
        *ESTIMATORS[equation.estimator].knows(equation),
        *([equation.panel_weights] if equation.panel_weights else []),
    ]
    dtypes = panel.dtypes.to_dict()
    text = [name for name in columns if not pd.api.types.is_numeric_dtype(dtypes[name])]
    if text:
        raise DataError(
            [
                Problem(
                    f"block {equation.block}",
                    f"`{name}` holds text and cannot enter an equation",
                    hint="give its column `type: number` to see which rows are not numbers",
                )
                for name in text
            ]
        )
