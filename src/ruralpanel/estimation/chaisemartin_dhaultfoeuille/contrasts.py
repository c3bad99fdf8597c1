"""Differences of switchers less those of units that have not changed yet, and what their errors are made of."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralpanel.arrays import Numbers
from ruralpanel.estimation.chaisemartin_dhaultfoeuille.histories import IN, OUT, Histories
from ruralpanel.estimation.sample import CannotEstimate


@dataclass(frozen=True)
class Contrast:
    """One effect or placebo.

    Parameters
    ----------
    estimate
        In the outcome's unit.
    contributions
        Of each unit to its error.
    switchers, comparisons
        Which units are compared with which.
    weight
        The switchers' weights added up.
    dose
        How far the treatment of switchers is from their first one, in the last period of the comparison: the sum over
        them, weighted.
    total_dose
        The same added up from the first change on.
    weights
        Of outcomes in the estimate, units by periods.
    """

    estimate: float
    contributions: Numbers
    switchers: NDArray[np.bool_]
    comparisons: NDArray[np.bool_]
    weight: float
    dose: float
    total_dose: float
    weights: Numbers

    def per_dose(self) -> Contrast:
        """Divide by the treatment that switchers have had on average since their first change."""
        mean = self.total_dose / self.weight
        return replace(
            self,
            estimate=self.estimate / mean,
            contributions=self.contributions / mean,
            weights=self.weights / mean,
        )


def cells_of(histories: Histories, distance: int, kept: NDArray[np.bool_], *, placebo: bool) -> pd.DataFrame:
    """List the differences that are compared: those of switchers, and of units that have not changed yet beside them.

    Parameters
    ----------
    histories
        The units.
    distance
        How many periods a difference spans.
    kept
        The units whose changes count.
    placebo
        Whether to take the difference before the change in place of the one around it. Units that have none around it
        are left out all the same.

    Returns
    -------
    pandas.DataFrame
        One row a unit and period; ``place`` numbers the comparisons, ``switches`` tells their two sides apart.
        Comparisons with one side only are left out.
    """
    outcome, change, periods = histories.outcome, histories.change, histories.periods
    reach = 2 * distance if placebo else distance
    if reach >= periods:
        return pd.DataFrame()
    base, end = outcome[:, reach - distance : periods - distance], outcome[:, reach:]
    difference = outcome[:, : periods - reach] - base if placebo else end - base
    at = np.arange(reach, periods)
    switches = kept[:, None] & (at == change[:, None] + distance - 1)
    waits = at < change[:, None]
    weight = histories.weight[:, reach:]
    known = ~np.isnan(difference) & ~np.isnan(end - base) & (weight > 0)
    unit, position = np.nonzero(known & (switches | waits))
    cells = pd.DataFrame(
        {
            "unit": unit,
            "place": histories.group[unit] * periods + at[position],
            "difference": difference[unit, position],
            "plus": at[position] - (reach if placebo else 0),
            "minus": at[position] - distance,
            "weight": weight[unit, position],
            "switches": switches[unit, position],
            "cluster": histories.cluster[unit],
        }
    )
    both = cells.groupby("place")["switches"].agg(["any", "all"])
    return cells[cells["place"].isin(both.index[both["any"] & ~both["all"]])]


def contrast(histories: Histories, distance: int, kept: NDArray[np.bool_], *, placebo: bool) -> Contrast | None:
    """Compare the switchers that are so many periods past their first change.

    Parameters
    ----------
    histories, distance, kept, placebo
        As for :func:`cells_of`.

    Returns
    -------
    Contrast or None
        Nothing where nobody can be compared.
    """
    cells = cells_of(histories, distance, kept, placebo=placebo)
    if cells.empty:
        return None
    direction, dose = histories.direction, histories.dose
    switchers = cells[cells["switches"]]
    units = switchers["unit"].to_numpy()
    total = float(switchers["weight"].sum())
    value, contributions = 0.0, np.zeros(len(histories.change))
    of_outcomes = np.zeros((len(histories.change), histories.periods))
    for side in (IN, OUT):
        among = cells[~cells["switches"] | (direction[cells["unit"]] == side)]
        among = among[among["place"].isin(among.loc[among["switches"], "place"])]
        if among.empty:
            continue
        weights = among["weight"].where(among["switches"], 0.0).groupby(among["place"]).transform("sum")
        waiting = among["weight"].mask(among["switches"], 0.0).groupby(among["place"]).transform("sum")
        coefficient = side * among["weight"] * np.where(among["switches"], 1.0, -weights / waiting)
        value += float((coefficient * among["difference"]).sum())
        np.add.at(of_outcomes, (among["unit"].to_numpy(), among["plus"].to_numpy()), coefficient.to_numpy())
        np.add.at(of_outcomes, (among["unit"].to_numpy(), among["minus"].to_numpy()), -coefficient.to_numpy())
        size = dose[among["unit"], np.minimum(histories.change[among["unit"]], histories.periods - 1)]
        mean, inflation = _centres(among.assign(size=np.where(among["switches"], size, np.nan)))
        errors = coefficient * inflation * (among["difference"] - mean)
        contributions += np.bincount(among["unit"], weights=errors, minlength=len(contributions))
    last = histories.change[units] + distance - 1
    since = (np.arange(histories.periods) >= histories.change[units, None]) & (
        np.arange(histories.periods) <= last[:, None]
    )
    weight = switchers["weight"].to_numpy()
    return Contrast(
        value / total,
        contributions / total,
        _among(units, histories),
        _among(cells.loc[~cells["switches"], "unit"].to_numpy(), histories),
        total,
        float(weight @ np.abs(dose[units, last])),
        float(weight @ np.abs(np.nansum(np.where(since, dose[units], 0.0), axis=1))),
        of_outcomes / total,
    )


def _among(units: NDArray[np.int64], histories: Histories) -> NDArray[np.bool_]:
    """Mark units by their positions."""
    marked = np.zeros(len(histories.units), dtype=bool)
    marked[units] = True
    return marked


def _centres(cells: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Give the mean that each difference is centred at, and what its distance from it is multiplied by.

    The mean is over the cohort where that is in two clusters or more, else over all in the same comparison, else zero.
    """
    found = []
    for keys in (["place", "switches", "size"], ["place"]):
        groups = cells.assign(product=cells["weight"] * cells["difference"]).groupby(keys, dropna=False)
        mean = groups["product"].transform("sum") / groups["weight"].transform("sum")
        found.append((mean, groups["cluster"].transform("nunique")))
    (own, number), (joint, together) = found
    mean = own.where(number >= 2, joint.where(together >= 2, 0.0))
    number = number.where(number >= 2, together).astype("float64")
    inflation = (number / (number - 1)).where(number >= 2, 1.0) ** 0.5
    return mean, inflation


