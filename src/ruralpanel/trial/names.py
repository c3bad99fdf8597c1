"""What the names of a formula mean in a study, and the columns that have to be derived for it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ruralpanel.errors import Problem, nearest
from ruralpanel.frames.expression_syntax import FUNCTIONS, ExpressionError, columns_in
from ruralpanel.study.model import Study
from ruralpanel.study.outcomes import Outcome
from ruralpanel.treatment_columns import event_time_column
from ruralpanel.trial.formula import WHERE
from ruralpanel.words.names import within_a_sentence

SHIFTS = {"l": 1, "f": -1}
"""Functions of fixest that take the value of another period, and the sign of the number of periods."""

ANY_TREATMENT = ("treated", "treatment", "treat", "post")
LISTED = ("listed", "on_list", "designated")
"""Words that people have for a treatment, whatever a study calls it; the latter for one that is read from lists."""

CALLED_OTHERWISE = {"asinh": "arcsinh", "ln": "log"}
"""What R and others call a function of the language of study files."""

Levels = Callable[[str], Sequence[Any]]
"""Gives the distinct values of a column of the built panel, in order."""


@dataclass
class Names:
    """Reads names as a study has them, derives columns, and keeps all that is wrong.

    Parameters
    ----------
    study
        The study.
    levels
        Gives the values of a column of the built panel.
    """

    study: Study
    levels: Levels
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    derived: dict[str, dict[str, Any]] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.columns = self.study.panel_columns()

    def complain(self, what: str, hint: str = "", key: str = "") -> None:
        """Keep a problem, so that all are told at once."""
        problem = Problem(key or WHERE, what, hint=hint)
        if problem not in self.problems:
            self.problems.append(problem)

    def treatment(self, name: str) -> str:
        """Give the treatment that a name means: its own, that of its intensity, or a word for it; empty for none."""
        designations = self.study.designation
        terms = self.study.treatment_terms
        if name in terms:
            return terms[name]
        if name in self.columns or name in self.study.outcomes:
            return ""
        by_list = [key for key, each in designations.items() if each.listed is not None]
        meant = (
            by_list if name in LISTED and by_list else list(designations) if name in (*LISTED, *ANY_TREATMENT) else []
        )
        if len(meant) == 1:
            self.note(f"`{name}` is read as `{meant[0]}` ({designations[meant[0]].label or meant[0]})")
            return meant[0]
        if meant:
            self.complain(f"`{name}` could be {' or '.join(f'`{key}`' for key in meant)}", "name the treatment")
            return meant[0]
        return ""

    def note(self, words: str) -> None:
        """Keep what a user should know of how the formula was read, once."""
        if words not in self.notes:
            self.notes.append(words)

    def column(self, name: str, what: str = WHERE) -> str:
        """Give the column of the panel that a name means.

        Parameters
        ----------
        name
            As it is written.
        what
            Where it is written, for the message.
        """
        name = name.strip().strip("`")
        if name in self.columns or name in self.derived:
            return name
        if treatment := self.treatment(name):
            return treatment
        if name in self.study.outcomes:
            outcome = self.study.outcomes[name]
            if outcome.adoption is None:
                found = outcome.column or name
                self.note(f"`{name}` is the column `{found}`")
                return found
        self.complain(f"the panel has no column `{name}`", nearest(name, self.known()), what)
        return name

    def known(self) -> list[str]:
        """List the names that can be written."""
        listed = any(each.listed is not None for each in self.study.designation.values())
        return [*self.columns, *self.study.outcomes, *(LISTED[:1] if listed else ())]

    def expression(self, text: str) -> str:
        """Give a column for a term that is no plain name: one that the study derives so, or a new one.

        Parameters
        ----------
        text
            Such as ``log(distance)``, ``x^2``, ``I(a / b)`` or ``l(x, 2)``.
        """
        try:
            tree = ast.parse(_inner(text).replace("^", "**"), mode="eval")
        except SyntaxError:
            self.complain(f"`{text}` cannot be read", f"functions here: {', '.join(sorted(self.functions()))}")
            return text
        body = _Shifts(self).visit(tree.body)
        if isinstance(body, ast.Name):
            return body.id
        if isinstance(body, ast.Call) and len(body.args) != 1:
            called = body.func.id if isinstance(body.func, ast.Name) else ast.unparse(body.func)
            self.complain(f"`{called}` takes one column or expression: `{text}`")
            return text
        return self.derive(ast.unparse(body), self._words(body, text))

    def _words(self, body: ast.AST, text: str) -> str:
        """Say what a reader sees for an expression: the log of a label, its square, or the expression as it stands."""
        match body:
            case ast.Call(func=ast.Name(id="log"), args=[ast.Name(id=name)]):
                return f"Log of {within_a_sentence(self.label(name))}"
            case ast.BinOp(left=ast.Name(id=name), op=ast.Pow(), right=ast.Constant(value=2)):
                return f"{self.label(name)}, squared"
        return " ".join(text.split())

    @staticmethod
    def functions() -> Collection[str]:
        """Name all functions that can be written in a term."""
        return {*FUNCTIONS, *SHIFTS, *CALLED_OTHERWISE, "d", "i", "sunab", "I", "sw", "sw0", "csw", "csw0", "c"}

    def derive(self, expression: str, label: str) -> str:
        """Give a column for an expression of the language of study files, whose names are columns already."""
        try:
            columns_in(expression)
        except ExpressionError as error:
            called = _functions_in(expression) - set(FUNCTIONS)
            hints = [nearest(name, self.functions()) for name in sorted(called)]
            self.complain(str(error), "; ".join(hints))
            return expression
        for name, each in self.study.panel.derived.items():
            if each.expression is not None and _same(each.expression, expression):
                return name
        return self._kept(_name_of(expression), {"expression": expression, "label": label})

    def shifted(self, column: str, periods: int) -> str:
        """Give the column with the value of another period of the same unit."""
        if periods == 0:
            return column
        for name, each in self.study.panel.derived.items():
            if each.lag == column and each.periods == periods:
                return name
        when = f"{abs(periods)} {self.study.panel.period}{'s' if abs(periods) > 1 else ''}"
        label = f"{self.label(column)}, {when} {'before' if periods > 0 else 'later'}"
        if self.study.panel.sample:
            self.note("values of other periods are of the built panel; a run takes them before `panel.sample`")
        name = f"{column}_{'lag' if periods > 0 else 'lead'}_{abs(periods)}"
        return self._kept(name, {"lag": column, "periods": periods, "label": label})

    def label(self, column: str) -> str:
        """Say what a reader sees for a column."""
        own = self.derived.get(column, {}).get("label")
        return own or self.study.labels().get(column) or column.replace("_", " ")

    def _kept(self, wanted: str, keys: dict[str, Any]) -> str:
        taken = [*self.columns, *self.study.outcomes]
        for number in range(1, len(taken) + len(self.derived) + 2):
            name = wanted[:56] if number == 1 else f"{wanted[:56]}_{number}"
            if self.derived.get(name) == keys:
                return name
            if name not in taken and name not in self.derived:
                self.derived[name] = keys
                return name
        raise AssertionError("a name is free among as many")

    def product(self, parts: Sequence[str]) -> str:
        """Give the column of a product of columns."""
        label = " × ".join(map(self.label, parts))
        return self.derive(" * ".join(parts), label)

    def dummies(self, column: str, by: str, reference: Any) -> Iterator[str]:
        """Give a column of 0 and 1 for every value of a column but the reference, multiplied with another if given."""
        values = list(self.levels(column)) if column in self.columns else []
        if column in self.columns and reference is None and not by and values:
            reference = values[0]
        if reference is not None and values and reference not in values:
            self.complain(f"`{column}` is never {reference!r}", nearest(reference, map(str, values)))
        if len(values) > MOST_LEVELS:
            effect = f"{column}[{by}]" if by else column
            what = f"`{column}` has {len(values)} values, and each would have a coefficient"
            self.complain(what, f"put it behind the bar, as the fixed effect `{effect}`")
            return
        for value in values:
            if value != reference:
                condition = f"({column} == {value!r})"
                expression = f"{by} * {condition}" if by else condition[1:-1]
                words = f"{self.label(column)} = {value}"
                yield self.derive(expression, f"{self.label(by)} × ({words})" if by else words)

    def event_time_of(self, name: str) -> str:
        """Give the treatment whose event time, or whose own name, is meant; empty for none."""
        of_times = {event_time_column(key): key for key in self.study.designation}
        return of_times.get(name, "") or self.treatment(name)


MOST_LEVELS = 60
"""Values of a column that may have a coefficient each."""


class _Shifts(ast.NodeTransformer):
    """Puts columns in place of names and of other periods' values."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(self.names.column(node.id), ast.Load())

    def visit_Call(self, node: ast.Call) -> ast.AST:
        called = node.func.id if isinstance(node.func, ast.Name) else ""
        if called == "I" and len(node.args) == 1:
            inside: ast.AST = self.visit(node.args[0])
            return inside
        if called in SHIFTS or called == "d":
            return self._other_period(called, node)
        if called in CALLED_OTHERWISE:
            node.func = ast.Name(CALLED_OTHERWISE[called], ast.Load())
        node.args = [self.visit(each) for each in node.args]
        return node

    def _other_period(self, called: str, node: ast.Call) -> ast.AST:
        try:
            periods = int(ast.literal_eval(node.args[1])) if len(node.args) > 1 else 1
        except (ValueError, TypeError):
            self.names.complain(f"`{ast.unparse(node)}` does not say how many periods", f"`{called}(x, 1)`")
            return node
        inside: ast.AST = self.visit(node.args[0]) if node.args else node
        written = ast.unparse(inside)
        column = inside.id if isinstance(inside, ast.Name) else self.names.derive(written, written)
        if called != "d":
            return ast.Name(self.names.shifted(column, SHIFTS[called] * periods), ast.Load())
        before = self.names.shifted(column, periods)
        return ast.BinOp(ast.Name(column, ast.Load()), ast.Sub(), ast.Name(before, ast.Load()))


