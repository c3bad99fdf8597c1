r"""Selection into treatment on good or bad years: would it alone give the event study that was found?

Designation by a threshold on sales picks units in a good year. Without any effect their outcome is high at entry and
falls back as shocks wear off. The study's own panel is simulated so (:mod:`ruralpanel.diagnosis.pure_selection`), with
its units, missing cells, adoption, treated clusters and scatter over time, and with loadings on the shock that explain
the effect at entry: those at which the simulated mean is the observed one, give or take its sampling error (a
confidence distribution, Xie & Singh 2013). The **null band** is what the event study finds in these panels.

The late effect, which selection on shocks that wear off leaves small, is held against it: the p-value is the share of
panels without any effect whose late effect lies as far on the side on which it was found (Davison & Hinkley 1997,
equation 4.11), the band widened where few clusters are seen late. Effects are averages over treated cells of what unit
and period effects of untreated ones do not predict (Gardner 2022), cells in the last period before treatment left out,
which selection lifts too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import norm
from scipy.stats import t as student

from ruralpanel.absorption.levels import levels_of
from ruralpanel.arrays import Numbers
from ruralpanel.diagnosis.finding import Finding, not_run, silent
from ruralpanel.diagnosis.pure_selection import Design, draw_paths, leanings, likeness, path
from ruralpanel.diagnosis.variance_components import variance_components
from ruralpanel.estimation.adoption import Adoption
from ruralpanel.estimation.sample import CannotEstimate
from ruralpanel.estimation.untreated import UntreatedOutcome
from ruralpanel.inference.covariance import clustered_meat
from ruralpanel.reasons import because
from ruralpanel.study.blocks import Equation

if TYPE_CHECKING:
    from ruralpanel.diagnosis.subject import Subject
    from ruralpanel.study.diagnosis import TransitorySelection

ITEM = "transitory_selection"

LOADINGS = np.array([0.0, 0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 0.95])
"""Shares of the index's variance that are shocks, at which the effect at entry is found out first."""

TRIED = 8
"""Panels simulated at each of them."""

SHARE_LATE = 0.25
"""The least share of treated units that is seen at late event times."""

SIGNIFICANT = 0.05
"""Two-way effects with a larger p-value need no explanation."""

SPIKE_SIZE = 0.01
"""Size of the test by which an effect at entry is told from zero where no other effect is."""

WIDENED_AT = 0.95
"""The quantile of both distributions at which the band is widened."""

INTERVAL = 0.95
"""Level of the interval of the late effect."""


@dataclass(frozen=True)
class Band:
    """What selection alone gives, beside what was found.

    Parameters
    ----------
    effects
        Found at event times from 0 on, the late ones together at the end, shape (times,).
    simulated
        The same in panels without effect, shape (panels, times).
    clusters
        How many have units that are seen late after treatment.
    entry_error
        The standard deviation of the effect at entry where selection has nothing to do with shocks.
    """

    effects: Numbers
    simulated: Numbers
    clusters: int
    entry_error: float

    @property
    def p(self) -> float:
        """How likely selection alone is to give a late effect as large, on the side on which it was found.

        How outcomes scatter is estimated, from few clusters at times: the band is wider as a t distribution is wider
        than a normal one.
        """
        side = 1.0 if self.effects[-1] >= 0 else -1.0
        wider = student.ppf(WIDENED_AT, max(self.clusters - 1, 1)) / norm.ppf(WIDENED_AT)
        middle = float(np.mean(self.simulated[:, -1]))
        as_large = side * (middle + wider * (self.simulated[:, -1] - middle)) >= side * self.effects[-1]
        return float((1 + as_large.sum()) / (1 + len(as_large)))


def diagnose(subject: Subject, settings: TransitorySelection) -> Finding:
    """Hold the event study against the null band.

    Parameters
    ----------
    subject
        What is diagnosed.
    settings
        Draws, the first late event time, the size of the test.

    Returns
    -------
    Finding
        A warning where an effect, at entry or by two-way fixed effects, is told from zero but selection alone would
        explain it; a note where it would not, but the effect at entry is a multiple of the late one.
    """
    equation = subject.equation
    adoption, model = subject.untreated_outcomes
    late = _late(adoption, equation.timing_unit, settings.late)
    if late is None:
        return not_run(ITEM, because("too_short_after_treatment"))
    effect, error, clusters = late_effect(adoption, model, equation, late)
    at_entry = adoption.event_time == 0
    if not at_entry.any():
        return not_run(ITEM, because("no_band"))
    entry = float(np.average((model.outcome - model.predicted)[at_entry], weights=model.weights[at_entry]))
    if equation.weights:  # panels are simulated without
        model = replace(model, weights=np.ones(len(model.weights)))
    band = null_band(adoption, model.outcome - model.predicted, equation, late, settings.draws, subject.seed)
    if band is None:
        return not_run(ITEM, because("no_band"))
    half = float(student.ppf((1 + INTERVAL) / 2, clusters - 1)) * error
    p = band.p
    numbers = {
        "null_band_p": p,
        "effect_late": effect,
        "late_low": effect - half,
        "late_high": effect + half,
        "effect_at_entry": entry,
        "spike_ratio": entry / effect if effect else np.nan,
        "late_from": float(late),
    }
    told = abs(float(band.effects[0])) > float(student.ppf(1 - SPIKE_SIZE / 2, clusters - 1)) * band.entry_error
    told |= bool(subject.two_way["p_value"] < SIGNIFICANT)
    words = {name: numbers[name] for name in ("effect_at_entry", "effect_late", "late_from", "late_low", "late_high")}
    if p > settings.size and told:
        remedy = because("look_at_late_effects", treatment=subject.treatment, **words)
        return Finding(ITEM, "warning", numbers, because("selection_alone_explains", p=p, **words), remedy)
    if told and entry * effect > 0 and abs(entry) > settings.spike * abs(effect):
        remedy = because("look_at_late_effects", treatment=subject.treatment, **words)
        return Finding(ITEM, "note", numbers, because("spike_that_decays", p=p, **words), remedy)
    return silent(ITEM, **numbers)


