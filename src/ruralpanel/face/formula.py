"""Least squares by formula: ``y ~ x | village + year``, as R fixest writes it."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from ruralpanel.errors import Problem, nearest
from ruralpanel.face import columns as read
from ruralpanel.face.declaration import declare
from ruralpanel.face.doors import result_of
from ruralpanel.face.errors import ArgumentError, FrameError
from ruralpanel.face.parameters import arguments_of
from ruralpanel.face.result import Result
from ruralpanel.study.estimators import LEAST_SQUARES, reading

DOOR = "rp.feols"

ROW, ALL_ROWS = "row_of_the_frame", "all_rows"
"""Unit and period where the frame has none: each row is a unit of its own, in one period."""


def feols(
    panel: pd.DataFrame,
    formula: str,
    *,
    cluster: str | Sequence[str] | None = None,
    weights: str | None = None,
    unit: str | None = None,
    period: str | None = None,
    variance: Literal["clustered", "heteroskedastic", "homoskedastic", "spatial"] | None = None,
    **more: Any,
) -> Result:
    """Estimate a linear regression with fixed effects, and with instruments where the formula has any.

    Parameters
    ----------
    panel : pandas.DataFrame
        The rows, in any order. It is not changed.
    formula : str
        ``outcome ~ regressors | fixed effects | endogenous ~ instruments``, the last two parts where there are any.
        What formulaic understands may stand in the first: ``log(y)``, ``x * z``, ``C(region)``, ``I(x**2)``. Fixed
        effects are columns, pairs of them as ``province^year`` and slopes as ``village[year]``.
    cluster : str or sequence of str, optional
        The column, or two, that define clusters. Left out: the unit where it is known, or else standard errors are
        robust to heteroskedasticity.
    weights : str, optional
        A column of weights.
    unit, period : str, optional
        What tells rows apart. Left out, they are the first two fixed effects where these do, or else each row is a
        unit.
    variance : str, optional
        Of the errors; left out, ``clustered`` where there are clusters and ``heteroskedastic`` else.
    **more
        Further arguments of :func:`ruralpanel.two_way_fixed_effects`, such as ``small_sample`` and ``level``.

    Returns
    -------
    Result
        ``.tidy()``, ``.glance()``, ``.vcov``, ``.plot()``, ``.summary()``.

    Raises
    ------
    FrameError
        A ValueError: the formula cannot be read, or a column cannot be used, with the nearest valid choice.

    Examples
    --------
    >>> import causaldata
    >>> import ruralpanel as rp
    >>> states = causaldata.castle.load_pandas().data
    >>> fit = rp.feols(states, "l_homicide ~ post | sid + year", cluster="sid")
    >>> print(f"{fit.overall['estimate']:.4f} ({fit.overall['std.error']:.4f})")
    0.0694 (0.0559)
    """
    frame = read.checked_frame(panel, DOOR)
    left, right, effects, endogenous, instruments = _parts(formula)
    outcome, regressors, made = _columns(frame, left, right)
    terms = [*endogenous, *regressors]
    used = [("formula", name) for effect in effects for name in _columns_of(effect)]
    used += [("formula", name) for name in (*endogenous, *instruments)]
    read.existing(pd.concat([frame, made], axis=1), used, DOOR)
    if not terms:
        raise FrameError([Problem(DOOR, "the formula has nothing on its right-hand side", "formula", "y ~ x")])
    unit, period, known = _keys(frame, effects, unit, period)
    given: dict[str, Any] = {"outcome": outcome, "unit": unit, "period": period, "controls": terms}
    given |= {"fixed_effects": effects, "weights": weights, "cluster": cluster, "variance": variance, **more}
    if cluster is None and variance is None and not known:
        given["variance"] = "heteroskedastic"
    kept = [name for name in frame.columns if name not in made.columns]
    whole = pd.concat([frame[kept], made], axis=1)
    if not known:
        whole[ROW], whole[ALL_ROWS] = range(len(whole)), 1
    (estimator,) = LEAST_SQUARES
    if instruments:
        (estimator,) = reading("instruments")
        given |= {"instruments": instruments, "endogenous": endogenous}
    _known_arguments(given, estimator)
    found = result_of(declare(estimator, DOOR, whole, given), DOOR)
    return Result(found.declared, found.equation, found.found, DOOR, unit_is_known=known)


def _known_arguments(given: Mapping[str, Any], estimator: str) -> None:
    """Complain of an argument that the estimator's own function has not."""
    known = arguments_of(estimator)
    unknown = [name for name in given if name not in known]
    if unknown:
        raise ArgumentError(Problem(DOOR, f"has no argument `{name}`", hint=nearest(name, known)) for name in unknown)


