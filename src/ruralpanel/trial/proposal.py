"""What a formula asks for, as a block of the study: outcomes, columns to derive, and the keys of the block."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruralpanel.errors import nearest
from ruralpanel.frames.expression_syntax import ExpressionError, columns_in, parsed
from ruralpanel.study.blocks import Block
from ruralpanel.study.estimators import DIAGNOSING, ESTIMATORS, LEAST_SQUARES, is_own, reading
from ruralpanel.study.model import Study
from ruralpanel.treatment_columns import cohort_column
from ruralpanel.trial.errors import TrialError
from ruralpanel.trial.formula import arguments_of, call_of, read_formula, split
from ruralpanel.trial.names import Levels, Names, outcome_of

BY_EVENT_TIME = next(name for name, each in ESTIMATORS.items() if each.drafted == "event_times")

_SEVERAL_LAGS = re.compile(r"([lf])\((.+),\s*(-?[0-9]+)\s*:\s*(-?[0-9]+)\s*\)")
_SLOPE = re.compile(r"([^\[\]]+)\[([^\[\]]*)\]")

SHARED = ("treatments", "interactions", "regressors", "fixed_effects")
"""Keys of a specification that a formula has, in the order in which they are written."""


@dataclass(frozen=True)
class Options:
    """What is asked for beside the formula.

    Parameters
    ----------
    estimator
        Its name; empty where the formula chooses.
    cluster
        Columns to cluster by, one or two.
    weights, sample
        A column, and a condition on rows.
    more
        Further keys of the block, as a study file has them.
    """

    estimator: str = ""
    cluster: Sequence[str] = ()
    weights: str = ""
    sample: str = ""
    more: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Proposal:
    """What would be added to a study file.

    Parameters
    ----------
    derived
        Columns to derive, by name.
    outcomes
        New outcomes, by name.
    block
        The keys of the block.
    notes
        How the formula was read, where that is not plain.
    """

    derived: dict[str, dict[str, Any]]
    outcomes: dict[str, dict[str, Any]]
    block: dict[str, Any]
    notes: list[str]

    def added_to(self, data: Mapping[str, Any], name: str) -> dict[str, Any]:
        """Give the contents of the study file with the block in it.

        Parameters
        ----------
        data
            The contents of the file.
        name
            Of the block.
        """
        panel = dict(data["panel"])
        if self.derived:
            panel["derived"] = {**panel.get("derived", {}), **self.derived}
        outcomes = {**data["outcomes"], **self.outcomes}
        return {**data, "panel": panel, "outcomes": outcomes, "blocks": {**data["blocks"], name: self.block}}


def propose(formula: str, options: Options, study: Study, levels: Levels) -> Proposal:
    """Write a formula down as a block.

    Parameters
    ----------
    formula
        In the language of fixest.
    options
        What is asked for beside it.
    study
        The study, which says what names mean.
    levels
        Gives the values of a column of the built panel.

    Raises
    ------
    TrialError
        With all that is wrong: names that are not there, what cannot be written.
    """
    asked = read_formula(formula)
    names = Names(study, levels)
    outcomes = dict(outcome_of(names, each) for each in asked.outcomes)
    endogenous = [_Side(names).single(each) for each in asked.endogenous]
    sides = []
    for terms in asked.right_hands:
        side = _Side(names)
        for term in (*asked.endogenous, *terms):
            side.add(term)
        sides.append(side)
    effects = [[each for effect in models for each in _effects(names, effect)] for models in asked.fixed_effects]
    estimators = {side.estimator for side in sides if side.estimator}
    if len(estimators) > 1 or (estimators and not all(side.estimator for side in sides)):
        names.complain("models with effects by event time and without are two commands", "give one after the other")
    default = reading("instruments")[0] if asked.instruments else LEAST_SQUARES[0]
    chosen = options.estimator or next(iter(estimators), default)
    if chosen not in ESTIMATORS and not is_own(chosen):
        begins = [name for name in ESTIMATORS if name.startswith(chosen.lower())]
        names.complain(
            f"`{chosen}` is no estimator", nearest(begins[0] if begins else chosen, ESTIMATORS), "--estimator"
        )
    block: dict[str, Any] = {"outcomes": list(outcomes), "estimators": [chosen]}
    models = [side.keys() | {"fixed_effects": each} for side in sides for each in effects]
    specifications = _specifications(models, names)
    block |= specifications.pop("", {})
    if asked.instruments:
        block |= {"instruments": [names.column(each) for each in asked.instruments], "endogenous": endogenous}
    block |= _options(options, names)
    block |= {"specifications": specifications} if specifications else {}
    _more(block, options, names)
    if names.problems:
        raise TrialError(names.problems)
    new = {name: keys for name, keys in outcomes.items() if keys}
    return Proposal(names.derived, new, block, names.notes)


class _Side:
    """The right-hand side of one model, term by term."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.treatments: list[str] = []
        self.interactions: list[str] = []
        self.regressors: list[str] = []
        self.estimator = ""

    def keys(self) -> dict[str, list[str]]:
        """Give what is on it as keys of a specification."""
        return {key: list(dict.fromkeys(getattr(self, key))) for key in SHARED[:-1]}

    def single(self, term: str) -> str:
        """Give the one treatment or column that a term is."""
        return self.names.treatment(term) or self._column(term)

    def add(self, term: str) -> None:
        """Put a term of the formula on the right-hand side."""
        called = call_of(term)
        if called == "i":
            self._by_values(term)
        elif called == "sunab":
            self._by_cohort(term)
        elif several := _SEVERAL_LAGS.fullmatch(term.replace(" ", "")):
            which, column, first, last = several.groups()
            step = 1 if int(last) >= int(first) else -1
            for periods in range(int(first), int(last) + step, step):
                self.add(f"{which}({column}, {periods})")
        elif len(starred := split(term, "*")) > 1:
            for size in range(1, len(starred) + 1):
                self._products(starred, size)
        elif len(parts := split(term, ":")) > 1:
            self._product(parts)
        elif treatment := self.names.treatment(term):
            self.treatments.append(treatment)
        else:
            self.regressors.append(self._column(term))

    def _column(self, term: str) -> str:
        plain = term.strip().strip("`")
        return self.names.column(plain) if plain.isidentifier() else self.names.expression(plain)

    def _products(self, parts: Sequence[str], size: int) -> None:
        from itertools import combinations

        for each in combinations(parts, size):
            if size == 1:
                self.add(each[0].strip())
            else:
                self._product(each)

    def _product(self, parts: Sequence[str]) -> None:
        """Put a product on the right-hand side: of treatments that are there themselves as the study has it."""
        treatments = [self.names.treatment(each.strip()) for each in parts]
        if all(treatments) and set(treatments) <= set(self.treatments):
            self.interactions.append("*".join(treatments))
            return
        columns = [
            self.names.study.designation[name].column_in_equations(name) if name else self._column(part)
            for name, part in zip(treatments, parts, strict=True)
        ]
        self.regressors.append(self.names.product(columns))

    def _by_values(self, term: str) -> None:
        """Read ``i(treatment)`` as effects by event time, and ``i(column, x, ref = value)`` as one a value."""
        plain, reference, wrong = _arguments(term, "ref")
        if wrong or not 1 <= len(plain) <= 2:
            self.names.complain(f"`{term}` cannot be read", "`i(treatment)`, or `i(year, x, ref = 2012)`")
            return
        treatment = self.names.event_time_of(plain[0])
        if treatment and len(plain) == 1:
            stated = self.names.study.designation[treatment].reference_period
            if reference is not None and reference != stated:
                what = f"event times of `{treatment}` are measured from {stated}, and not from {reference}"
                hint = f"write `ref = {stated}`, or `reference_period: {reference}` under `designation.{treatment}`"
                self.names.complain(what, hint)
            self._of_one_treatment(treatment, BY_EVENT_TIME)
            return
        column, by = self.names.column(plain[0]), self._column(plain[1]) if len(plain) > 1 else ""
        self.regressors += self.names.dummies(column, by, reference)

    def _by_cohort(self, term: str) -> None:
        """Read ``sunab(treatment)`` or ``sunab(cohort, period)`` as averages over cohorts."""
        plain, _, wrong = _arguments(term)
        cohorts = {cohort_column(name): name for name in self.names.study.designation}
        treatment = cohorts.get(plain[0], "") or self.names.treatment(plain[0]) if plain and not wrong else ""
        if not treatment or plain[1:] not in ([], [self.names.study.panel.period]):
            valid = ", ".join(f"`sunab({name})`" for name in self.names.study.designation)
            self.names.complain(f"`{term}` names no treatment of this study", f"valid here: {valid}" if valid else "")
            return
        self._of_one_treatment(treatment, DIAGNOSING["averages"])

    def _of_one_treatment(self, treatment: str, estimator: str) -> None:
        if self.estimator or self.treatments:
            self.names.complain("effects by event time are of one treatment alone", f"leave all but `{treatment}` out")
        self.treatments.append(treatment)
        self.estimator = estimator


