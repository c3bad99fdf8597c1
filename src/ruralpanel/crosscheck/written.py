"""What scripts of every language share: the data beside them, and the designs of a block under plain names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd

from ruralpanel.crosscheck.adopted import Adopted
from ruralpanel.crosscheck.designs import ByCohort, CannotWrite, Design, GroupTimes, Means, Regression, TreatedCells
from ruralpanel.crosscheck.names import MADE, plain_names
from ruralpanel.estimation.assignment import Levels, with_assignment
from ruralpanel.estimation.modules import MATCHING
from ruralpanel.estimation.sample import CannotEstimate, with_plain_numbers
from ruralpanel.frames.ledger import Ledger
from ruralpanel.reasons import Reason
from ruralpanel.study.blocks import Equation
from ruralpanel.study.estimators import ESTIMATORS
from ruralpanel.study.fixed_effects import columns_of
from ruralpanel.treatment_columns import cohort_column, event_time_column


@dataclass(frozen=True)
class Numbered:
    """A design, by its number in the block.

    Parameters
    ----------
    number
        From one; the rows of its sample are those in which ``made_in_<number>`` is 1.
    design
        What is estimated.
    """

    number: int
    design: Design

    @property
    def rows(self) -> str:
        """The column of 1 for its rows, and 0 for others."""
        return f"{MADE}in_{self.number}"

    @property
    def weights(self) -> str | None:
        """The column of its weights; one of its own where matching makes them."""
        equation = self.design.equation
        return f"{MADE}weight_{self.number}" if equation.matching is not None else equation.weights


@dataclass(frozen=True)
class WrittenBlock:
    """A block, ready to be written in any language.

    Parameters
    ----------
    block
        Its name.
    designs
        Of those equations that have one.
    without
        Equations that have none, with the reason.
    panel
        The panel, with the columns that designs name.
    """

    block: str
    designs: Sequence[Numbered]
    without: Sequence[tuple[Equation, Reason]]
    panel: pd.DataFrame

    @cached_property
    def names(self) -> Mapping[str, str]:
        """By column of the panel, what it is called in the data."""
        used = dict.fromkeys(name for each in self.designs for name in columns_used(each.design))
        return plain_names(used)

    @cached_property
    def data(self) -> pd.DataFrame:
        """The rows of any of its samples, every column a number: see :func:`as_numbers`."""
        found = {self.names[name]: as_numbers(self.panel[name]) for name in self.names}
        every = np.zeros(len(self.panel), dtype=bool)
        for each in self.designs:
            equation = each.design.equation
            keys = [equation.unit, equation.period]
            at = pd.MultiIndex.from_frame(self.panel[keys]).get_indexer(
                pd.MultiIndex.from_frame(each.design.sample[keys])
            )
            here = np.zeros(len(self.panel), dtype="int64")
            here[at] = 1
            found[each.rows] = pd.Series(here, index=self.panel.index)
            every |= here == 1
            if each.weights is not None and each.weights not in self.names:
                weights = np.full(len(self.panel), np.nan)
                weights[at] = each.design.sample[equation.weights].to_numpy(dtype="float64")
                found[each.weights] = pd.Series(weights, index=self.panel.index)
        return pd.DataFrame(found)[every].reset_index(drop=True)


def as_numbers(column: pd.Series) -> pd.Series:
    """Give a column as numbers that R and Stata read alike.

    Truth values are 0 and 1. Anything that is no number, such as a code, is numbered from 1 in the order of its values:
    groups stay groups, no leading zero is lost, and no name of a place or a person is written. Missing values, and
    infinite ones, of which no estimate is made, are missing.
    """
    if pd.api.types.is_bool_dtype(column.dtype):
        return column.astype("float64") if column.isna().any() else column.astype("int64")
    if pd.api.types.is_numeric_dtype(column.dtype):
        if pd.api.types.is_integer_dtype(column.dtype) and not column.isna().any():
            return column.astype("int64")
        numbers = column.astype("float64")
        return numbers.where(np.isfinite(numbers))
    codes, _ = pd.factorize(column, sort=True)
    numbered = pd.Series(codes + 1.0, index=column.index, name=column.name)
    return numbered.where(numbered > 0)


def columns_used(design: Design) -> list[str]:
    """Name the columns of the panel that scripts of a design read."""
    equation = design.equation
    names = [equation.unit, equation.period, equation.outcome_column, *(equation.inference.cluster or [])]
    if equation.weights is not None and equation.matching is None:
        names.append(equation.weights)
    if not isinstance(design, GroupTimes | Means):
        names += [name for effect in equation.fixed_effects for name in columns_of(effect)]
        names += equation.instruments
    if isinstance(design, Regression):
        names += [name for column in design.columns for name in column.factors]
        names += [column.within[0] for column in design.columns if column.within is not None]
    if isinstance(design, Adopted):
        names += equation.regressors
    if isinstance(design, ByCohort | TreatedCells | GroupTimes | Means | Adopted):
        names += [cohort_column(name) for name in equation.treatments]
    if isinstance(design, ByCohort | TreatedCells | Adopted):
        names += [event_time_column(name) for name in equation.treatments]
    if equation.inference.vcov.needs_places:
        names += [name for name in (equation.latitude, equation.longitude) if name]
    return list(dict.fromkeys(names))


def written_block(panel: pd.DataFrame, block: str, equations: Sequence[Equation]) -> WrittenBlock:
    """Find the design of every equation of a block.

    Parameters
    ----------
    panel
        The panel.
    block
        The block's name.
    equations
        From :meth:`ruralpanel.study.model.Study.equations`.
    """
    above = Levels(with_plain_numbers(panel), equations[0].unit, equations[0].period)
    designs: list[Numbered] = []
    without: list[tuple[Equation, Reason]] = []
    for number, asked in enumerate(equations, start=1):
        try:
            designs.append(Numbered(number, _design(above, asked)))
        except (CannotEstimate, CannotWrite) as error:
            without.append((asked, error.reason))
    return WrittenBlock(block, designs, without, above.panel)


def _design(above: Levels, asked: Equation) -> Design:
    path = ESTIMATORS[asked.estimator].crosscheck
    if not path:
        if ESTIMATORS[asked.estimator].is_own:
            raise CannotWrite("own_in_script", estimator=asked.estimator)
        raise CannotWrite("not_in_script", estimator=asked.estimator)
    ledger = Ledger("crosscheck", asked.block, asked.unit, asked.period)
    equation = with_assignment(above, asked, ledger)
    panel = above.panel
    if panel.duplicated([equation.unit, equation.period]).any():
        raise CannotWrite("rows_not_told_apart_in_script", unit=equation.unit, period=equation.period)
    if equation.matching is not None:
        panel, _ = import_module(MATCHING).match(panel, equation, ledger)
    module, _, function = path.partition(":")
    design: Design = getattr(import_module(module), function)(panel, equation, ledger)
    return design


def refuse_variance(design: Design) -> CannotWrite:
    """Say that a form has no standard errors of a kind."""
    return CannotWrite("variance_in_script", variance=design.equation.inference.variance)


def refuse_correction(design: Design) -> CannotWrite:
    """Say that a form has no such small-sample correction."""
    return CannotWrite("correction_in_script", small_sample=design.equation.inference.small_sample)


def save_data(block: WrittenBlock, path: Path) -> None:
    """Write a block’s data: commas, a dot, an empty field for what is missing, all digits that a number has."""
    block.data.to_csv(path, index=False, lineterminator="\n", na_rep="")
