"""One number of several proxies: inverse-covariance weights, the first principal component, or the mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ruralpanel.errors import counted
from ruralpanel.study.legacies import IndexName

SINGULAR = 1e-8
"""Share of the largest eigenvalue of a correlation matrix below which another counts as zero."""

TAKES_PART = 1e-3
"""Weight in a collinear combination below which a proxy is not named among those that make it."""


class UndefinedIndex(ValueError):
    """The proxies do not define an index; the message says why."""


@dataclass(frozen=True)
class SummaryIndex:
    """An index and what it was made with.

    Parameters
    ----------
    values
        For each unit, in standard deviations of the reference group; missing where no proxy is known.
    weights
        For each proxy: its weight among all of them, which sum to one, or its loading on the first component, whose
        squares do.
    means, deviations
        For each proxy, mean and standard deviation in the reference group.
    mean, deviation
        The same of the index before it is standardised.
    explained
        Share of the proxies' variance that the first principal component of their covariance matrix explains.
    """

    values: pd.Series
    weights: pd.Series
    means: pd.Series
    deviations: pd.Series
    mean: float
    deviation: float
    explained: float


def summary_index(proxies: pd.DataFrame, method: IndexName, reference: pd.Series, complete: bool) -> SummaryIndex:
    """Make one number of several proxies.

    Proxies are standardised by mean and standard deviation (over n − 1) of the reference group, weighted, and the
    result is standardised in the same way. Weights come from the covariance matrix S of the standardised proxies over
    all units: inside the reference group and outside of it, pair by pair over the units that have both.

    - ``icw``: (1'S⁻¹1)⁻¹ 1'S⁻¹z, the generalised least squares estimate of the mean of a unit's standardised proxies z
      (Anderson 2008, Journal of the American Statistical Association 103: 1481–1495; Schwab, Janzen,
      Magnan and Thompson 2020, Stata Journal 20: 952–964). For a unit that lacks some, S and z are those of the others
      (Stata's swindex counts a missing one as the mean).
    - ``first_component``: v'z with v the first eigenvector of S, of length one, its entries' sum positive. For a unit
      that lacks some, the projection of the others on theirs, v'z / v'v (Nelson, Taylor and MacGregor 1996,
      Chemometrics and Intelligent Laboratory Systems 35: 45–65).
    - ``mean``: the mean of z.

    Parameters
    ----------
    proxies
        One row a unit, one column a proxy, turned so that more means more of the capacity.
    method
        One of the three.
    reference
        For each unit, whether it is in the reference group.
    complete
        Whether units that lack a proxy are left out.

    Returns
    -------
    SummaryIndex
        The index of every unit, and how it came about.

    Raises
    ------
    UndefinedIndex
        If a proxy or the index does not vary in the reference group, proxies are collinear, no two units have both of
        two of them, or two components explain as much.
    """
    used = proxies.dropna() if complete else proxies
    inside = used[reference.loc[used.index]]
    without = [str(name) for name in inside if inside[name].nunique() < 2]
    if without:
        some = f", which has {counted(len(inside), 'unit')}" + (" with all proxies" if complete else "")
        raise UndefinedIndex(
            f"{_named(without)} {'does' if len(without) == 1 else 'do'} not vary in the reference group{some}"
        )
    means, deviations = inside.mean(), inside.std()
    scores = (used - means) / deviations
    covariance = scores.cov()
    if method != "mean":
        _require_pairs(covariance)
    if method == "icw":
        _require_inverse(covariance)
    weigh, weights = _METHODS[method], _METHODS[method](covariance)
    average = pd.Series(np.nan, index=used.index)
    patterns, pattern_of = np.unique(scores.notna().to_numpy(), axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns):
        present, units = scores.columns[pattern], pattern_of == number
        if not len(present):
            continue
        if method == "first_component":
            of_these = weights[present] / (weights[present] ** 2).sum()
        else:
            of_these = weigh(covariance.loc[present, present])
        average[units] = scores.loc[units, present].to_numpy() @ of_these.to_numpy()
    of_reference = average[reference.loc[used.index]]
    mean, deviation = float(of_reference.mean()), float(of_reference.std())
    if not deviation > SINGULAR:
        raise UndefinedIndex("the index does not vary in the reference group: its proxies offset each other")
    return SummaryIndex(
        values=((average - mean) / deviation).reindex(proxies.index),
        weights=weights,
        means=means,
        deviations=deviations,
        mean=mean,
        deviation=deviation,
        explained=_explained(covariance),
    )


def _inverse_covariance(covariance: pd.DataFrame) -> pd.Series:
    sums = np.linalg.solve(covariance.to_numpy(), np.ones(len(covariance)))
    return pd.Series(sums / sums.sum(), index=covariance.index)


def _first_component(covariance: pd.DataFrame) -> pd.Series:
    eigenvalues, vectors = np.linalg.eigh(covariance.to_numpy())
    if len(eigenvalues) > 1 and eigenvalues[-1] - eigenvalues[-2] <= SINGULAR * eigenvalues[-1]:
        raise UndefinedIndex(
            f"the first principal component of {_named(covariance.columns)} is not defined: a second explains as much"
        )
    first = vectors[:, -1]
    # The sum tells which way is more; where entries offset each other, the proxy that is declared first does.
    toward = first.sum() if abs(first.sum()) > SINGULAR else first[np.argmax(np.abs(first) > SINGULAR)]
    return pd.Series(first * np.sign(toward), index=covariance.index)


def _equal(covariance: pd.DataFrame) -> pd.Series:
    return pd.Series(1 / len(covariance), index=covariance.index)


_METHODS: dict[IndexName, Callable[[pd.DataFrame], pd.Series]] = {
    "icw": _inverse_covariance,
    "first_component": _first_component,
    "mean": _equal,
}


def _explained(covariance: pd.DataFrame) -> float:
    """Give the first component's share of the variance; missing where two proxies are never known together."""
    if covariance.isna().to_numpy().any():
        return float("nan")
    eigenvalues = np.linalg.eigvalsh(covariance.to_numpy())
    return float(eigenvalues[-1] / eigenvalues.sum())


def _require_pairs(covariance: pd.DataFrame) -> None:
    """Refuse proxies of which some two are known together for fewer than two units."""
    first, second = np.nonzero(np.triu(covariance.isna().to_numpy()))
    names = list(covariance)
    if len(first):
        pairs = ", ".join(f"`{names[one]}` and `{names[other]}`" for one, other in zip(first, second, strict=True))
        raise UndefinedIndex(f"there are not two units which have both {pairs}, so that they have no covariance")


def _require_inverse(covariance: pd.DataFrame) -> None:
    """Refuse a covariance matrix that has no inverse, or that no complete data can have."""
    deviations = np.sqrt(np.diag(covariance))
    eigenvalues, vectors = np.linalg.eigh(covariance.to_numpy() / np.outer(deviations, deviations))
    zero = np.abs(eigenvalues) <= SINGULAR * eigenvalues[-1]
    if zero.any():
        taking_part = (np.abs(vectors[:, zero]) > TAKES_PART).any(axis=1)
        names = [str(name) for name, part in zip(covariance, taking_part, strict=True) if part]
        raise UndefinedIndex(
            f"{_named(names)} are collinear, so that inverse-covariance weights do not exist; leave one out, or choose "
            "`index: mean` or `index: first_component`"
        )
    if eigenvalues[0] < 0:
        raise UndefinedIndex(
            f"the covariances of {_named(covariance.columns)} contradict each other, for each is that of other units; "
            "choose `missing_proxies: complete` or another index"
        )


def _named(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
