"""Surveys as Stata and SPSS files: the annual village form, the household survey, village-level proxies."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from ruralpanel.simulation.economy import INCOME_COLUMNS, ROADS, Economy
from ruralpanel.simulation.legacies import PROXIES
from ruralpanel.simulation.people import OPERATORS
from ruralpanel.simulation.random_streams import stream
from ruralpanel.simulation.raw.writers import write_csv, write_spss, write_stata

REFUSED, NOT_ASKED = -8, -9
"""How the village form writes incomes that it does not have."""

DO_NOT_KNOW, WOULD_NOT_SAY, DOES_NOT_APPLY, LOST, CANNOT_JUDGE = -1, -2, -8, -9, -10
"""How the household survey writes amounts that it does not have."""

USER_MISSING = 999.0
"""What the proxies' file calls missing."""

FORM_COLUMNS = {
    "villcode": ("village", "Village, 12-digit code of 2020"),
    "year": ("year", "Year"),
    "inc_total": ("income", "Income per head, yuan"),
    "inc_biz": ("business_income", "Business income per head, yuan"),
    "inc_wage": ("wage_income", "Wage income per head, yuan"),
    "inc_farm": ("farm_income", "Farm income per head, yuan"),
    "inc_remit": ("remittance_income", "Remittances per head, yuan"),
    "n_reg": ("registered", "Registered population, persons"),
    "n_res": ("resident", "Resident population, persons"),
    "n_return": ("returned", "Migrants who returned in the year"),
    "n_firms": ("enterprises", "Enterprises at the end of the year"),
    "n_newfirms": ("new_enterprises", "Enterprises registered in the year"),
    "parcels_in": ("parcels_received", "Parcels received in the year"),
    "parcels_out": ("parcels_sent", "Parcels sent in the year"),
    "basket": ("basket", "Cost of a fixed basket of goods, yuan"),
    "grain": ("grain_yield", "Grain yield, kg per mu"),
    "road": ("road", "Road to the village in the first year"),
}
"""Columns of the village form: names of the panel, and labels."""

PEOPLE_COLUMNS = {
    "villcode": ("village", "Village, 12-digit code of 2020"),
    "year": ("year", "Year"),
    "n_women": ("women", "Residents: women of 16 to 59 years"),
    "n_child": ("children", "Residents: children below 16 years"),
    "n_old": ("old", "Residents of 60 years and more"),
    "n_pupils": ("pupils", "Pupils from 8 years on, of registered families"),
    "n_board": ("boarding", "Of these, at a school elsewhere, where they board"),
    "n_workage": ("working_age", "Registered persons of working age"),
    "n_neither": ("neither", "Of these, living neither on a farm of their own nor on work elsewhere"),
    "operator": ("operator", "Who runs the Rural Taobao station"),
    "st_parcels": ("parcels_handled", "Parcels received through the station in the year"),
    "brand": ("brand", "The village has a brand of its own"),
    "std_seed": ("standard_seed", "One variety, by agreement"),
    "std_grow": ("standard_growing", "One way of growing, by agreement"),
    "std_pick": ("standard_picking", "One time of picking, by agreement"),
    "std_grade": ("standard_grading", "One grading, by agreement"),
    "std_pack": ("standard_packing", "One packing, by agreement"),
    "irrigated": ("irrigated", "Farmland under irrigation in the first year, per cent"),
}
"""The same for the form of people and services."""

HOUSEHOLD_COLUMNS = {
    "hhid": ("household", "Household"),
    "villcode": ("village", "Village, 12-digit code of 2020"),
    "wave": ("wave", "Year of the wave"),
    "hh_size": ("size", "Persons in the household"),
    "hh_away": ("away", "Of these, working away"),
    "hh_inc": ("income", "Income per head, yuan"),
    "hh_biz": ("business_income", "Business income per head, yuan"),
    "hh_wage": ("wage_income", "Wage income per head, yuan"),
    "hh_farm": ("farm_income", "Farm income per head, yuan"),
    "hh_remit": ("remittance_income", "Remittances per head, yuan"),
    "head_age": ("head_age", "Age of the head, years"),
    "head_school": ("head_schooling", "Schooling of the head, years"),
}
"""The same for the household survey."""

SLIPS = {"income": 10, "resident": 10}
"""Columns of the village form in which one value was typed in with its decimal point in the wrong place."""


