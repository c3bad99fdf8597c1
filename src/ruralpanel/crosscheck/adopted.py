"""Designs of staggered adoption that are estimated by a program of their own, in each language by that of its name."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ruralpanel.crosscheck.designs import CannotWrite, Design
from ruralpanel.estimation.adoption import Adoption, adoption_of
from ruralpanel.estimation.imputation import imputable_rows, split_leads
from ruralpanel.estimation.local_projections import bases_of
from ruralpanel.estimation.measured_from import curves_of
from ruralpanel.estimation.sample import estimation_sample
from ruralpanel.estimation.stacked import SINCE, STACK, TREATED, stack_of
from ruralpanel.frames.ledger import Ledger
from ruralpanel.study.blocks import Equation


@dataclass(frozen=True, kw_only=True)
class Adopted(Design):
    """Effects of a treatment that stays, by the program that is named like the estimator.

    Parameters
    ----------
    how
        What is done: ``imputed`` from untreated rows, ``two_steps``, ``in_stacks``, ``projected`` or ``compared``.
    begins
        The event time from which rows count as treated.
    leads
        Event times that have a coefficient in a regression on untreated rows.
    """

    how: str
    begins: int
    leads: tuple[int, ...] = ()


def of_imputation(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> Adopted:
    """Give the rows that untreated ones predict, and the leads that these can have."""
    adoption = _imputable(panel, equation, ledger)
    _, leads = split_leads(adoption, adoption.sample[adoption.untreated].reset_index(drop=True), equation)
    return Adopted(equation=equation, sample=adoption.sample, how="imputed", begins=adoption.begins, leads=tuple(leads))


def of_two_stage(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> Adopted:
    """Give the rows that untreated ones predict."""
    adoption = _imputable(panel, equation, ledger)
    return Adopted(equation=equation, sample=adoption.sample, how="two_steps", begins=adoption.begins)


def _imputable(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> Adoption:
    found, _ = imputable_rows(adoption_of(panel, equation, ledger), equation, ledger)
    return found


def of_stack(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> Adopted:
    """Give the rows that sub-experiments are made of.

    Raises
    ------
    CannotWrite
        If controls are chosen by a rule of the study, or a sub-experiment is not measured from the reference period.
    """
    if equation.near_misses is not None:
        raise CannotWrite("near_misses_in_script")
    adoption = adoption_of(panel, equation, ledger)
    stack, _ = stack_of(adoption, equation, ledger)
    curves = curves_of(stack, stack[SINCE].where(stack[TREATED]), stack[STACK], equation)
    if any(curve.base != equation.reference_period for curve in curves):
        raise CannotWrite("no_reference_in_script")
    return Adopted(equation=equation, sample=adoption.sample, how="in_stacks", begins=adoption.begins)


def of_projections(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> Adopted:
    """Give the rows that long differences are of.

    Raises
    ------
    CannotWrite
        If a cohort is not measured from the reference period, or is first treated between two periods.
    """
    adoption = adoption_of(panel, equation, ledger)
    periods = set(adoption.sample[equation.period])
    bases = bases_of(adoption, equation)
    if any(base != equation.reference_period or first not in periods for first, base in bases.items()):
        raise CannotWrite("no_reference_in_script")
    return Adopted(equation=equation, sample=adoption.sample, how="projected", begins=adoption.begins)


def of_comparisons(panel: pd.DataFrame, equation: Equation, ledger: Ledger) -> Adopted:
    """Give the rows of all comparisons of two groups."""
    return Adopted(equation=equation, sample=estimation_sample(panel, equation, ledger), how="compared", begins=0)
