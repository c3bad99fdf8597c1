"""Two runs side by side, coefficient by coefficient."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ruralpanel.errors import Problem, ProblemsFound, nearest
from ruralpanel.estimation.estimates import load_estimates
from ruralpanel.verification.tolerance import same

SHARED = ["specification", "outcome", "estimator", "term", "event_time", "event_time_bin", "cohort", "period"]
"""What a coefficient of one study has in common with that of another."""


class NothingToCompare(ProblemsFound):
    """One of the two sides has no estimates, or they have none in common."""

    heading = "The two cannot be compared"


def estimates_of(name: str, results: Path) -> pd.DataFrame:
    """Read all estimates of a run.

    Parameters
    ----------
    name
        A study whose results are in `results`, or a folder that holds the results of one.
    results
        The folder of results.

    Returns
    -------
    pandas.DataFrame
        The tidy estimates of all blocks.

    Raises
    ------
    NothingToCompare
        If there are none.
    """
    for folder in (results / name, Path(name)):
        files = sorted((folder / "estimates").glob("*.csv"))
        blocks = [path for path in files if "." not in path.stem]
        if blocks:
            return load_estimates(blocks)
    studies = [path.parent.relative_to(results).as_posix() for path in results.rglob("estimates") if path.is_dir()]
    hint = nearest(name, studies) or f"run it first: ./run --config study={name}"
    raise NothingToCompare([Problem(name, f"has no estimates, neither in {results / name} nor as a folder", hint=hint)])


def side_by_side(first: pd.DataFrame, second: pd.DataFrame, within: Sequence[str] = ("block",)) -> pd.DataFrame:
    """Put each coefficient of one run beside the same one of another.

    Parameters
    ----------
    first, second
        Tidy estimates.
    within
        What two coefficients have to share beside :data:`SHARED`; nothing where the studies have blocks of their own.

    Returns
    -------
    pandas.DataFrame
        One row a coefficient that either has, in the order of the first: estimates, standard errors and observations
        of both, the difference, how large it is in standard errors of the first, the relative difference (of estimate
        or standard error, whichever is larger, as a share of the larger number), and a status: ``same`` (equal to a
        relative 1e-7, standard errors too; estimates also if they differ by less than this in standard errors),
        ``differs``, ``sign flip``, ``only first`` or ``only second``. Coefficients
        that neither has a number for are left out.

    Raises
    ------
    NothingToCompare
        If they have no coefficient in common.
    """
    keys = [*within, *SHARED]
    numbers = ["estimate", "standard_error", "observations"]
    sides = [_numbered(each, keys, numbers) for each in (first, second)]
    together = sides[0].merge(sides[1], on=[*keys, "occurrence"], how="outer", suffixes=("_first", "_second"))
    together = together.sort_values(["order_first", "order_second"], kind="stable").reset_index(drop=True)
    has = [together[f"order_{side}"].notna() for side in ("first", "second")]
    if not (has[0] & has[1]).any():
        what = f"no coefficient has the same {', '.join(keys)} in both"
        raise NothingToCompare([Problem("estimates", what)])
    estimate, other = together["estimate_first"], together["estimate_second"]
    together["difference"] = other - estimate
    together["in_standard_errors"] = together["difference"].abs() / together["standard_error_first"]
    errors = together["standard_error_first"], together["standard_error_second"]
    apart = pd.concat([_apart(estimate, other), _apart(*errors)], axis=1)
    together["relative_difference"] = apart.max(axis=1)
    are_same = _equal("estimate", estimate, other, errors[0]) & _equal("standard_error", *errors, errors[0])
    together["status"] = np.select(
        [~has[1], ~has[0], are_same, estimate * other < 0],
        ["only first", "only second", "same", "sign flip"],
        "differs",
    )
    columns = [f"{name}_{side}" for name in numbers for side in ("first", "second")]
    return together[[*keys, *columns, "difference", "in_standard_errors", "relative_difference", "status"]]


def largest_first(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep what is not the same, by how many standard errors of the first it differs.

    A share says little of a difference: an estimate near 0 that changes its sign by a tenth of a standard error differs
    by 200%.

    Parameters
    ----------
    rows
        From :func:`side_by_side`. A standard error counts as an estimate does, whichever differs more. Rows without a
        standard error follow, by relative difference; what only one of the two has comes last.
    """
    error = rows["standard_error_first"]
    of_error = (rows["standard_error_second"] - error).abs() / error
    apart = pd.concat([rows["in_standard_errors"], of_error], axis=1).max(axis=1)
    different = rows.assign(apart=apart)[rows["status"] != "same"]
    by = ["apart", "relative_difference"]
    return different.sort_values(by, ascending=False, kind="stable", na_position="last").drop(columns="apart")


def _apart(left: pd.Series, right: pd.Series) -> pd.Series:
    """Give the difference of two columns as a share of the larger number: 0 where both are 0, at most 2."""
    left, right = left.astype("float64"), right.astype("float64")
    larger = pd.concat([left.abs(), right.abs()], axis=1).max(axis=1, skipna=False)
    return (left - right).abs() / larger.where(larger != 0, 1.0)


def _numbered(estimates: pd.DataFrame, keys: list[str], numbers: list[str]) -> pd.DataFrame:
    """Keep rows with a number; those that share all keys, as those of two blocks may, are told apart by their order."""
    rows = estimates.loc[estimates["estimate"].notna(), [*keys, *numbers]].reset_index(drop=True)
    return rows.assign(occurrence=rows.groupby(keys, dropna=False).cumcount(), order=rows.index.astype("float64"))


def _equal(name: str, left: pd.Series, right: pd.Series, error: pd.Series) -> pd.Series:
    return (left.isna() & right.isna()) | same(name, left, right, error, np.nan)
