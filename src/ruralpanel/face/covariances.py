"""The covariance of a result's coefficients: by event time as the estimation stage gives it, or else by term."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ruralpanel.estimation.absorbed import fit_absorbed
from ruralpanel.estimation.assignment import Levels, with_assignment
from ruralpanel.estimation.right_hand_side import right_hand_side
from ruralpanel.estimation.sample import estimation_sample
from ruralpanel.face.declaration import Declared
from ruralpanel.frames.ledger import Ledger
from ruralpanel.study.blocks import Equation
from ruralpanel.study.estimators import LEAST_SQUARES


def by_event_time(pairs: pd.DataFrame) -> pd.DataFrame:
    """Lay out pairs of event times as a square.

    Parameters
    ----------
    pairs
        With the columns of :data:`ruralpanel.estimation.covariance.COVARIANCE_COLUMNS`.
    """
    upper = pairs.pivot_table(index="event_time", columns="event_time_other", values="covariance")
    times = sorted({*upper.index, *upper.columns})
    upper = upper.reindex(index=times, columns=times)
    full = upper.where(upper.notna(), upper.T).astype("float64")
    full.index = full.columns = pd.Index([int(each) for each in times], name="event_time")
    return full


def of_terms(declared: Declared, equation: Equation, known: pd.DataFrame) -> pd.DataFrame:
    """Give the covariance of coefficients by term.

    The estimation stage keeps variances only, so that two-way fixed effects are fitted once more, by the same
    functions. Of other estimators, what is beside the diagonal is missing.

    Parameters
    ----------
    declared, equation
        The call, and what was estimated.
    known
        The rows that have a standard error: ``name``, ``term`` in the estimates, ``event_time`` and ``std.error``.

    Returns
    -------
    pandas.DataFrame
        A square with the names of the rows.
    """
    names = pd.Index(known["name"], name="event_time" if known["event_time"].notna().any() else "term")
    matrix = np.full((len(known), len(known)), np.nan)
    np.fill_diagonal(matrix, known["std.error"].to_numpy(dtype="float64") ** 2)
    square = pd.DataFrame(matrix, index=names, columns=names)
    if equation.estimator not in LEAST_SQUARES or equation.matching is not None or len(known) < 2:
        return square
    ledger = Ledger("estimation", "covariance", equation.unit, equation.period)
    levels = Levels(declared.panel, equation.unit, equation.period)
    asked = with_assignment(levels, equation, ledger)
    sample, terms = right_hand_side(estimation_sample(levels.panel, asked, ledger), asked)
    fit = fit_absorbed(sample, [term.column for term in terms], asked, ledger)
    columns = {term.name: term.column for term in terms if term.period is None}
    if set(known["term"]) <= set(columns):
        chosen = [columns[term] for term in known["term"]]
        square.loc[:, :] = fit.covariance.matrix.loc[chosen, chosen].to_numpy()
    return square