def late_effect(adoption: Adoption, model: UntreatedOutcome, equation: Equation, late: int) -> tuple[float, float, int]:
    """Average the effects at late event times, entry and the period before it left out.

    Returns
    -------
    tuple of (float, float, int)
        The average, its clustered standard error with the first stage in it (Gardner 2022), and the clusters.
    """
    chosen = (adoption.event_time >= late) * model.weights
    weights = (chosen / chosen.sum())[:, None]
    left = model.outcome - model.predicted
    effect = float(left @ weights[:, 0])
    contributions = weights * (left - effect)[:, None]
    contributions[model.untreated] += model.through_first_stage(weights) * left[model.untreated][:, None]
    clusters = levels_of(adoption.sample[(equation.inference.cluster or [equation.unit])[0]])
    if clusters.number < 2:
        raise CannotEstimate("one_cluster", name=(equation.inference.cluster or [equation.unit])[0])
    meat, number = clustered_meat(contributions, clusters.codes)
    return effect, float(np.sqrt(meat[0, 0] * number / (number - 1))), number


def null_band(adoption: Adoption, left: Numbers, equation: Equation, late: int, draws: int, seed: int) -> Band | None:
    """Simulate panels in which treatment does nothing, and give their event studies beside the study's.

    Parameters
    ----------
    adoption
        The sample, with its cohorts.
    left
        Of the outcome of its rows once effects and regressors fitted on untreated rows are taken out.
    equation
        Gives units, periods, clusters.
    late
        The first of the event times that are taken together.
    draws
        How many panels.
    seed
        Of the random numbers.

    Returns
    -------
    Band or None
        None where outcomes do not scatter, nobody is seen at entry or late, or most panels have no late effect.
    """
    sample, donut = adoption.sample, -adoption.begins
    units, periods = levels_of(sample[equation.timing_unit]), np.unique(sample[equation.period])
    place = np.searchsorted(periods, sample[equation.period])
    shape = (units.number, len(periods))
    cells = units.codes * shape[1] + place
    rows = np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape)
    sums = np.bincount(cells, left, shape[0] * shape[1]).reshape(shape)
    outcomes = sums / np.maximum(rows, 1)
    of_unit = units.first_rows
    cohort = adoption.cohort[of_unit]
    first = np.where(np.isnan(cohort), len(periods), np.searchsorted(periods, np.nan_to_num(cohort, nan=np.inf)))
    cluster = (equation.inference.cluster or [equation.timing_unit])[0]
    groups = levels_of(sample[cluster].to_numpy()[of_unit])
    lies_above = levels_of(sample[cluster]).number <= units.number and units.lies_within(levels_of(sample[cluster]))
    clusters = groups.codes if lies_above else np.arange(units.number)
    begins = np.append(periods, np.inf)[first]
    untreated = (rows > 0) & (periods < begins[:, None] - donut)
    components = variance_components(np.where(untreated, outcomes, np.nan), clusters, periods)
    if components.cluster + components.unit + components.noise <= 0:
        return None
    entering = np.bincount(first, minlength=len(periods) + 1)[: len(periods)]
    treated = first < len(periods)
    alike = likeness(treated, clusters)
    leaning = leanings(treated, clusters, alike)
    design = Design(periods, rows > 0, clusters, entering, alike, leaning, components, donut)
    effects = _by_event_time(path(outcomes, rows > 0, first, periods, donut), late)
    if not np.isfinite(effects[[0, -1]]).all():
        return None
    simulated, error = _matched(design, float(effects[0]), late, draws, np.random.default_rng(seed))
    simulated = simulated[np.isfinite(simulated[:, -1])]
    of_late = len(np.unique(clusters[((periods >= begins[:, None] + late) & (rows > 0)).any(axis=1)]))
    return Band(effects, simulated, of_late, error) if len(simulated) >= draws / 2 else None


def _matched(design: Design, entry: float, late: int, draws: int, random: np.random.Generator) -> tuple[Numbers, float]:
    """Simulate panels with loadings that explain the effect at entry; give also its error without selection."""
    side = 1.0 if entry >= 0 else -1.0
    tried = side * _by_event_time(draw_paths(design, side * np.repeat(LOADINGS, TRIED), random), late)[:, 0]
    tried = tried.reshape(len(LOADINGS), TRIED)
    error = float(np.sqrt(np.nanmean(np.nanvar(tried, axis=1, ddof=1))))
    means = np.maximum.accumulate(np.nanmean(tried, axis=1))
    targets = side * entry + error * random.standard_normal(draws)
    loadings = side * np.interp(targets, means, LOADINGS)
    return _by_event_time(draw_paths(design, loadings, random), late), error


def _by_event_time(sums: Numbers, late: int) -> Numbers:
    """Average sums of effects, shape (..., 2, span), by event time, those from ``late`` on together."""
    together = np.concatenate([sums[..., :late], sums[..., late:].sum(axis=-1, keepdims=True)], axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(together[..., 0, :] / together[..., 1, :])


def _late(adoption: Adoption, unit: str, wanted: int) -> int | None:
    """Find the last event time, up to the one wanted, from which on enough treated units are seen."""
    last = pd.Series(adoption.event_time).groupby(adoption.sample[unit].to_numpy()).max()
    treated = int((last >= 0).sum())
    return next((late for late in range(wanted, 1, -1) if (last >= late).sum() >= SHARE_LATE * treated), None)
