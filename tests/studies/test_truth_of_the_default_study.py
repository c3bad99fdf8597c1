"""What notes of the default study say is true of the economy is what the truth file says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ruralpanel.study import load_study
from tests.conftest import ROOT

pytestmark = pytest.mark.slow

TRUTH: dict[str, Any] = json.loads((ROOT / "data/raw/taobao_villages/truth.json").read_text(encoding="utf-8"))
SEEN, STATIONS, MODERATION, RINGS, ADOPTION, PANDEMIC = (
    TRUTH["effects_by_first_list_seen"],
    TRUTH["effects_of_stations"],
    TRUTH["moderation_of_log_income"]["asked_for"],
    TRUTH["spillovers_on_log_income"]["by_ring_in_km"],
    TRUTH["adoption_in_latent_log_sales"],
    TRUTH["pandemic_of_log_income"],
)


def average(outcome: str) -> float:
    return float(SEEN[outcome]["average"])


def at(outcome: str, event_time: int) -> float:
    return float(SEEN[outcome]["by_event_time"][str(event_time)])


QUOTED = {
    "baseline": {
        "income {}": [average("log_income")],
        "resident population {}": [average("log_resident")],
        "new enterprises rise by {} in logs": [average("log_new_enterprises")],
    },
    "adoption": {
        "each capacity adds {} (shared ownership {})": [ADOPTION["a_sd_of_capacity"][each] for each in ("C1", "C3")],
        "a log point of distance {} and {} more in the plain": [
            ADOPTION["log_distance"],
            ADOPTION["log_distance_in_plain_added"],
        ],
        "listed within 10 km {}": [ADOPTION["log_of_1_and_villages_listed_within_10_km"]],
    },
    "mechanisms": {
        "new enterprises {} in logs, share of migrants returning {}, share working away {}": [
            average(name) for name in ("log_new_enterprises", "return_rate", "share_away")
        ],
    },
    "resilience": {
        "adds {} to log income everywhere and {} more in listed villages; listing alone adds {}": [
            PANDEMIC[each] for each in ("a_sd_of_Y1", "listed_times_a_sd_of_Y1", "listed")
        ],
    },
    "robustness": {"true effect is {} for all": [average("log_income")]},
    "spatial": {"true value is {}": [average("log_income")]},
    "sources_of_income": {
        "business income {}": [average("log_business_income")],
        "wage income {}": [average("log_wage_income")],
        "farm income and remittances {}": [average("log_farm_income")],
        "remittances {}": [average("log_remittance_income")],
        "grain yield {}": [average("log_grain_yield")],
    },
    "event_study": {
        "income {} and {}": [at("log_income", 0), at("log_income", 4)],
        "{} for income": [at("log_income", -1)],
    },
    "paths": {
        "business income {} and {}": [at("log_business_income", 0), at("log_business_income", 4)],
        "wage income {} and {}": [at("log_wage_income", 0), at("log_wage_income", 4)],
        "share working away {} and {}": [at("share_away", 0), at("share_away", 4)],
    },
    "capacities": {
        "collective production (C) {}": [MODERATION["C"]],
        "kinship and place (K) {}": [MODERATION["K"]],
        "the Yellow River (Y) {}": [MODERATION["Y"]],
        "shared ownership (C3) by itself {}": [MODERATION["C3"]],
    },
    "distance": {
        "adds {} to the true effect": [MODERATION["log_distance"]],
        "{} more in the plain": [MODERATION["log_distance_in_plain_added"]],
    },
    "neighbours": {"{} within 5 km, {} from 5 to 10 km, {} from 10 to 20 km": list(RINGS.values())},
    "stations": {
        "of a station: cost of living {}, parcels received {}, parcels sent {}, income {}": [
            STATIONS[name]["average"]
            for name in ("log_basket", "log_parcels_received", "log_parcels_sent", "log_income")
        ],
        "of listing: cost of living {}, parcels received {}, parcels sent {}, income {}": [
            average(name) for name in ("log_basket", "log_parcels_received", "log_parcels_sent", "log_income")
        ],
    },
}


@pytest.mark.parametrize("exhibit", QUOTED)
def test_notes_quote_the_truth(exhibit: str) -> None:
    notes = load_study("taobao_villages", ROOT).exhibits[exhibit].notes or ""
    for words, values in QUOTED[exhibit].items():
        said = words.format(*(f"{value:.3f}".replace("-", "−") for value in values))
        assert said in notes
