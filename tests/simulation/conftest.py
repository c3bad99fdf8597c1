from __future__ import annotations

import pytest

from ruralpanel.simulation.economy import Economy, simulate
from ruralpanel.simulation.parameters import Parameters, load_parameters


def small(preset: str = "mixed", villages: int = 300, counties: int = 20, **changes: object) -> Parameters:
    """Give the parameters of an economy that is made in no time."""
    return load_parameters(preset).model_copy(update={"villages": villages, "counties": counties, **changes})


@pytest.fixture(scope="session")
def economy() -> Economy:
    """Give the economy at the size that is shipped, of another seed."""
    return simulate(load_parameters(), 1)


@pytest.fixture(scope="session")
def village_economy() -> Economy:
    """Give a small economy."""
    return simulate(small(), 5)
