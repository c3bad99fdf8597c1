"""The function of every sensitivity analysis: of a result, what could be wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Any

import pandas as pd
from pydantic import TypeAdapter, ValidationError

from ruralpanel.errors import Problem, nearest
from ruralpanel.exhibits.numbers import decimal, interval_words
from ruralpanel.face.declaration import FRAME
from ruralpanel.face.doors import bound, indented
from ruralpanel.face.errors import ArgumentError, FrameError, NoAnalysis
from ruralpanel.face.parameters import annotation_of, described
from ruralpanel.face.renaming import listed, plain
from ruralpanel.face.result import Result
from ruralpanel.face.texts import decimals_for
from ruralpanel.reasons import code_of
from ruralpanel.sensitivity.analysis import analyse
from ruralpanel.sensitivity.results import OUTCOME
from ruralpanel.study.estimators import LEAST_SQUARES, WITH_ONE_CURVE
from ruralpanel.study.sensitivity import ANALYSES, AnySensitivity, OfAdoption, OfRegression
from ruralpanel.words.frames import in_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_CHOSEN_BY_THE_RESULT = ("block", "specification", "outcome", "estimator", "treatment", "kind")
"""Keys that say whose estimates are looked at, which the result says."""

COLUMNS = {
    "event_times": "event_times",
    "quantity": "quantity",
    "under": "under",
    "bound": "bound",
    "value": "estimate",
    "standard_error": "std.error",
    "interval_low": "conf.low",
    "interval_high": "conf.high",
    "p_value": "p.value",
    "unit": "unit",
    "reason": "reason",
}


@dataclass(frozen=True, repr=False, eq=False)
class Analysis:
    """What a sensitivity analysis of a result found.

    Parameters
    ----------
    result
        Whose estimates were looked at.
    kind
        The analysis.
    declared
        What was asked for.
    results
        All columns, as a run of a study writes them: what is told is a code and its arguments.
    """

    result: Result
    kind: str
    declared: AnySensitivity
    results: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """Give one row a number: the interval or value under each bound, and the bound at which zero is in it."""
        return in_words(self.results, None)[list(COLUMNS)].rename(columns=COLUMNS)

    def plot(self, title: str | None = None, unit: str | None = None) -> Axes:
        """Draw intervals under parallel trends and under each bound; of `honest_did`.

        Raises
        ------
        NoAnalysis
            If the analysis is of another kind, which no figure shows.
        """
        from ruralpanel.face.plots import drawn, with_words

        if self.kind != "honest_did":
            hint = ".tidy() has its numbers"
            raise NoAnalysis([Problem(f"rp.{self.kind}", "has no figure of its own", hint=hint)])
        study = with_words(self.result.declared.study, title, unit)
        study = study.model_copy(update={"sensitivity": {self.kind: self.declared}})
        return drawn(study, {"kind": "honest_did_figure", "sensitivity": [self.kind]}, self.results)

    def _lines(self) -> list[tuple[str, str, str, str]]:
        rows = self.tidy().assign(code=self.results["unit"].map(code_of))
        digits = decimals_for(rows["conf.high"] - rows["conf.low"], rows["estimate"])
        lines = []
        for _, row in rows.iterrows():
            what = f"{row['quantity']}, {row['under']}" if row["under"] else str(row["quantity"])
            if pd.notna(row["bound"]):
                what += f" {row['bound']:g}"
            value = "" if pd.isna(row["estimate"]) else decimal(row["estimate"], max(digits, 2))
            ends = "" if pd.isna(row["conf.low"]) else interval_words(row["conf.low"], row["conf.high"], digits)
            lines.append((what, value, ends, row["reason"] or ("" if row["code"] == OUTCOME.code else row["unit"])))
        return lines

    def __repr__(self) -> str:
        lines = self._lines()
        widths = [max(len(line[at]) for line in lines) for at in range(3)]
        head = f"{self.kind} of {self.result.outcome}, {self.result.estimator}"
        times = next((each for each in self.tidy()["event_times"] if each), "")
        written = [head + (f", event time {times}" if times else "")]
        for what, value, ends, words in lines:
            cells = f"{what:<{widths[0]}}  {value:>{widths[1]}}  {ends:>{widths[2]}}"
            written.append(f"{cells}  {words}".rstrip())
        return "\n".join(written)

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr>{''.join(f'<td>{escape(each)}</td>' for each in line)}</tr>" for line in self._lines())
        return f"<table><caption>{escape(repr(self).splitlines()[0])}</caption>{rows}</table>"


@cache
def analysis(kind: str) -> Callable[..., Analysis]:
    """Make the function of an analysis.

    Parameters
    ----------
    kind
        A key of :data:`ruralpanel.study.sensitivity.ANALYSES`.
    """
    signature = signature_of(kind)

    def look(*args: Any, **kwargs: Any) -> Analysis:
        given = bound(signature, f"rp.{kind}", args, kwargs)
        return analysed(kind, given.pop("result"), given)

    look.__name__ = look.__qualname__ = kind
    look.__module__ = "ruralpanel"
    look.__doc__ = docstring(kind)
    look.__signature__ = signature  # type: ignore[attr-defined]
    return look


def _fields(kind: str) -> dict[str, Any]:
    fields = ANALYSES[kind].model_fields
    return {name: field for name, field in fields.items() if name not in _CHOSEN_BY_THE_RESULT}


def signature_of(kind: str) -> Signature:
    """Give the signature of the function of an analysis: the result, then the keys of the analysis by name."""
    parameters = [Parameter("result", Parameter.POSITIONAL_OR_KEYWORD, annotation="Result")]
    for name, field in _fields(kind).items():
        default = tuple(field.default) if isinstance(field.default, list) else field.default
        written = annotation_of(field.annotation)
        parameters.append(Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=written))
    return Signature(parameters, return_annotation="Analysis")


def analysed(kind: str, result: object, given: Mapping[str, Any]) -> Analysis:
    """Make an analysis of a result.

    Raises
    ------
    ArgumentError
        If it is no result.
    FrameError
        If an argument cannot be used.
    NoAnalysis
        If the analysis cannot be made of the result, and why.
    """
    door = f"rp.{kind}"
    if not isinstance(result, Result):
        what = f"the first argument is {type(result).__name__}; expected what rp.event_study or another gave"
        raise ArgumentError([Problem(door, what)])
    fields = _fields(kind)
    columns = {shown: name for name, shown in result.declared.names.items()}
    keys: dict[str, Any] = {"kind": kind, "block": FRAME}
    for name, value in given.items():
        if value is not None:
            is_list = "Sequence" in annotation_of(fields[name].annotation)
            written = plain(listed(value) if is_list else value)
            if name in ("term", "benchmarks"):
                written = [columns.get(each, each) for each in written] if is_list else columns.get(written, written)
            keys[name] = written
    try:
        declared: AnySensitivity = TypeAdapter(AnySensitivity).validate_python(keys)
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        place = next((str(part) for part in wrong["loc"] if part in fields), "")
        what = str(wrong.get("ctx", {}).get("error", wrong["msg"]))
        raise FrameError([Problem(door, what[:1].lower() + what[1:], place)]) from None
    if not declared.is_of(result.equation):
        usable = _usable(kind)
        what = f"is of {', '.join(usable)}, and this result is of {result.estimator}"
        raise NoAnalysis([Problem(door, what)])
    if isinstance(declared, OfRegression):
        _terms_exist(declared, result, door)
    found = analyse(kind, declared, [result.equation], result.estimates, result.found.covariance, result.declared.panel)
    if found["value"].isna().all():
        raise NoAnalysis([Problem(door, next(iter(in_words(found, None)["reason"])))])
    return Analysis(result, kind, declared, found)


def _usable(kind: str) -> list[str]:
    if issubclass(ANALYSES[kind], OfRegression):
        return list(LEAST_SQUARES)
    if issubclass(ANALYSES[kind], OfAdoption):
        return ["one treatment that stays, by its indicator"]
    return [f"rp.{name}" for name in WITH_ONE_CURVE]


def _terms_exist(declared: OfRegression, result: Result, door: str) -> None:
    """Complain of terms and benchmarks that the equation has not."""
    equation = result.equation
    valid = [*equation.treatment_terms, *equation.regressors]
    asked = [("term", [declared.term])] if declared.term else []
    asked += [("benchmarks", list(getattr(declared, "benchmarks", [])))]
    for argument, names in asked:
        for name in names:
            if name not in valid:
                hint = nearest(name, map(result.name, valid))
                raise FrameError([Problem(door, f"`{name}` is not on the right-hand side", argument, hint)])
    if not declared.term and not equation.treatment_terms:
        shown = [result.name(name) for name in valid]
        raise FrameError([Problem(door, "the result has no treatment", "term", f"say which: {', '.join(shown)}")])


def docstring(kind: str) -> str:
    """Write the docstring of the function of an analysis."""
    section = ANALYSES[kind]
    lines = [(section.__doc__ or "").strip(), "", "Parameters", "----------", "result : Result"]
    lines += ["    What an estimator's function gave."]
    for name, field in _fields(kind).items():
        lines += [f"{name} : {annotation_of(field.annotation)}, optional", *indented(described(section, name))]
    lines += ["", "Returns", "-------", "Analysis", "    `.tidy()`, and of `honest_did` `.plot()`."]
    lines += ["", "Raises", "------", "NoAnalysis", "    A ValueError: it cannot be made of this result, and why.", ""]
    return "\n".join(lines)