def _arguments(term: str, *keywords: str) -> tuple[list[str], Any, bool]:
    """List plain arguments of a call, give the value of a keyword, and tell whether there is anything else."""
    plain, value, wrong = [], None, False
    for each in arguments_of(term):
        key, sign, written = each.partition("=")
        if not sign:
            plain.append(each)
        elif key.strip() in keywords:
            try:
                value = ast.literal_eval(written.strip())
            except (ValueError, SyntaxError):
                wrong = True
        else:
            wrong = True
    return plain, value, wrong


def _effects(names: Names, written: str) -> list[str]:
    """Read a fixed effect: ``province^year``, ``village[year]``, ``village[year, x]``."""
    if "[[" in written:
        within = written.partition("[")[0]
        names.complain(f"`{written}` has slopes without intercepts", f"write `{within}[…]`, with intercepts")
        return []
    slope = _SLOPE.fullmatch(written.strip())
    of = slope[1] if slope else written
    if call_of(of):
        names.complain(f"`{of}` is no column, as fixed effects are", "columns, pairs `a^b`, and slopes `a[x]`")
        return []
    intercept = "*".join(names.column(each) for each in of.replace("^", "*").split("*"))
    slopes = [names.column(each) for each in slope[2].split(",")] if slope else []
    return [f"{intercept}[{each}]" for each in slopes] or [intercept]


