"""Draw one economy of a design: the panel that estimators see, and the truth that they do not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ruralpanel.frames.ledger import Ledger
from ruralpanel.inference.random_draws import generator
from ruralpanel.monte_carlo.plan import Design
from ruralpanel.panel.designation import date_designation
from ruralpanel.simulation.history import history_of
from ruralpanel.study.designation import Designation

TREATMENT = "listed"

REFERENCE = -1
"""The event time that effects are measured from."""


@dataclass(frozen=True)
class Draw:
    """An economy as a panel.

    Parameters
    ----------
    panel
        One row a village and year: ``village``, ``year``, ``county``, coordinates, ``income`` in yuan a head, and the
        treatment with its cohort and event time.
    effect
        Of the same rows, the true effect of being listed on log income.
    """

    panel: pd.DataFrame
    effect: pd.Series


def seed_of(design: Design, replication: int) -> int:
    """Derive the seed of an economy from the plan's seed, the design's name and the replication's number."""
    random = generator(design.plan.seed, design.name, f"replication {replication}")
    return int(random.integers(2**63))


def draw(design: Design, replication: int) -> Draw:
    """Draw an economy.

    Parameters
    ----------
    design
        Its kind.
    replication
        Its number, which decides its seed.
    """
    parameters = design.parameters
    history = history_of(parameters, seed_of(design, replication))
    years = parameters.years
    fixed = history.geography.villages[["village", "county", "latitude", "longitude"]]
    listing = history.listing
    fixed = fixed.assign(first_listed=pd.Series(listing.first, index=fixed.index).mask(~listing.ever))
    table = fixed.loc[fixed.index.repeat(len(years))].reset_index(drop=True)
    table = table.assign(year=np.tile(years, len(fixed)), income=history.incomes.total.ravel())
    ledger = Ledger("panel", "panel", "village", "year")
    declared = Designation(cohort="first_listed", reference_period=REFERENCE)
    panel = date_designation(table, TREATMENT, declared, "village", "year", ledger)
    return Draw(panel, pd.Series(history.incomes.effect.ravel(), index=panel.index))