def _parts(formula: object) -> tuple[str, str, list[str], list[str], list[str]]:
    """Take a formula apart: outcome, regressors, fixed effects, endogenous columns, instruments."""
    if not isinstance(formula, str) or "~" not in formula:
        what = f"is {formula!r}; expected an outcome, a tilde and regressors"
        raise FrameError([Problem(DOOR, what, "formula", "'y ~ x | village + year'")])
    parts = [each.strip() for each in formula.split("|")]
    effects: list[str] = []
    endogenous: list[str] = []
    instruments: list[str] = []
    for part in parts[1:]:
        if "~" in part:
            left, _, right = part.partition("~")
            endogenous, instruments = _listed(left), _listed(right)
        elif part != "0":
            effects = [each.replace("^", "*").replace(" ", "") for each in _listed(part)]
    if len(parts) > 3 or parts[0].count("~") != 1 or not all(parts) or parts[0].startswith("~"):
        what = f"{formula!r} is no formula with a tilde and at most two bars"
        raise FrameError([Problem(DOOR, what, "formula", "'y ~ x | village + year | endogenous ~ instrument'")])
    if re.search(r"\blag\s*\(", parts[0]):
        what = "lag() does not know where a unit ends"
        hint = "panel.sort_values(['village', 'year']).groupby('village')['x'].shift() lags within units"
        raise FrameError([Problem(DOOR, what, "formula", hint)])
    left, _, right = parts[0].partition("~")
    return left.strip(), right.strip(), effects, endogenous, instruments


def _listed(part: str) -> list[str]:
    return [each.strip().strip("`") for each in part.split("+") if each.strip()]


def _columns_of(effect: str) -> list[str]:
    return [each for each in effect.replace("[", "*").replace("]", "").split("*") if each]


def _columns(frame: pd.DataFrame, left: str, right: str) -> tuple[str, list[str], pd.DataFrame]:
    """Give outcome and regressors by name, and the columns that formulaic makes of the frame for them."""
    from formulaic import Formula
    from formulaic.errors import DataMismatchWarning, FactorEvaluationError, FormulaicError

    try:
        formula = Formula(f"{left} ~ {right or '1'}")
        if not hasattr(formula, "lhs"):  # the tilde stands within brackets
            raise SyntaxError
        _only_computes(formula)
        needed = [name for name in sorted(map(str, formula.required_variables)) if name not in ("0", "1")]
        read.existing(frame, [("formula", name) for name in needed], DOOR)
        _no_dates(frame, formula)
        with np.errstate(all="ignore"), warnings.catch_warnings():
            # the logarithm of zero is missing, and its row is counted with those left out
            warnings.filterwarnings("ignore", category=DataMismatchWarning)  # of a group that is missing: see below
            made = formula.get_model_matrix(frame[needed].copy(), na_action="ignore", output="pandas", context={})
    except (FactorEvaluationError, ValueError, TypeError) as error:
        if isinstance(error, FrameError):
            raise
        what = " ".join(str(error).split())
        raise FrameError([Problem(DOOR, f"the formula cannot be computed: {what}", "formula")]) from None
    except (FormulaicError, SyntaxError, RecursionError):
        what = f"`{left} ~ {right}` cannot be read"
        raise FrameError([Problem(DOOR, what, "formula", "'y ~ x + log(z) | village + year'")]) from None
    outcome = list(made.lhs.columns)
    if len(outcome) != 1:
        what = f"`{left}` makes {len(outcome)} columns; a regression explains one"
        raise FrameError([Problem(DOOR, what, "formula")])
    regressors = [name for name in made.rhs.columns if name != "Intercept"]
    both = pd.concat([pd.DataFrame(made.lhs), pd.DataFrame(made.rhs)[regressors]], axis=1)
    both = both.loc[:, ~both.columns.duplicated()]
    unknown = _unknown(frame, formula).to_numpy()
    if unknown.any():
        both = both.mask(np.broadcast_to(unknown[:, np.newaxis], both.shape))
    return str(outcome[0]), regressors, both