def _specifications(models: Sequence[dict[str, list[str]]], names: Names) -> dict[str, dict[str, Any]]:
    """Give what all models share under an empty name, and what is their own, each with a label."""
    first = models[0]
    varying = [key for key in SHARED if any(model[key] != first[key] for model in models)]
    needed = ("treatments", "fixed_effects")  # left out, they would be all treatments, and unit and period
    found: dict[str, dict[str, Any]] = {
        "": {key: first[key] for key in SHARED if key not in varying and (first[key] or key in needed)}
    }
    common = {key: [each for each in first[key] if all(each in model[key] for model in models)] for key in varying}
    for number, model in enumerate(models if len(models) > 1 else [], start=1):
        own = {key: model[key] for key in varying}
        added = {key: [each for each in own[key] if each not in common[key]] for key in varying}
        words = [
            " + ".join(_words(each, names) for each in added[key])
            + (" fixed effects" if key == "fixed_effects" else "")
            for key in varying
            if added[key]
        ]
        label = f"({number})" + (f" {'; '.join(words)}" if words else "")
        found[f"model_{number}"] = {"label": label, **own}
    return found


def _words(name: str, names: Names) -> str:
    return " × ".join(names.label(part) for part in name.split("*"))


def _options(options: Options, names: Names) -> dict[str, Any]:
    """Give the keys of the block that options state."""
    found: dict[str, Any] = {}
    if options.weights:
        found["weights"] = names.column(options.weights, "--weights")
    if options.sample:
        found["sample"] = options.sample
        try:
            found["sample"] = ast.unparse(parsed(options.sample))
            for name in sorted(columns_in(options.sample)):
                if name not in names.columns:
                    names.complain(f"the panel has no column `{name}`", nearest(name, names.columns), "--sample")
        except ExpressionError as error:
            names.complain(str(error), "such as `year >= 2012 and province != 83`", "--sample")
    if options.cluster:
        found["inference"] = {"cluster": [names.column(each, "--cluster") for each in options.cluster]}
    return found


def _more(block: dict[str, Any], options: Options, names: Names) -> None:
    """Put further keys of a block into it."""
    for key, value in (options.more or {}).items():
        if key not in Block.model_fields:
            names.complain(f"a block has no key `{key}`", nearest(key, Block.model_fields), "--with")
        elif key == "inference" and isinstance(value, Mapping):
            block["inference"] = {**block.get("inference", {}), **value}
        elif key in block and key not in ("fixed_effects",):
            names.complain(f"`{key}` is given by the formula or an option already", "leave it out", "--with")
        else:
            block[key] = value
