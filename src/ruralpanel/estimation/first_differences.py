r"""First differences: changes of the outcome on changes of treatments and regressors.

Estimand: :math:`\beta` in :math:`\Delta Y_{it} = \Delta\lambda_t + \beta\,\Delta D_{it} + \Delta X_{it}'\delta +
\Delta\varepsilon_{it}`, the two-way equation less itself one period before (Wooldridge 2010, section 10.6). The unit's
effect leaves with the difference. With two periods these are the estimates of two-way fixed effects; with more, the two
differ where an effect grows or errors are persistent: differences look at the period in which a treatment changes, and
are efficient if errors are a random walk.

A difference is between periods that follow each other among those of the sample, so that in waves every two years it is
over two years. A unit that is missing in one of them has none. A fixed effect that has the period in it, such as
``year`` or ``region*year``, stays as it is, for the difference of such an effect is one again; one that is constant
within units leaves. Without an effect of the period there is a constant, which is a linear trend in levels.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from ruralpanel.estimation.absorbed import fit_absorbed
from ruralpanel.estimation.resampling import with_bootstrap
from ruralpanel.estimation.result import EquationResult
from ruralpanel.estimation.right_hand_side import right_hand_side
from ruralpanel.estimation.sample import OUTCOME, CannotEstimate, estimation_sample
from ruralpanel.estimation.two_way_fixed_effects import result_of
from ruralpanel.frames.ledger import Ledger
from ruralpanel.reasons import because
from ruralpanel.study.blocks import Equation
from ruralpanel.study.fixed_effects import columns_of

LEVEL = "level of the outcome"


def estimate(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> EquationResult:
    """Estimate the coefficients of treatments and regressors from changes.

    Parameters
    ----------
    panel
        The panel.
    equation
        Its treatments (by indicator or intensity), their interactions, moderators and regressors give the terms.
        Weights are those of the later period.
    ledger
        Gets a line for every reason for which rows leave, and one for the differences.

    Returns
    -------
    EquationResult
        One row a term, in the equation's order, and one a moderator and period. Observations are differences, and
        R² is of the changes that period effects leave; the mean of the outcome is of its level in the later period.

    Raises
    ------
    CannotEstimate
        If there is no estimate on this panel: no unit seen in two periods that follow each other, or a fixed effect
        that changes within units and has not the period in it.
    """
    sample, terms = right_hand_side(estimation_sample(panel, equation, ledger), equation)
    columns = [term.column for term in terms]
    effects = effects_left(sample, equation)
    changes = _differences(sample, columns, equation, ledger)
    within = equation.model_copy(update={"fixed_effects": effects})
    fit = fit_absorbed(changes, columns, within, ledger)
    result = result_of(fit, terms, equation)
    if equation.inference.bootstrap is not None:
        result = with_bootstrap(result, terms, fit, panel, within)
    weights = changes[equation.weights] if equation.weights else None
    mean = float(np.average(changes[LEVEL], weights=weights))
    return replace(result, rows=[{**row, "fixed_effects": effects, "outcome_mean": mean} for row in result.rows])


def effects_left(sample: pd.DataFrame, equation: Equation) -> list[str]:
    """List the fixed effects that differences leave, and refuse those whose difference is no fixed effect."""
    left = []
    for effect in equation.fixed_effects:
        names = columns_of(effect)
        others = [name for name in names if name != equation.period]
        moving = [name for name in others if (sample.groupby(equation.unit)[name].nunique() > 1).any()]
        if moving:
            raise CannotEstimate("effect_changes", effect=effect, unit=equation.unit, columns=moving)
        if equation.period in names:
            left.append(effect)
    return left


def _differences(sample: pd.DataFrame, columns: list[str], equation: Equation, ledger: Ledger) -> pd.DataFrame:
    """Take every row's outcome and right-hand side less those of the unit's row one period before."""
    position = pd.Series(np.unique(sample[equation.period], return_inverse=True)[1], index=sample.index)
    units = sample[equation.unit]
    follows = (units == units.shift()) & (position == position.shift() + 1)
    if not follows.any():
        raise CannotEstimate("no_periods_in_a_row", unit=equation.unit)
    moving = [OUTCOME, *dict.fromkeys(columns)]
    values = sample[moving].astype("float64")
    changes = {name: values[name] - values[name].shift() for name in moving}
    kept = sample.assign(**changes, **{LEVEL: sample[OUTCOME]})[follows]
    first = ~units.duplicated()
    gaps = int((~follows & ~first).sum())
    behind = because("behind_a_gap", rows=gaps) if gaps else None
    ledger.note("differenced", len(sample), kept, because("first_rows", unit=equation.unit, behind=behind))
    return kept.reset_index(drop=True)
