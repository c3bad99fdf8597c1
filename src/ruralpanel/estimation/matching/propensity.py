"""Propensity scores: a logit of being treated, neighbours by it, and its odds as weights."""

from __future__ import annotations

import warnings

import numpy as np

from ruralpanel.estimation.rounding import NOISE
from ruralpanel.estimation.sample import CannotEstimate
from ruralpanel.reasons import because

CERTAIN = 1 - 1e-6
"""A score beyond this, or this near to zero, cannot be told from certainty."""

SEPARATED = because("matching_separates")

ROUNDING = 1e-9
"""Distances that differ by less, in standard deviations of the logit, are equal: the first by name is taken."""


def score_logit(values: np.ndarray, treated: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Estimate the logit of the propensity score.

    Parameters
    ----------
    values
        Shape (units, variables), complete.
    treated
        Whether a unit is treated.
    own
        Weights of the units.

    Returns
    -------
    numpy.ndarray
        The linear index of each unit.

    Raises
    ------
    CannotEstimate
        If the variables tell the treated from the others perfectly.
    """
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.tools.sm_exceptions import PerfectSeparationError, PerfectSeparationWarning

    spread = values.std(axis=0)
    varies = spread > NOISE * np.abs(values).max(axis=0)
    standardised = np.where(varies, (values - values.mean(axis=0)) / np.where(varies, spread, 1.0), 0.0)
    design = np.column_stack([np.ones(len(values)), standardised])
    with warnings.catch_warnings():
        warnings.simplefilter("error", PerfectSeparationWarning)
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            # Collinear variables share their coefficient, which leaves the score what it is.
            fit = GLM(treated.astype("float64"), design, Binomial(), freq_weights=own / own.mean()).fit(
                tol=1e-12, maxiter=100
            )
        except (PerfectSeparationError, PerfectSeparationWarning, np.linalg.LinAlgError):
            raise CannotEstimate(SEPARATED) from None
    score = np.asarray(fit.fittedvalues)
    if not fit.converged or score.max() > CERTAIN or score[treated].min() > score[~treated].max():
        raise CannotEstimate(SEPARATED)
    return np.asarray(np.log(score) - np.log1p(-score))


def off_support(logit: np.ndarray, treated: np.ndarray) -> np.ndarray:
    """Find the treated units whose score is higher or lower than any of the never treated."""
    never = logit[~treated]
    return np.asarray(treated & ((logit < never.min()) | (logit > never.max())))


def inverse_odds(logit: np.ndarray, treated: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Weigh the never treated by their odds of being treated.

    Parameters
    ----------
    logit
        From :func:`score_logit`.
    treated
        Whether a unit is treated.
    own
        Weights of the units.

    Returns
    -------
    numpy.ndarray
        Weights of all units: the treated keep theirs, and those of the never treated add up to the same.
    """
    found = own.astype("float64").copy()
    odds = own[~treated] * np.exp(logit[~treated] - logit[~treated].max())
    found[~treated] = odds / odds.sum() * own[treated].sum()
    return found


def nearest_neighbours(
    logit: np.ndarray, treated: np.ndarray, own: np.ndarray, neighbours: int, replacement: bool, caliper: float
) -> np.ndarray:
    """Find for every treated unit the never treated with the nearest scores.

    Parameters
    ----------
    logit
        From :func:`score_logit`.
    treated
        Whether a unit is treated.
    own
        Weights of the units.
    neighbours
        How many each gets; fewer where there are no more.
    replacement
        Whether a unit can be the neighbour of several. If not, treated units choose one after the other, the highest
        score first, and once all have chosen, choose again until they have their number.
    caliper
        The largest distance, on the scale of the logit.

    Returns
    -------
    numpy.ndarray
        Weights of all units: those of the treated, or zero without a neighbour; a treated unit's weight is shared
        evenly by its neighbours.
    """
    grain = ROUNDING * float(logit.std()) or 1.0
    chosen_by, never = np.flatnonzero(treated), np.flatnonzero(~treated)
    rounded = np.round(logit / grain)
    chosen_by = chosen_by[np.argsort(-rounded[chosen_by], kind="stable")]
    pairs: dict[int, list[int]] = {int(unit): [] for unit in chosen_by}
    taken = np.zeros(len(never), dtype=bool)
    for _ in range(min(neighbours, len(never))):
        for unit, found in pairs.items():
            distance = np.abs(rounded[never] - rounded[unit])
            distance[found] = np.inf
            distance[taken & (not replacement)] = np.inf
            nearest = int((distance <= distance.min() + 2).argmax())  # rounding can be a grain on either side
            if distance[nearest] <= caliper / grain and np.isfinite(distance[nearest]):
                found.append(nearest)
                taken[nearest] = True
    weights = np.zeros(len(logit))
    for unit, found in pairs.items():
        if found:
            weights[unit] = own[unit]
            np.add.at(weights, never[found], own[unit] / len(found))
    return weights
