"""How well proxies hang together, and how much of what varies, varies within groups."""

from __future__ import annotations

import numpy as np
import pandas as pd


def standardised_alpha(correlations: pd.DataFrame) -> float:
    """Compute Cronbach's alpha of standardised proxies, k r / (1 + (k − 1) r), r the mean of their correlations.

    It is alpha of Cronbach (1951, Psychometrika 16: 297–334; Bland and Altman 1997, BMJ 314: 572) when every proxy has
    variance one.

    Parameters
    ----------
    correlations
        The correlation matrix of the proxies, turned so that more means more of the capacity.

    Returns
    -------
    float
        At most 1; missing for a single proxy, or where a correlation is.
    """
    number = len(correlations)
    if number < 2:
        return float("nan")
    matrix = correlations.to_numpy()
    mean = matrix[np.triu_indices(number, 1)].mean()
    below = 1 + (number - 1) * mean
    return float(number * mean / below) if below > 0 else float("nan")


def item_rest_correlations(covariances: pd.DataFrame) -> pd.Series:
    """Correlate each proxy with the sum of the others.

    Parameters
    ----------
    covariances
        The covariance matrix of the proxies; of standardised ones, that is their correlation matrix.

    Returns
    -------
    pandas.Series
        By proxy; missing for a single one, and where the others' sum does not vary.
    """
    matrix = covariances.to_numpy()
    found = {}
    for position, name in enumerate(covariances):
        others = np.arange(len(matrix)) != position
        variance = matrix[np.ix_(others, others)].sum() * matrix[position, position]
        found[name] = matrix[position, others].sum() / np.sqrt(variance) if variance > 0 else np.nan
    return pd.Series(found, dtype="float64")


def share_within(values: pd.Series, groups: pd.Series) -> float:
    """Estimate the share of a variance that is within groups: one less the intraclass correlation.

    The intraclass correlation is the analysis-of-variance estimator of the one-way random effects model,
    (B − W) / (B + (n − 1) W), with mean squares B between and W within groups, and for groups of unequal size
    n = (N − Σ nᵢ² / N) / (G − 1) (Shrout and Fleiss 1979, Psychological Bulletin 86: 420–428, ICC(1,1); Donner 1986,
    International Statistical Review 54: 67–82). A negative one counts as zero.

    Parameters
    ----------
    values
        One value a unit; missing ones are left out.
    groups
        The group of each unit, under the same index; units without one are left out.

    Returns
    -------
    float
        From 0 (all units of a group are alike) to 1 (groups do not differ by more than chance); missing where there is
        only one group, no group of two, or no variation.
    """
    known = values.notna() & groups.notna()
    values, groups = values[known].astype("float64"), groups[known]
    sizes = groups.value_counts()
    if len(sizes) < 2 or sizes.max() < 2:
        return float("nan")
    by_group = values.groupby(groups)
    if (by_group.nunique() == 1).all():
        return 0.0 if values.nunique() > 1 else float("nan")
    total = len(values)
    means = by_group.mean()
    between = (sizes * (means - values.mean()) ** 2).sum() / (len(sizes) - 1)
    within = ((values - by_group.transform("mean")) ** 2).sum() / (total - len(sizes))
    size = (total - (sizes**2).sum() / total) / (len(sizes) - 1)
    correlation = (between - within) / (between + (size - 1) * within)
    return float(1 - max(0.0, correlation))
