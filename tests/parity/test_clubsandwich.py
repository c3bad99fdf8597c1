"""Standard errors and Satterthwaite degrees of freedom that R clubSandwich prints for an irregular panel.

clubSandwich 0.5.8 under R 4.2.2, on `shared_1.csv` without rows in which ``y`` or ``x`` is missing, as ``d``; ``few``
are its first six counties. For each model ``m``::

    V <- vcovCR(m, cluster = d$county, type = "CR2")
    coef_test(m, vcov = V, test = "Satterthwaite")

With weights, ``r <- sqrt(d$weight)``: clubSandwich's own root for weighted regressions is another one, so that it is
given the regression that is computed here, on rows times the root of their weights.
"""

from __future__ import annotations

import numpy as np
import pytest

from ruralpanel.estimation.block import estimate_block
from tests.conftest import equation
from tests.parity.conftest import irregular

CR2 = {
    "lm(y ~ designated + x + factor(village) + factor(year), d)": (
        {},
        [0.022148809858931, 0.0046914350052775],
        [34.832325649584, 35.365103123984],
    ),
    "lm(y ~ designated + x + factor(village) + factor(year), few), cluster = few$county": (
        {"few": True},
        [0.052140764714662, 0.01160138269058],
        [4.1651152559195, 4.5194752567019],
    ),
    "lm(y ~ designated + x + factor(village) + factor(province):factor(year), d)": (
        {"fixed_effects": ["village", "province*year"]},
        [0.023579920462231, 0.0045312908380485],
        [34.716867481211, 35.230751569173],
    ),
    "lm(y ~ designated + x + factor(village) + factor(year), d), cluster = d$year": (
        {"cluster": "year"},
        [0.025202087104964, 0.0040151838306726],
        [11.40253758049, 11.920144862579],
    ),
    "lm(y ~ designated + x, d)": (
        {"fixed_effects": []},
        [0.035413190552466, 0.011697388298672],
        [33.731121753947, 35.65887920512],
    ),
    "lm(y ~ designated + x + factor(village) + factor(village):I(year - 2000) + factor(year), d)": (
        {"fixed_effects": ["village[year]", "year"]},
        [0.021811292526488, 0.0044370084110111],
        [32.598827083473, 35.434597041994],
    ),
    "lm(I(r * d$y) ~ 0 + I(r * model.matrix(~ designated + x + factor(village) + factor(year), d)))": (
        {"weights": "weight"},
        [0.025574688634723, 0.0055602149237156],
        [32.877969843454, 33.762318352559],
    ),
}
"""By model, what is asked for here, and what is printed for the treatment and for `x`: standard errors and degrees of
freedom."""

CR3 = {
    "lm(y ~ designated + x, d)": ([], [0.035952429299097, 0.011860159466657]),
    "lm(y ~ designated + x + factor(year), d)": (["year"], [0.04189825976701, 0.012794183169189]),
}
"""The same with ``type = "CR3"``, which is without the factor of the jackknife, and cannot be had with the villages."""


@pytest.mark.slow
@pytest.mark.parametrize("call", CR2)
def test_cr2_and_its_degrees_of_freedom_are_those_of_clubsandwich(call: str) -> None:
    asked, errors, freedom = CR2[call]
    changes = dict(asked)
    panel = irregular("shared_1").dropna(subset=["y", "x"])
    if changes.pop("few", False):
        panel = panel[panel["county"].isin(sorted(panel["county"].unique())[:6])]
    inference = {"cluster": [changes.pop("cluster", "county")], "small_sample": "cr2"}
    found = estimate_block(panel, [equation(regressors=["x"], inference=inference, **changes)])[0]
    np.testing.assert_allclose(found["standard_error"], errors, rtol=1e-8)
    np.testing.assert_allclose(found["degrees_of_freedom"], freedom, rtol=1e-7)


@pytest.mark.parametrize("call", CR3)
def test_cr3_is_that_of_clubsandwich_times_the_factor_of_the_jackknife(call: str) -> None:
    effects, errors = CR3[call]
    inference = {"cluster": ["county"], "small_sample": "cr3"}
    panel = irregular("shared_1")
    found = estimate_block(panel, [equation(regressors=["x"], fixed_effects=effects, inference=inference)])[0]
    np.testing.assert_allclose(found["standard_error"], np.array(errors) * np.sqrt(39 / 40), rtol=1e-8)
    assert (found["degrees_of_freedom"] == 39).all()
