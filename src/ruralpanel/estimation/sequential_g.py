r"""The part of an effect that does not go through mediators, by sequential g-estimation.

Estimand: the average controlled direct effect :math:`E[Y_{it}(1, m) - Y_{it}(0, m)]` of a treatment with mediators held
at any values :math:`m`, where these act alike at all (Acharya, Blackwell & Sen 2016, section 3). Two regressions with
the equation's fixed effects and regressors :math:`X`:

.. math:: Y = \alpha + \beta_1 D + X'\delta_1 + Z'\zeta + M'\gamma + u, \qquad
   Y - M'\hat\gamma = \alpha + \beta D + X'\delta + v,

where :math:`Z` are intermediate variables, which the treatment moves and which move mediators and outcome. Controlling
for :math:`Z` and :math:`M` at once, as in the first, would take off what goes through :math:`Z`, and let in what moves
:math:`Z` and the outcome. It holds if, given all these, nothing unobserved moves the mediators and the outcome
(sequential unconfoundedness, their assumption 1), and if mediators act linearly and alike on treated and others
(assumption 2): no data say so.

Standard errors have the first regression's error in them (their appendix, the consistent variance), added up within
clusters without a small-sample correction. The total effect is the second regression without taking anything off; the
difference of the two has its standard error from both together.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ruralpanel.absorption.products import products_of, shares_of
from ruralpanel.arrays import Numbers
from ruralpanel.estimation.absorbed import fit_absorbed
from ruralpanel.estimation.adoption import clustered_fit, numbers_of
from ruralpanel.estimation.covariance import covariances
from ruralpanel.estimation.estimates import left_out_of
from ruralpanel.estimation.result import EquationResult, place_of
from ruralpanel.estimation.sample import CannotEstimate, estimation_sample
from ruralpanel.estimation.terms import average
from ruralpanel.frames.ledger import Ledger
from ruralpanel.reasons import because
from ruralpanel.study.blocks import Equation


def estimate(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> EquationResult:
    """Estimate the direct effect, the total effect, and their difference.

    Parameters
    ----------
    panel
        The panel.
    equation
        Has one treatment and ``mediation``; fixed effects, regressors and weights are those of both regressions.
    ledger
        Gets a line for every reason for which rows leave.

    Returns
    -------
    EquationResult
        The direct effect under the treatment's name, the total effect, and what goes through the mediators.

    Raises
    ------
    CannotEstimate
        If the treatment or a mediator is collinear with the rest, or there is no regression on this panel.
    """
    (treatment,) = equation.treatments
    asked = equation.mediation
    assert asked is not None
    sample = estimation_sample(panel, equation, ledger)
    first = [treatment, *equation.regressors, *asked.intermediate, *asked.mediators]
    fit = fit_absorbed(sample, first, equation, ledger)
    lost = [name for name in (treatment, *asked.mediators) if name in fit.collinear]
    if lost:
        raise CannotEstimate("mediation_collinear", names=lost)
    assert fit.absorbed is not None
    outcome, columns = fit.absorbed.outcome, fit.absorbed.regressors
    known = [name for name in columns if name not in asked.intermediate and name not in asked.mediators]
    mediators = columns[asked.mediators].to_numpy(dtype="float64").T
    moved = fit.coefficients[asked.mediators].to_numpy(dtype="float64")
    own = columns[known].to_numpy(dtype="float64").T
    place = known.index(treatment)

    _, of_first, residual = _regression(outcome, columns.to_numpy(dtype="float64").T)
    of_mediators = of_first[[list(columns).index(name) for name in asked.mediators]] * residual
    total, weights, left = _regression(outcome, own)
    direct, _, left_direct = _regression(outcome - moved @ mediators, own)
    # What an error of the mediators' coefficients moves in the direct effect, beside its own residuals.
    passed_on = shares_of(mediators, weights[place])
    of_direct = weights[place] * left_direct - passed_on @ of_mediators
    of_total = weights[place] * left
    estimates = np.array([direct[place], total[place], total[place] - direct[place]])
    contributions = np.column_stack([of_direct, of_total, of_total - of_direct])

    through = because("not_through", mediators=asked.mediators, intermediate=_beside(asked.intermediate))
    names = ["direct", "total", "through"]
    found = clustered_fit(names, estimates, contributions, fit.absorbed.sample, equation)
    places = [
        {"term": treatment},
        average(treatment, "total effect"),
        average(treatment, f"through {' and '.join(asked.mediators)}"),
    ]
    shared = {**found.shared, "left_out": left_out_of(equation, through)}
    rows = [{**shared, **each, **numbers_of(found, name, equation)} for each, name in zip(places, names, strict=True)]
    named = {place_of(row): name for row, name in zip(rows, names, strict=True)}
    return EquationResult(rows, covariances(rows, named, found))


def _beside(intermediate: list[str]) -> object:
    return because("given_intermediate", names=intermediate) if intermediate else None


def _regression(outcome: Numbers, columns: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Give coefficients, the weights of outcomes in them (columns by rows), and residuals."""
    products = products_of(columns)
    weights = np.linalg.solve(products, columns)
    coefficients = np.linalg.solve(products, shares_of(columns, outcome))
    return np.asarray(coefficients, "float64"), np.asarray(weights, "float64"), outcome - coefficients @ columns