def average_total_effect(effects: list[Contrast]) -> Contrast:
    """Average the total effects per unit of treatment: section 3.3 of the paper.

    Effects added up over switchers and periods are divided by treatment less the first treatment, added up likewise.

    Parameters
    ----------
    effects
        By event time, not divided by doses.

    Returns
    -------
    Contrast
        In the outcome's unit per unit of treatment.

    Raises
    ------
    CannotEstimate
        If no switcher is away from its first treatment in any period compared.
    """
    dose = sum(each.dose for each in effects)
    if not dose > 0:
        raise CannotEstimate("no_change_away")
    return Contrast(
        sum(each.weight * each.estimate for each in effects) / dose,
        np.sum([each.weight * each.contributions for each in effects], axis=0) / dose,
        np.any([each.switchers for each in effects], axis=0),
        np.any([each.comparisons for each in effects], axis=0),
        sum(each.weight for each in effects),
        dose,
        sum(each.total_dose for each in effects),
        np.sum([each.weight * each.weights for each in effects], axis=0) / dose,
    )


def same_switchers(histories: Histories, count: int) -> NDArray[np.bool_]:
    """Tell the units of which so many effects can be had.

    Parameters
    ----------
    histories
        The units.
    count
        How many, from event time 0 on.

    Returns
    -------
    numpy.ndarray
        One truth value a unit.
    """
    found = np.zeros(len(histories.units), dtype="int64")
    for distance in range(1, count + 1):
        cells = cells_of(histories, distance, histories.changes, placebo=False)
        if not cells.empty:
            found[cells.loc[cells["switches"], "unit"].to_numpy()] += 1
    return np.asarray(found == count)
