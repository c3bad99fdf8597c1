r"""Panels in which designation is a threshold and does nothing: what an event study finds in them.

Each period the units with the highest index that are not treated yet are treated, as many as in the data. The index is
lasting but for a share :math:`\lambda` of its variance, which is the shock to the outcome itself: those who enter do so
in a good period, which wears off as shocks do. Outcomes are shocks and noise only, so that all that an event study
finds at entry, and all that is left of it later, is due to selection (Ashenfelter 1978, Review of Economics and
Statistics 60, who saw its mirror image; Heckman & Robb 1985, Journal of Econometrics 30, on shocks that wear off).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from ruralpanel.absorption.sums import compiled
from ruralpanel.arrays import Codes, Numbers
from ruralpanel.diagnosis.variance_components import VarianceComponents

NODES = np.linspace(-4, 4, 81)
"""Values of a cluster's part of the lasting index, in its standard deviations."""


@dataclass(frozen=True)
class Design:
    """What simulated panels share with the study's.

    Parameters
    ----------
    periods
        Those observed, rising.
    observed
        Which cells are in the sample, shape (units, periods).
    clusters
        Of the units, numbered from zero.
    entering
        How many units are first treated in each period, shape (periods,).
    alike
        Correlation of the lasting index of two units of a cluster.
    leanings
        For each cluster, how likely its part of that index is at most each of :data:`NODES`, shape (clusters, nodes).
    components
        How outcomes scatter.
    donut
        Periods before treatment that do not count as untreated.
    """

    periods: Codes
    observed: NDArray[np.bool_]
    clusters: Codes
    entering: Codes
    alike: float
    leanings: Numbers
    components: VarianceComponents
    donut: int


def likeness(treated: NDArray[np.bool_], clusters: Codes) -> float:
    r"""Estimate the correlation of a lasting normal index of two units of a cluster, those above a threshold of which
    are treated.

    The share of pairs of a cluster in which both are treated is :math:`\int \Phi((z + \sqrt\rho x)/\sqrt{1-\rho})^2
    \varphi(x) dx` with :math:`\Phi(z)` the share treated (Olsson 1979, Psychometrika 44, of a tetrachoric correlation).
    """
    sizes = np.bincount(clusters).astype("float64")
    counts = np.bincount(clusters, treated)
    pairs = float((sizes * (sizes - 1)).sum())
    share = float(treated.mean())
    if pairs == 0 or not 0 < share < 1:
        return 0.0
    both = float((counts * (counts - 1)).sum()) / pairs
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    weights = weights / weights.sum()
    tried = np.arange(0, 96) / 100.0
    inner = ndtr((ndtri(share) + np.sqrt(tried)[:, None] * nodes) / np.sqrt(1 - tried)[:, None])
    return float(tried[np.argmin(np.abs((inner**2) @ weights - both))])


def leanings(treated: NDArray[np.bool_], clusters: Codes, alike: float) -> Numbers:
    """Say how likely a cluster's part of the lasting index is at most each of some values, given who of it is treated.

    Simulated panels so have their treated units in the clusters in which the study's are.

    Parameters
    ----------
    treated, clusters
        Of the units.
    alike
        From :func:`likeness`.

    Returns
    -------
    numpy.ndarray
        A distribution on :data:`NODES` for each cluster, added up; shape (clusters, nodes).
    """
    sizes, counts = np.bincount(clusters), np.bincount(clusters, treated)
    chance = ndtr((ndtri(float(treated.mean())) + np.sqrt(alike) * NODES) / np.sqrt(1 - alike))
    chance = np.clip(chance, 1e-12, 1 - 1e-12)
    fit = counts[:, None] * np.log(chance) + (sizes - counts)[:, None] * np.log1p(-chance) - NODES**2 / 2
    density = np.exp(fit - fit.max(axis=1, keepdims=True))
    return np.asarray(np.cumsum(density, axis=1) / density.sum(axis=1, keepdims=True))


def draw_paths(design: Design, loadings: Numbers, random: np.random.Generator) -> Numbers:
    """Simulate panels and give the event study of each.

    Parameters
    ----------
    design
        What they share with the study's.
    loadings
        For each panel, the share of the index's variance that is the shock; below zero where those in a bad period are
        treated.
    random
        Where random numbers come from.

    Returns
    -------
    numpy.ndarray
        What :func:`path` gives of each, shape (panels, 2, span).
    """
    drawn = []
    for loading in loadings:
        shocks, noise = _outcomes(design, random)
        first = _first_treated(design, shocks, float(loading), random)
        drawn.append(path(shocks + noise, design.observed, first, design.periods, design.donut))
    return np.array(drawn)


def path(outcomes: Numbers, observed: NDArray[np.bool_], first: Codes, periods: Codes, donut: int) -> Numbers:
    """Add up what unit and period effects of untreated cells do not predict, by periods since treatment.

    Parameters
    ----------
    outcomes
        Shape (units, periods).
    observed
        Which of them count.
    first
        For each unit, the place of its first treated period; the number of periods for never.
    periods
        When the columns are.
    donut
        Cells so many periods before treatment are not used as untreated.

    Returns
    -------
    numpy.ndarray
        Sums, and the numbers of cells that they are of, by periods since treatment from 0 on, shape (2, span).
    """
    begins = np.append(periods, periods[-1] + donut + 1)[first]
    return np.array(_path(outcomes, observed, begins.astype("int64"), periods.astype("int64"), donut))