def write_village_form(economy: Economy, folder: Path) -> None:
    """Write the annual form, with codes and extended missings, two slips of the pen, and their corrections."""
    random = stream(economy.seed, "village form")
    panel = economy.panel
    table = pd.DataFrame({raw: panel[name] for raw, (name, _) in FORM_COLUMNS.items()})
    slips = _slips(economy, panel)
    for raw, (name, _) in FORM_COLUMNS.items():
        slipped = slips[slips["column"] == name]
        if len(slipped):
            table.loc[slipped.index, raw] = slipped["typed"].astype(table[raw].dtype)
    masks = {name: mask.ravel() for name, mask in economy.hidden.items()}
    refused = np.where(random.random(len(table)) < 0.7, REFUSED, NOT_ASKED)
    letters = np.where(random.random(len(table)) < 0.5, "a", "b").astype(object)
    with_letters = {}
    for raw, (name, _) in FORM_COLUMNS.items():
        if name in INCOME_COLUMNS:
            table[raw] = table[raw].mask(masks[name], refused)
        elif name in masks:
            table[raw] = table[raw].astype(object).mask(pd.Series(masks[name]), letters)
            with_letters[raw] = ["a", "b"]
    table["road"] = table["road"].map({road: code for code, road in enumerate(ROADS, start=1)})
    write_stata(
        _narrowed(table, {"year": np.int16, "road": np.int8, "basket": np.float64}),
        folder / "village_form.dta",
        [label for _, label in FORM_COLUMNS.values()],
        {
            "road": dict(enumerate(ROADS, start=1)),
            "inc_total": {REFUSED: "refused", NOT_ASKED: "not asked"},
        },
        with_letters,
    )
    corrections = slips.rename(columns={"typed": "from", "meant": "to"}).assign(
        reason="decimal point one place too far right"
    )
    named = ["village", "year", "column", "from", "to", "reason"]
    write_csv(corrections[named], folder / "village_form_corrections.csv")


def _slips(economy: Economy, panel: pd.DataFrame) -> pd.DataFrame:
    """Choose one row for each slip, of villages never listed, where nothing is missing."""
    random = stream(economy.seed, "slips")
    unlisted = panel["first_listed"].isna()
    told = unlisted & ~pd.Series(economy.hidden["income"].ravel())
    rows = []
    for column, factor in SLIPS.items():
        chosen = panel.loc[[int(random.choice(np.flatnonzero(told)))]]
        meant = chosen[column]
        rows.append(chosen[["village", "year"]].assign(column=column, typed=meant * factor, meant=meant))
    return pd.concat(rows).sort_values(["village", "year"])


def write_people_form(economy: Economy, folder: Path) -> None:
    """Write the form of people and services, in which what was not told is ``.a`` and an operator is a code."""
    panel = economy.panel
    table = pd.DataFrame({raw: panel[name] for raw, (name, _) in PEOPLE_COLUMNS.items()})
    table["operator"] = table["operator"].map({words: code for code, words in enumerate(OPERATORS)})
    hidden = {raw: economy.hidden[name] for raw, (name, _) in PEOPLE_COLUMNS.items() if name in economy.hidden}
    for raw, mask in hidden.items():
        table[raw] = table[raw].astype(object).mask(pd.Series(mask.ravel()), "a")
    wide = dict.fromkeys(("st_parcels",), np.int32)
    narrow = {str(name): np.int16 for name in table if pd.api.types.is_numeric_dtype(table[name])} | wide
    write_stata(
        _narrowed(table, narrow),
        folder / "village_people.dta",
        [label for _, label in PEOPLE_COLUMNS.values()],
        {"operator": dict(enumerate(OPERATORS))},
        {raw: ["a"] for raw in hidden},
    )


def write_household_survey(economy: Economy, folder: Path) -> None:
    """Write the household survey with its codes for amounts that were not told."""
    random = stream(economy.seed, "household codes")
    households = economy.households
    codes = random.choice([DO_NOT_KNOW, WOULD_NOT_SAY, DOES_NOT_APPLY, LOST, CANNOT_JUDGE], len(households))
    table = pd.DataFrame(
        {
            raw: households[name].mask(economy.households_hidden[name], codes)
            if name in economy.households_hidden
            else households[name]
            for raw, (name, _) in HOUSEHOLD_COLUMNS.items()
        }
    )
    narrow = dict.fromkeys(("wave", "hh_size", "hh_away", "head_age", "head_school"), np.int16)
    labels: dict[int | float, str] = {
        DO_NOT_KNOW: "does not know",
        WOULD_NOT_SAY: "would not say",
        DOES_NOT_APPLY: "does not apply",
        LOST: "lost",
        CANNOT_JUDGE: "cannot judge",
    }
    write_stata(
        _narrowed(table, narrow),
        folder / "household_survey.dta",
        [label for _, label in HOUSEHOLD_COLUMNS.values()],
        {"hh_inc": labels},
    )


def write_village_proxies(economy: Economy, folder: Path) -> None:
    """Write what is left of legacies in villages, missing values as the file calls them."""
    named = {proxy.name: proxy.label for proxy in PROXIES if proxy.level == "village"}
    table = economy.legacies.village_proxies[["village", *named]].rename(columns={"village": "villcode"})
    filled = table.assign(**{name: table[name].fillna(USER_MISSING) for name in named})
    labels = ["Village, 12-digit code of 2020", *named.values()]
    write_spss(filled, folder / "village_legacy_proxies.sav", labels, USER_MISSING)


def _narrowed(table: pd.DataFrame, types: Mapping[str, type]) -> pd.DataFrame:
    """Give whole numbers four bytes, or the type named."""
    narrow = {name: types.get(str(name), np.int32) for name in table if pd.api.types.is_numeric_dtype(table[name])}
    return table.astype(narrow)