def _factors(formula: Any) -> list[Any]:
    """List what the terms of both sides are products of, each once."""
    return list({factor: None for term in (*formula.lhs, *formula.rhs) for factor in term.factors})


def _no_dates(frame: pd.DataFrame, formula: Any) -> None:
    """Complain of dates that stand in a formula as numbers would.

    Raises
    ------
    FrameError
        With the column.
    """
    for factor in _factors(formula):
        if factor.eval_method.value == "lookup" and factor.expr in frame and frame[factor.expr].dtype.kind in "mM":
            name = factor.expr
            hint = f"panel[{name!r}].dt.year, or C({name}) for a group of each date"
            raise FrameError([Problem(DOOR, f"`{name}` holds dates, and not numbers", "formula", hint)])


def _unknown(frame: pd.DataFrame, formula: Any) -> pd.Series:
    """Find the rows in which something is missing that a term is made of.

    A missing group would be none of the groups, and so the one that is left out; what is compared with a missing number
    is false. Both are unknown, as R has them. A factor that asks what is missing has an answer in every row.
    """
    named: set[str] = set()
    for factor in _factors(formula):
        if not re.search(r"\bnp\.(isnan|isfinite|fmax|fmin)\b", factor.expr):
            named |= {str(each) for each in factor.required_variables}
    return frame[[name for name in frame.columns if name in named]].isna().any(axis=1)


def _only_computes(formula: Any) -> None:
    """Refuse what a formula would do beside computing: methods of columns, and of numpy what is no function of numbers.

    A formula may come from somebody else, in a file of settings or a table of specifications.
    """
    for factor in _factors(formula):
        if factor.eval_method.value != "python":
            continue
        for node in ast.walk(ast.parse(re.sub(r"`[^`]*`", "x", factor.expr).strip(), mode="eval")):
            if isinstance(node, ast.Attribute):
                of_numpy = isinstance(node.value, ast.Name) and node.value.id == "np"
                if of_numpy and isinstance(getattr(np, node.attr, np.log), np.ufunc):
                    continue  # or what numpy has not, which is said when it is computed
            elif not isinstance(node, (ast.Lambda, ast.NamedExpr, ast.comprehension, ast.Await, ast.Yield)):
                continue
            what = f"`{factor.expr}` does more than compute from columns"
            raise FrameError([Problem(DOOR, what, "formula", "make the column in the frame first")])


def _keys(frame: pd.DataFrame, effects: list[str], unit: str | None, period: str | None) -> tuple[str, str, bool]:
    """Find what tells rows apart: as stated, the first two fixed effects, or each row by itself."""
    if (unit is None) != (period is None):
        what = "`unit` and `period` go together"
        raise FrameError([Problem(DOOR, what, "period" if period is None else "unit")])
    if unit is not None and period is not None:
        return unit, period, True
    if len(effects) >= 2 and all(each in frame.columns for each in effects[:2]):
        first, second = effects[:2]
        whole = pd.api.types.is_integer_dtype(frame[second]) and not frame[[first, second]].isna().any(axis=None)
        if whole and not frame.duplicated([first, second]).any():
            return first, second, True
    return ROW, ALL_ROWS, False