def _outcomes(design: Design, random: np.random.Generator) -> tuple[Numbers, Numbers]:
    """Draw shocks and noise, each of shape (units, periods)."""
    of, shape = design.components, design.observed.shape
    gaps = np.diff(design.periods)
    number = int(design.clusters.max()) + 1
    shocks = np.zeros(shape)
    if of.unit > 0:
        shocks = _autoregression(random, shape[0], gaps, of.unit, of.unit_persistence)
    if of.cluster > 0:
        shocks += _autoregression(random, number, gaps, of.cluster, of.cluster_persistence)[design.clusters]
    noise = random.standard_normal(shape)
    noise *= np.sqrt(of.noise)
    return shocks, noise


def _autoregression(
    random: np.random.Generator, units: int, gaps: Codes, variance: float, persistence: float
) -> Numbers:
    values = random.standard_normal((units, len(gaps) + 1))
    carried = np.array([persistence ** float(gap) for gap in gaps])
    _carry_on(values, float(np.sqrt(variance)), carried, np.sqrt(1 - carried**2))
    return values


@compiled
def _carry_on(values: Numbers, size: float, carried: Numbers, renewed: Numbers) -> None:
    """Make shocks of independent normal numbers, in place."""
    for unit in range(values.shape[0]):
        values[unit, 0] *= size
        for place in range(len(carried)):
            own = values[unit, place + 1] * size
            values[unit, place + 1] = carried[place] * values[unit, place] + renewed[place] * own


def _first_treated(design: Design, shocks: Numbers, loading: float, random: np.random.Generator) -> Codes:
    """Treat, each period, those with the highest index that are not treated yet."""
    number = int(design.clusters.max()) + 1
    lasting = np.sqrt(1 - design.alike) * random.standard_normal(len(shocks))
    if design.alike > 0:
        above = design.leanings < random.random(number)[:, None]
        lasting += np.sqrt(design.alike) * NODES[np.minimum(above.sum(axis=1), len(NODES) - 1)][design.clusters]
    size = np.sqrt(design.components.unit + design.components.cluster)
    weight = np.sign(loading) * np.sqrt(abs(loading)) / size if size > 0 else 0.0
    lasting *= np.sqrt(1 - abs(loading))
    return np.asarray(_entered(lasting, shocks, float(weight), design.entering))


@compiled
def _entered(lasting: Numbers, shocks: Numbers, weight: float, entering: Codes) -> Codes:
    """Give the place of the period in which each unit enters; no two units have the same index."""
    units, periods = shocks.shape
    first = np.full(units, periods)
    index = np.empty(units)
    for place in range(periods):
        waiting = 0
        for unit in range(units):
            if first[unit] == periods:
                index[waiting] = lasting[unit] + weight * shocks[unit, place]
                waiting += 1
        number = min(entering[place], waiting)
        if number == 0:
            continue
        least = np.partition(index[:waiting], waiting - number)[waiting - number]
        for unit in range(units):
            if first[unit] == periods and lasting[unit] + weight * shocks[unit, place] >= least:
                first[unit] = place
    return first


@compiled
def _path(
    outcomes: Numbers, observed: NDArray[np.bool_], begins: Codes, periods: Codes, donut: int
) -> tuple[Numbers, Numbers]:
    """Solve for period effects of untreated cells beside unit effects, and add up what is left of treated ones."""
    units, length = outcomes.shape
    products, right = np.zeros((length, length)), np.zeros(length)
    counts, means = np.zeros(units), np.zeros(units)
    for unit in range(units):
        last = 0
        for place in range(length):
            if periods[place] < begins[unit] - donut:
                last = place + 1
                if observed[unit, place]:
                    counts[unit] += 1
                    means[unit] += outcomes[unit, place]
        if counts[unit] == 0:
            continue
        means[unit] /= counts[unit]
        share = 1 / counts[unit]
        for place in range(last):
            if not observed[unit, place]:
                continue
            products[place, place] += 1
            right[place] += outcomes[unit, place] - means[unit]
            for other in range(place + 1):
                if observed[unit, other]:
                    products[place, other] -= share
    for place in range(length):
        for other in range(place):
            products[other, place] = products[place, other]
    known = np.zeros(length, dtype=np.bool_)
    for place in range(length):
        known[place] = products[place, place] > 0
        # A constant that unit effects take up is left open, and a period without untreated cells is not used.
        for other in range(length):
            products[place, other] += 1.0 if known[place] else 0.0
        if not known[place]:
            products[place, place] = 1.0
    effects = np.linalg.solve(products, right)
    span = periods[-1] - periods[0] + 1
    total, number = np.zeros(span), np.zeros(span)
    for unit in range(units):
        if counts[unit] == 0 or begins[unit] > periods[-1]:
            continue
        taken = 0.0
        for place in range(length):
            if observed[unit, place] and periods[place] < begins[unit] - donut:
                taken += effects[place]
        level = means[unit] - taken / counts[unit]
        for place in range(length):
            if observed[unit, place] and known[place] and periods[place] >= begins[unit]:
                since = periods[place] - begins[unit]
                total[since] += outcomes[unit, place] - level - effects[place]
                number[since] += 1
    return total, number
