"""How alike the treated and the never treated are, before and after matching."""

from __future__ import annotations

import numpy as np
import pandas as pd

BALANCE_COLUMNS = [
    "block",
    "specification",
    "outcome",
    "estimator",
    "variable",
    "period",
    "mean_treated_before",
    "mean_treated_after",
    "mean_never_before",
    "mean_never_after",
    "standardised_difference_before",
    "standardised_difference_after",
    "variance_ratio_before",
    "variance_ratio_after",
    "units_treated_before",
    "units_treated_after",
    "units_never_before",
    "units_never_after",
    "effective_never_after",
]
"""The columns of a block's table of balance, whose key are the first six. Differences are of the treated from the never
treated, in standard deviations of the treated before; ratios of variances are of the treated to the never treated. At
the end are numbers of units, and of how many equally weighted units a mean over the never treated is worth."""

BALANCE_KEY = BALANCE_COLUMNS[:6]


def balance_table(values: pd.DataFrame, treated: np.ndarray, own: np.ndarray, weights: np.ndarray) -> pd.DataFrame:
    """Compare what was matched on.

    Parameters
    ----------
    values
        Units by pairs of a variable and a period, complete.
    treated
        Whether a unit is treated.
    own
        Weights of the units before matching.
    weights
        Weights after it; zero for whom it leaves out.

    Returns
    -------
    pandas.DataFrame
        One row a variable and period, with the columns of :data:`BALANCE_COLUMNS` from ``variable`` on. What cannot be
        computed is missing, as a ratio to a variance of zero.
    """
    counts = {
        f"units_{name}_{when}": int((used[group] > 0).sum())
        for name, group in (("treated", treated), ("never", ~treated))
        for when, used in (("before", own), ("after", weights))
    }
    rows = []
    for variable, period in zip(*map(values.columns.get_level_values, (0, 1)), strict=True):
        column = values[variable, period].to_numpy(dtype="float64")
        spread = np.sqrt(_moments(column[treated], own[treated])[1])
        row: dict[str, object] = {"variable": variable, "period": int(period)}
        for when, used in (("before", own), ("after", weights)):
            (mean, variance), (other_mean, other_variance) = (
                _moments(column[group], used[group]) for group in (treated, ~treated)
            )
            row |= {
                f"mean_treated_{when}": mean,
                f"mean_never_{when}": other_mean,
                f"standardised_difference_{when}": _ratio(mean - other_mean, spread),
                f"variance_ratio_{when}": _ratio(variance, other_variance),
            }
        rows.append(row | counts | {"effective_never_after": effective_size(weights[~treated])})
    return pd.DataFrame(rows)[BALANCE_COLUMNS[4:]]


def effective_size(weights: np.ndarray) -> float:
    """Give the number of equally weighted units that a mean with these weights is worth (Kish 1965, section 8.2)."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def _moments(values: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """Compute the weighted mean, and the variance without the bias that weights of unequal size give it."""
    shares = weights / weights.sum()
    mean = float(shares @ values)
    freedom = 1 - float((shares**2).sum())
    return mean, float(shares @ (values - mean) ** 2) / freedom if freedom > 1e-12 else np.nan


def _ratio(above: float, below: float) -> float:
    return above / below if below > 0 else np.nan
