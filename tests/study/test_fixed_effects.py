from __future__ import annotations

import re

import pytest

from ruralpanel.study.fixed_effects import FIXED_EFFECT, columns_of, fixed_effect, intercepts, of_outcome, slopes


@pytest.mark.parametrize(
    ("written", "columns", "slope"),
    [
        ("village", ("village",), None),
        ("province*year", ("province", "year"), None),
        ("village[year]", ("village",), "year"),
        ("province*year[x_0]", ("province", "year"), "x_0"),
        ("year[{outcome}_before]", ("year",), "{outcome}_before"),
    ],
)
def test_an_effect_is_taken_apart(written: str, columns: tuple[str, ...], slope: str | None) -> None:
    assert re.search(FIXED_EFFECT, written)
    effect = fixed_effect(written)
    assert (effect.columns, effect.slope) == (columns, slope)
    assert columns_of(written) == [*columns, *([slope] if slope else [])]


@pytest.mark.parametrize(
    "written", ["", "village[", "village[]", "village[[year]]", "village^year", "[year]", "a[b][c]", "year[{income}]"]
)
def test_what_is_no_effect_does_not_match(written: str) -> None:
    assert not re.search(FIXED_EFFECT, written)


def test_intercepts_are_named_once_and_slopes_are_found() -> None:
    effects = ["village", "year", "village[year]", "year[x]"]
    assert intercepts(effects) == ["village", "year"]
    assert [(effect.intercept, effect.slope) for effect in slopes(effects)] == [("village", "year"), ("year", "x")]


def test_the_outcome_s_name_is_put_in_and_what_is_the_same_then_stands_once() -> None:
    written = ["village", "year[{outcome}_before]", "year[income_before]"]
    assert of_outcome(written, "income") == ["village", "year[income_before]"]
    assert of_outcome(written, "share") == ["village", "year[share_before]", "year[income_before]"]