def transformed(text: str) -> tuple[str, str]:
    """Take a transformation of outcomes off an expression: ``log(y)`` is ``y`` in logs."""
    tree = _tree(text)
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and len(tree.args) == 1:
        called = CALLED_OTHERWISE.get(tree.func.id, tree.func.id)
        how = {"log": "log", "arcsinh": "inverse_hyperbolic_sine"}.get(called)
        if how is not None:
            return ast.unparse(tree.args[0]).replace("**", "^"), how
    return text, "none"


def outcome_of(names: Names, text: str) -> tuple[str, dict[str, Any]]:
    """Give the outcome that an expression on the left means: one of the study, or a new one with its keys.

    A name is that of an outcome first, which may be of a column that is called otherwise.
    """
    outcomes = names.study.outcomes
    inside, how = transformed(text)
    stated = outcomes.get(inside.strip())
    if stated is not None and stated.adoption is not None:
        return inside.strip(), {}
    if stated is not None:
        column = stated.column or inside.strip()
        if column != inside.strip():
            hidden = f"; the panel's own column of that name is `I({inside})`" if inside in names.columns else ""
            names.note(f"`{inside}` is the study's outcome, of the column `{column}`{hidden}")
        if how == "none" and stated.transformation != "none":
            names.note(f"`{inside}` is in its own unit; as the study has it: `{_written(inside, stated)}`")
    elif inside.isidentifier():
        column = names.column(inside)
    else:
        column = names.expression(inside)
    for name, each in outcomes.items():
        if each.adoption is None and (each.column or name) == column and each.transformation == how:
            return name, {}
    label = stated.label if stated is not None else names.label(column)
    unit = (
        stated.unit
        if stated is not None
        else names.study.column_origins()[column].unit
        if column in names.columns
        else None
    )
    keys: dict[str, Any] = {"column": column, "label": label} | ({"unit": unit} if unit else {})
    keys |= {"transformation": how} if how != "none" else {}
    wanted = {"log": f"log_{column}", "inverse_hyperbolic_sine": f"asinh_{column}"}.get(how, column)
    taken = {*outcomes, *(names.columns if wanted != column else ())}
    name = next(each for each in (wanted, *(f"{wanted}_{number}" for number in range(2, 99))) if each not in taken)
    return name, keys


def _written(name: str, outcome: Outcome) -> str:
    return f"{ {'log': 'log', 'inverse_hyperbolic_sine': 'asinh'}[outcome.transformation] }({name})"


def _inner(text: str) -> str:
    """Leave an `I()` around the whole away."""
    tree = _tree(text)
    while (
        isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "I" and len(tree.args) == 1
    ):
        tree = tree.args[0]
        text = ast.unparse(tree)
    return text


def _tree(text: str) -> ast.expr | None:
    try:
        return ast.parse(text.strip().replace("^", "**"), mode="eval").body
    except SyntaxError:
        return None


def _functions_in(expression: str) -> set[str]:
    calls = [node.func for node in ast.walk(ast.parse(expression)) if isinstance(node, ast.Call)]
    return {function.id for function in calls if isinstance(function, ast.Name)}


def _same(first: str, second: str) -> bool:
    return ast.unparse(ast.parse(first)) == ast.unparse(ast.parse(second))


def _name_of(expression: str) -> str:
    """Make a name of an expression: ``log(distance)`` is ``log_distance``."""
    words = re.sub(r"[^a-z0-9]+", "_", expression.lower()).strip("_")
    return words if words[:1].isalpha() else f"x_{words}"
