"""The effects of being listed, village by village and year by year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ruralpanel.simulation.geography import Geography
from ruralpanel.simulation.legacies import Legacies
from ruralpanel.simulation.listing import Listing
from ruralpanel.simulation.parameters import LEGACIES, Parameters

SOURCES = ("business", "wage", "farm", "remittance")
"""The sources of income."""


@dataclass(frozen=True)
class Effects:
    """How strongly being listed works in each village and year.

    Parameters
    ----------
    strength
        Shape (villages, years): 0 where not listed; over village-years since first listing its mean is 1.
    business_slope
        One value a village: by how much the effect on log business income is larger there, by its legacies and where
        it is, than in the average listed village.
    pandemic
        One value a village: what being listed adds to log income in the pandemic year.
    """

    strength: np.ndarray
    business_slope: np.ndarray
    pandemic: np.ndarray

    def on_source(self, parameters: Parameters, source: str, on_list: np.ndarray) -> np.ndarray:
        """Give the effect on the log of one source of income, shape (villages, years)."""
        effect = float(getattr(parameters, f"effect_{source}"))
        slope = self.business_slope[:, None] if source == "business" else 0.0
        result = np.asarray(self.strength * (effect + slope))
        if parameters.pandemic_year in parameters.years:
            column = parameters.years.index(parameters.pandemic_year)
            result[:, column] += self.pandemic * on_list[:, column]
        return result


def shares_of_income(parameters: Parameters) -> dict[str, float]:
    """Give the share of each source in income before listing."""
    three = (parameters.business_share, parameters.wage_share, parameters.remittance_share)
    return dict(zip(SOURCES, (three[0], three[1], 1 - sum(three), three[2]), strict=True))


def effects_of_listing(parameters: Parameters, geography: Geography, legacies: Legacies, listing: Listing) -> Effects:
    """Follow the path of effects from the year of listing on, larger in early cohorts and where legacies favour it.

    The path is scaled so that its mean over all village-years since first listing is 1, and the parameters are then
    averages over these village-years.

    Parameters
    ----------
    parameters
        Sizes, path and moderation.
    geography, legacies
        What moderates: distance to a large city, and what history left.
    listing
        Who is on which list.

    Returns
    -------
    Effects
        Their strength and what they vary with.
    """
    years = np.array(parameters.years)[None, :]
    since = np.where(listing.ever[:, None], years - listing.first[:, None], -1)
    path = np.array(parameters.effect_path)
    strength = np.where(since >= 0, path[np.clip(since, 0, len(path) - 1)], 0.0)
    strength[listing.first <= parameters.early_cohorts_until] *= parameters.early_cohort_factor
    strength = np.where(listing.on_list, strength, strength * parameters.effect_kept_after_exit)
    treated = since >= 0
    if treated.any():
        strength /= strength[treated].mean()
    gamma = parameters.moderation
    on_income = legacies.scores.to_numpy() @ np.array([gamma[name] for name in LEGACIES])
    on_income += gamma["C3"] * legacies.shared_ownership_alone
    villages = geography.villages
    slope = parameters.moderation_by_distance + parameters.moderation_by_distance_plain * villages["plain"].to_numpy()
    on_income += slope * np.log(villages["city_distance"].to_numpy())
    if treated.any():
        # Those listed have more of what favours listing; the parameters are averages over them.
        on_income = on_income - np.average(on_income, weights=np.where(treated, strength, 0.0).sum(axis=1))
    labour_form = legacies.capacities["Y1"].to_numpy()
    return Effects(
        strength,
        on_income / _weight_of_business(parameters),
        parameters.pandemic_listed + parameters.pandemic_listed_by_labour_form * labour_form,
    )


def _weight_of_business(parameters: Parameters) -> float:
    """Say by how much log income rises with log business income after listing."""
    after = {
        source: share * np.exp(getattr(parameters, f"effect_{source}"))
        for source, share in shares_of_income(parameters).items()
    }
    return float(after["business"] / sum(after.values()))
