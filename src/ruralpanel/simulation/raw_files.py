"""Write a simulated economy as the raw files that people really have."""

from __future__ import annotations

from pathlib import Path

from ruralpanel.frames.storage import save_json
from ruralpanel.simulation.economy import Economy
from ruralpanel.simulation.raw.forms import (
    write_household_survey,
    write_people_form,
    write_village_form,
    write_village_proxies,
)
from ruralpanel.simulation.raw.lists import write_lists
from ruralpanel.simulation.raw.tables import (
    write_codes,
    write_county_proxies,
    write_gazetteer,
    write_migration,
    write_places,
    write_prices,
    write_stations,
)
from ruralpanel.simulation.raw.yearbook import write_yearbook


def write_raw_files(economy: Economy, folder: Path) -> None:
    """Write the raw files and the truth, the same bytes for the same economy.

    Parameters
    ----------
    economy
        From :func:`ruralpanel.simulation.economy.simulate`.
    folder
        Where to; existing files of the same names are replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for write in (
        write_gazetteer,
        write_codes,
        write_lists,
        write_village_form,
        write_people_form,
        write_household_survey,
        write_migration,
        write_yearbook,
        write_village_proxies,
        write_county_proxies,
        write_prices,
        write_stations,
        write_places,
    ):
        write(economy, folder)
    save_json(economy.truth, folder / "truth.json")
