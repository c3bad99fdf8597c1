"""The columns on the right-hand side that follow from others: treatments by moderators, moderators by period."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from pandas.arrays import SparseArray

from ruralpanel.study.blocks import Equation
from ruralpanel.study.fixed_effects import intercepts


@dataclass(frozen=True)
class Term:
    """A coefficient that is estimated.

    Parameters
    ----------
    column
        The column of the sample that it belongs to.
    name
        The term under which it is reported.
    period
        The period it is for; None where it holds for all.
    """

    column: str
    name: str
    period: int | None = None


def right_hand_side(sample: pd.DataFrame, equation: Equation) -> tuple[pd.DataFrame, list[Term]]:
    r"""Make the columns that an equation has on its right-hand side.

    With moderators :math:`M`, some of which may be products of others, these are :math:`D_{it}`,
    :math:`D_{it} M_{it}`, the regressors, and :math:`M_{it}` with a coefficient of its own in every period but the
    sample's first. Only where no fixed effect for units takes out the moderator's level does the first period have one
    too. There is none for periods in which a moderator is zero in all rows, such as those without the shock that it
    is. Products come after what they are made of, so that where the two are collinear the product is left out.

    Parameters
    ----------
    sample
        Rows from :func:`ruralpanel.estimation.sample.estimation_sample`.
    equation
        Gives treatments, moderators and regressors.

    Returns
    -------
    tuple of (pandas.DataFrame, list of Term)
        The rows with further columns, products of moderators among them, and the terms in the order in which they are
        reported.
    """
    products = {
        name: sample[name.split("*")].astype("float64").prod(axis=1) for name in equation.moderators if "*" in name
    }
    sample = sample.assign(**products)
    by_order = sorted(equation.moderators, key=lambda name: name.count("*"))  # as in the file where they are alike
    terms = [Term(name, name) for name in equation.treatment_terms]
    columns: dict[str, pd.Series] = {}
    for moderator in by_order:
        values = sample[moderator].astype("float64")
        for treatment in (equation.intensities.get(name, name) for name in equation.treatments):
            product = f"{treatment}*{moderator}"
            columns[product] = sample[treatment].astype("float64") * values
            terms.append(Term(product, product))
    terms += [Term(name, name) for name in equation.regressors]
    for moderator in by_order:
        values = sample[moderator].astype("float64")
        periods = sorted(int(period) for period in sample.loc[values != 0, equation.period].unique())
        first = int(sample[equation.period].min())
        taken_out = _is_taken_out(sample, moderator, equation)
        for period in periods:
            if taken_out and period == first:
                continue
            column = f"{moderator} in {period}"
            of_period = SparseArray(values.where(sample[equation.period] == period, 0.0), fill_value=0.0)
            columns[column] = pd.Series(of_period, index=sample.index)
            terms.append(Term(column, moderator, period))
    return sample.assign(**columns), terms


def _is_taken_out(sample: pd.DataFrame, moderator: str, equation: Equation) -> bool:
    """Tell whether fixed effects of units, or of the level treated, leave nothing of a moderator."""
    fixed = set(intercepts(equation.fixed_effects)) & {equation.unit, equation.timing_unit}
    return any(bool((sample.groupby(name)[moderator].nunique() <= 1).all()) for name in sorted(fixed))
