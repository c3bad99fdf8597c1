"""Standard errors of designs against printed formulas, and against estimates on panels that are drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from ruralpanel.estimation.block import estimate_block
from ruralpanel.power.assumptions import Errors
from ruralpanel.power.components import measured_errors
from ruralpanel.power.variance import Design, cohort_weights, covariances, detectable_effect, standard_error
from ruralpanel.study.blocks import Equation, Inference

ERRORS = Errors(sd=0.2, icc=0.3, ar=0.6, noise=0.25, county_ar=0.7, county_noise=0.1)


def design(**changes: object) -> Design:
    usual: dict[str, object] = {"villages": 60, "counties": 12, "waves": 6, "treated": 0.5, "begins": (2, 4)}
    return Design(**{**usual, "assigned": "county", "estimator": "two_way_fixed_effects", **changes})  # type: ignore[arg-type]


def drawn_outcomes(made: Design, errors: Errors, random: np.random.Generator, draws: int) -> np.ndarray:
    """Draw errors, shape (draws, villages, waves); villages of a county stand together."""
    own, common = (np.linalg.cholesky(each + 1e-12 * np.eye(made.waves)) for each in covariances(errors, made.waves))
    villages = random.normal(size=(draws, made.villages, made.waves)) @ own.T
    counties = random.normal(size=(draws, made.counties, made.waves)) @ common.T
    return villages + np.repeat(counties, made.villages // made.counties, axis=1)


def drawn_cohorts(made: Design, random: np.random.Generator) -> np.ndarray:
    """Draw the first treated wave of every village, the number of waves for those never treated."""
    of = made.counties if made.assigned == "county" else made.villages
    begins = np.repeat([*made.begins, made.waves], np.round(made.shares * of).astype(int))
    return np.repeat(random.permutation(begins), made.villages // of)


@pytest.mark.parametrize("before", [1, 3, 5])
def test_one_cohort_of_villages_is_the_formula_of_burlig_preonas_and_woerman(before: int) -> None:
    errors = ERRORS.model_copy(update={"icc": 0.0})
    made = design(begins=(before,), assigned="village", treated=0.25)
    after, own = made.waves - before, covariances(errors, made.waves)[0]

    def between(rows: slice, columns: slice) -> float:
        block = own[rows, columns]
        apart = block[~np.eye(len(block), dtype=bool)] if rows == columns else block
        return float(apart.mean()) if apart.size else 0.0

    m, r = slice(0, before), slice(before, None)
    variance = (before + after) / (before * after) * errors.sd**2
    variance += (before - 1) / before * between(m, m) + (after - 1) / after * between(r, r) - 2 * between(m, r)
    expected = np.sqrt(variance / (0.25 * 0.75 * made.villages))
    assert standard_error(made, errors) == pytest.approx(expected, rel=1e-12)


def test_without_serial_correlation_it_is_blooms() -> None:
    errors, made = Errors(sd=2.0), design(waves=2, begins=(1,), assigned="village", villages=10_000, treated=0.3)
    expected = np.sqrt(2 * 2.0**2 / (0.3 * 0.7 * 10_000))
    assert standard_error(made, errors) == pytest.approx(expected, rel=1e-12)
    assert detectable_effect(made, errors, 0.8, 0.95) / expected == pytest.approx(2.80, abs=0.005)  # his multiplier
    assert detectable_effect(made, errors, 0.5, 0.9) / expected == pytest.approx(norm.ppf(0.95), rel=1e-3)


@pytest.mark.parametrize("estimator", ["two_way_fixed_effects", "imputation"])
def test_weights_take_out_effects_of_cohorts_and_waves_and_are_one_on_the_treated(estimator: str) -> None:
    made = design(estimator=estimator, begins=(1, 3, 4))
    weights = cohort_weights(made)
    treated = np.arange(made.waves) >= np.array([1, 3, 4, 6])[:, None]
    assert np.abs(weights.sum(axis=0)).max() < 1e-12
    assert np.abs(weights.sum(axis=1)).max() < 1e-12
    assert weights[treated].sum() == pytest.approx(1)


@pytest.mark.parametrize("assigned", ["county", "village"])
@pytest.mark.parametrize("estimator", ["two_way_fixed_effects", "imputation"])
def test_it_is_the_spread_of_estimates_on_drawn_panels(assigned: str, estimator: str) -> None:
    made = design(assigned=assigned, estimator=estimator, treated=1 / 2, counties=12, villages=60)
    random = np.random.default_rng(7)
    weights, estimates = cohort_weights(made), []
    numbers = np.round(made.shares * made.villages)
    for _ in range(30):  # of the drawing of treatment
        position = np.searchsorted([*made.begins, made.waves], drawn_cohorts(made, random))
        of_rows = (weights / numbers[:, None])[position]
        estimates.append(np.einsum("dvt,vt->d", drawn_outcomes(made, ERRORS, random, 100), of_rows))
    assert np.std(np.concatenate(estimates)) == pytest.approx(standard_error(made, ERRORS), rel=0.06)


@pytest.mark.slow
def test_the_detectable_effect_is_found_as_often_as_it_says() -> None:
    made = design(villages=240, counties=40, begins=(2, 4), treated=0.5)
    effect = detectable_effect(made, ERRORS, 0.8, 0.95)
    random = np.random.default_rng(3)
    equation = Equation(
        outcome="y", unit="village", period="wave", treatments=["listed"], inference=Inference(cluster=["county"])
    )
    found, errors = [], []
    for _ in range(300):
        cohort = np.repeat(drawn_cohorts(made, random), made.waves)
        wave = np.tile(np.arange(made.waves), made.villages)
        listed = (wave >= cohort).astype(int)
        panel = pd.DataFrame(
            {
                "village": np.repeat(np.arange(made.villages), made.waves),
                "county": np.repeat(np.arange(made.counties), made.waves * made.villages // made.counties),
                "wave": wave,
                "listed": listed,
                "listed_cohort": np.where(cohort < made.waves, cohort, np.nan),
                "y": drawn_outcomes(made, ERRORS, random, 1)[0].ravel() + effect * listed,
            }
        )
        estimates, _ = estimate_block(panel, [equation])
        found.append(estimates["p_value"].iloc[0] < 0.05)
        errors.append(estimates["standard_error"].iloc[0])
    assert np.mean(found) == pytest.approx(0.8, abs=0.07)
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(standard_error(made, ERRORS), rel=0.06)


def test_a_design_with_one_treated_cluster_finds_nothing() -> None:
    assert np.isnan(detectable_effect(design(treated=0.1), ERRORS, 0.8, 0.95))
    assert detectable_effect(design(treated=0.1, assigned="village"), ERRORS, 0.8, 0.95) > 0


def test_errors_are_measured_as_they_were_drawn_whatever_units_and_waves_are_like() -> None:
    made = design(villages=3000, counties=600, waves=7)
    random = np.random.default_rng(11)
    outcome = drawn_outcomes(made, ERRORS, random, 1)[0]
    outcome = outcome + 5 * random.normal(size=(made.villages, 1)) + np.arange(made.waves)
    village, wave = np.indices(outcome.shape)
    panel = pd.DataFrame({"v": village.ravel(), "w": wave.ravel(), "c": village.ravel() // 5, "y": outcome.ravel()})
    measured = measured_errors(panel[panel.index % 11 != 0], "v", "w", "c", "y")
    assert measured.waves == 7
    for exact in (made, design(villages=900, counties=90, waves=6, begins=(3,), assigned="village")):
        assert standard_error(exact, measured.errors) == pytest.approx(standard_error(exact, ERRORS), rel=0.05)
    assert measured.errors.icc == pytest.approx(ERRORS.icc, abs=0.06)
