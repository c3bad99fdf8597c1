"""Formulas, taken apart."""

from __future__ import annotations

import pytest

from ruralpanel.trial.errors import TrialError
from ruralpanel.trial.formula import call_of, read_formula, split


def test_a_formula_is_outcome_terms_effects_and_instruments() -> None:
    found = read_formula("log(y) ~ x + log(z + 1) | village + province^year | d ~ w + v")
    assert found.outcomes == ("log(y)",)
    assert found.right_hands == (("x", "log(z + 1)"),)
    assert found.fixed_effects == (("village", "province^year"),)
    assert (found.endogenous, found.instruments) == (("d",), ("w", "v"))


@pytest.mark.parametrize(
    ("written", "models"),
    [
        ("a + sw(b, c)", [("a", "b"), ("a", "c")]),
        ("a + sw0(b, c)", [("a",), ("a", "b"), ("a", "c")]),
        ("csw(a, b + c)", [("a",), ("a", "b", "c")]),
        ("a + csw0(b, c)", [("a",), ("a", "b"), ("a", "b", "c")]),
        ("sw(a, b) + sw(c, d)", [("a", "c"), ("a", "d"), ("b", "c"), ("b", "d")]),
    ],
)
def test_multiple_estimation_gives_the_models_of_fixest(written: str, models: list[tuple[str, ...]]) -> None:
    assert list(read_formula(f"y ~ {written}").right_hands) == models


def test_several_outcomes_and_sets_of_fixed_effects() -> None:
    found = read_formula("c(y, log(z)) ~ x | csw(village, year)")
    assert found.outcomes == ("y", "log(z)")
    assert found.fixed_effects == (("village",), ("village", "year"))


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("y", "at most two bars"),
        ("y ~ x ~ z", "at most two bars"),
        ("~ x", "at most two bars|nothing is on the left"),
        ("y ~ x |", "at most two bars"),
        ("y ~ log(x", "leaves a bracket open"),
        ("y ~ x)", "closes a bracket"),
        ("y ~ x - z", r"write `I\(x - z\)`"),
        ("y ~ 0 + x", "without a constant"),
        ("y ~ 1 | village", "nothing on the right"),
    ],
)
def test_what_is_no_formula_is_told(written: str, told: str) -> None:
    with pytest.raises(TrialError, match=told):
        read_formula(written)


def test_signs_in_brackets_and_powers_do_not_divide() -> None:
    assert split("a * (b * c) * d**2", "*") == ["a ", " (b * c) ", " d**2"]
    assert call_of("log(a) + log(b)") == ""
    assert call_of("log(a + (b))") == "log"
