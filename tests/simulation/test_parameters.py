from __future__ import annotations

import re
from importlib.resources import files
from itertools import pairwise

import pytest
import yaml
from pydantic import ValidationError

from ruralpanel.errors import StudyError
from ruralpanel.simulation.parameters import load_parameters

PUBLISHED_LISTS = {
    2009: 3,
    2013: 20,
    2014: 212,
    2015: 780,
    2016: 1311,
    2017: 2118,
    2018: 3202,
    2019: 4310,
    2020: 5425,
    2021: 7023,
    2022: 7780,
}
"""Taobao Villages on each list, as AliResearch and the press counted them."""


def test_cohort_shares_are_the_net_additions_to_the_published_lists() -> None:
    years = sorted(PUBLISHED_LISTS)
    for before, year in pairwise(years):
        added = (PUBLISHED_LISTS[year] - PUBLISHED_LISTS[before]) / PUBLISHED_LISTS[2022]
        assert load_parameters().cohort_shares[year] == pytest.approx(added, abs=0.0006)


def test_every_parameter_has_its_source_or_the_word_assumption() -> None:
    text = files("ruralpanel.simulation").joinpath("parameters.yaml").read_text(encoding="utf-8")
    head = text[: text.index("presets:")]
    lines = [line for line in head.splitlines() if re.match(r"[a-z_0-9]+:", line)]
    assert len(lines) == len(yaml.safe_load(text)) - 1
    without = [line for line in lines if "#" not in line and not line.startswith("pandemic_year")]
    assert not without


def test_a_preset_changes_what_it_names_and_nothing_else() -> None:
    mixed, negative = load_parameters("mixed"), load_parameters("negative")
    differing = {name for name in type(mixed).model_fields if getattr(mixed, name) != getattr(negative, name)}
    assert differing == {"preset", "effect_business", "effect_wage"}


def test_a_preset_that_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(StudyError, match="there is no preset 'negativ'") as raised:
        load_parameters("negativ")
    assert "did you mean “negative”?" in str(raised.value)


def test_every_ring_needs_its_spillover() -> None:
    parameters = load_parameters()
    with pytest.raises(ValidationError, match="one value for each ring"):
        type(parameters).model_validate(parameters.model_dump() | {"spillover": [0.1]})
