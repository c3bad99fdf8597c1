r"""Entropy balancing: the weights nearest to given ones with which two groups have the same moments.

The weights :math:`w_i` of the never treated minimise :math:`\sum_i w_i \log(w_i / q_i)` under :math:`\sum_i w_i x_i =
\bar x` (the mean of the treated), :math:`\sum_i w_i = 1` (Hainmueller 2012, section 3.2, equations 4 to 7), with
:math:`q_i` their own weights. They are :math:`w_i \propto q_i \exp(-\lambda'(x_i - \bar x))`, and :math:`\lambda` is
where the convex function :math:`\log \sum_i q_i \exp(-\lambda'(x_i - \bar x))` is smallest (equation 9).
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

from ruralpanel.estimation.rounding import NOISE
from ruralpanel.estimation.sample import CannotEstimate
from ruralpanel.reasons import Reason, because

BALANCED = 1e-8
"""How near to the mean of the treated is equal, in standard deviations of the never treated."""


def entropy_weights(
    values: np.ndarray, treated: np.ndarray, own: np.ndarray, moments: int, names: list[Reason]
) -> np.ndarray:
    """Balance the never treated with the treated.

    Parameters
    ----------
    values
        Shape (units, variables), complete.
    treated
        Whether a unit is treated.
    own
        Weights of the units.
    moments
        1 balances means, 2 also means of squares, and so variances.
    names
        Of the variables, for the reader.

    Returns
    -------
    numpy.ndarray
        Weights of all units: the treated keep theirs, and those of the never treated add up to the same.

    Raises
    ------
    CannotEstimate
        If no weights have these moments.
    """
    never = ~treated
    target = np.average(values[treated], axis=0, weights=own[treated])
    scale = values[never].std(axis=0)
    distance = values - target
    words = [because("mean_of", of=name) for name in names]
    varies = scale > NOISE * np.maximum(np.abs(target), np.abs(values[never]).max(axis=0))
    # Where the never treated do not vary, they are either all at the target or cannot be moved to it.
    scale = np.where(varies, scale, np.maximum(np.abs(target) * 1e-6, 1e-300))
    distance = distance / scale
    if moments == 2:
        # Of two values, the mean gives the variance already.
        several = [number for number in range(values.shape[1]) if len(np.unique(values[:, number])) > 2]
        squares = distance[:, several] ** 2
        squares = squares - np.average(squares[treated], axis=0, weights=own[treated])
        spread = squares[never].std(axis=0)
        distance = np.hstack([distance, squares / np.where(spread > 0, spread, 1.0)])
        words += [because("spread_of", of=names[number]) for number in several]
    distance = distance[never]
    reached = (distance.min(axis=0) < 0) & (distance.max(axis=0) > 0)
    reached |= np.abs(distance).max(axis=0) <= BALANCED
    if not reached.all():
        far = [word for word, within in zip(words, reached, strict=True) if not within]
        raise CannotEstimate("moments_beyond", moments=far)
    base = own[never] / own[never].sum()
    weights = _nearest(distance, base)
    left = np.abs(weights @ distance)
    if left.max() > BALANCED:
        worst = int(left.argmax())
        raise CannotEstimate(
            "moments_not_at_once", units=int(never.sum()), left=float(left[worst]), moment=words[worst]
        )
    found = own.astype("float64").copy()
    found[never] = weights * own[treated].sum()
    return found


def _nearest(distance: np.ndarray, base: np.ndarray) -> np.ndarray:
    """Minimise the dual; the last steps are Newton's, for function values are too coarse to guide them."""

    def weights_at(point: np.ndarray) -> tuple[np.ndarray, float]:
        exponent = -(distance @ point)
        largest = float(exponent.max())
        raised = base * np.exp(exponent - largest)
        return raised / raised.sum(), largest + float(np.log(raised.sum()))

    def gradient(point: np.ndarray) -> np.ndarray:
        return np.asarray(-(weights_at(point)[0] @ distance))

    def hessian(point: np.ndarray) -> np.ndarray:
        weights, _ = weights_at(point)
        mean = weights @ distance
        return np.asarray((distance * weights[:, None]).T @ distance - np.outer(mean, mean))

    start = np.zeros(distance.shape[1])
    found = minimize(
        lambda point: weights_at(point)[1],
        start,
        jac=gradient,
        hess=hessian,
        method="trust-exact",
        options={"gtol": 1e-7, "maxiter": 500},
    ).x
    for _ in range(5):
        step = np.linalg.lstsq(hessian(found), -gradient(found), rcond=1e-12)[0]
        if not np.isfinite(step).all() or np.abs(gradient(found + step)).max() >= np.abs(gradient(found)).max():
            break
        found = found + step
    return weights_at(found)[0]
