"""Make a sensitivity analysis of a study: each of its kinds, from estimates or from the panel, into one table."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd

from ruralpanel.sensitivity.results import ROW, CannotAnalyse, results_frame
from ruralpanel.study.blocks import Equation
from ruralpanel.study.sensitivity import AnySensitivity, OfAdoption, OfEventStudy, OfRegression, SpecificationCurve


def kind_module(kind: str) -> str:
    """Name the module of a kind, imported by name so that a change to one kind reruns only its analyses."""
    return f"ruralpanel.sensitivity.{kind}"


def analyse(
    name: str,
    declared: AnySensitivity,
    equations: Sequence[Equation],
    estimates: pd.DataFrame,
    covariance: pd.DataFrame,
    panel: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Make one analysis of all the equations it is of.

    Parameters
    ----------
    name
        The entry of the study.
    declared
        What it asks for.
    equations
        From :meth:`ruralpanel.study.model.Study.equations_analysed`.
    estimates, covariance
        Of their block.
    panel
        For kinds that need it.

    Returns
    -------
    pandas.DataFrame
        The columns of :data:`ruralpanel.sensitivity.results.COLUMNS` behind a running number. What cannot be computed
        is in it with the reason.
    """
    if isinstance(declared, SpecificationCurve):
        assert panel is not None
        together: pd.DataFrame = import_module(kind_module(declared.kind)).analyse(name, declared, panel, equations)
        together.insert(0, ROW, range(1, len(together) + 1))
        return together
    frames = []
    for equation in equations:
        term = declared.term_of(equation)
        try:
            if isinstance(declared, OfRegression):
                assert panel is not None
                rows = _of_regression(declared, panel, equation, term)
            elif isinstance(declared, OfAdoption):
                assert panel is not None
                rows = import_module(kind_module(declared.kind)).analyse(declared, panel, equation)
            else:
                rows = _of_event_study(declared, _own(estimates, equation), _own(covariance, equation), equation, term)
        except CannotAnalyse as error:
            rows = [{"reason": error.reason}]
        frames.append(results_frame([{"term": term, **row} for row in rows], name, declared.kind, equation))
    results = pd.concat(frames, ignore_index=True)
    results.insert(0, ROW, range(1, len(results) + 1))
    return results


def _own(frame: pd.DataFrame, equation: Equation) -> pd.DataFrame:
    """Pick the rows of one equation."""
    of = {key: getattr(equation, key) for key in ("specification", "outcome", "estimator")}
    return frame[np.logical_and.reduce([frame[key] == value for key, value in of.items()])]


def _of_event_study(
    declared: OfEventStudy, rows: pd.DataFrame, pairs: pd.DataFrame, equation: Equation, term: str
) -> list[dict[str, Any]]:
    from ruralpanel.sensitivity.event_study import event_study_of

    study, effects = event_study_of(rows, pairs, equation.anticipation.get(term, 0))
    if len(study.leads) == 0:
        raise CannotAnalyse("one_period_before")
    found: list[dict[str, Any]] = import_module(kind_module(declared.kind)).analyse(declared, study, effects)
    return found


def _of_regression(declared: OfRegression, panel: pd.DataFrame, equation: Equation, term: str) -> list[dict[str, Any]]:
    from ruralpanel.sensitivity.regression import regression_of

    regression = regression_of(panel, equation, term)
    found: list[dict[str, Any]] = import_module(kind_module(declared.kind)).analyse(declared, regression)
    return found
