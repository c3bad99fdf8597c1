"""Pictures of results: the figures of the product, with the words of the call, and coefficients side by side."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pydantic import TypeAdapter

from ruralpanel.errors import Problem
from ruralpanel.face.declaration import FRAME
from ruralpanel.face.errors import FrameError
from ruralpanel.face.renaming import plain
from ruralpanel.study.estimators import ESTIMATORS
from ruralpanel.study.exhibits import KINDS, AnyExhibit
from ruralpanel.study.model import Study
from ruralpanel.words.frames import in_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes

    from ruralpanel.exhibits.caption import ExhibitDeclaration
    from ruralpanel.face.result import Result

PICTURE = "picture"
"""What the exhibit is called that a picture is."""

OF_EVENT_TIMES, OF_MEANS = ("event_study_figure",), ("trends_figure", "paths_figure")
"""The kinds of figures that show the whole of a result: effects by event time, or means."""


@contextmanager
def house_style() -> Iterator[Any]:
    """Draw with the house style, and leave the notebook the backend that it shows figures with."""
    import matplotlib as mpl

    backend = mpl.get_backend()  # the style chooses one for files, as the workflow needs it
    style = import_module("ruralpanel.exhibits.style")
    mpl.use(backend)
    with style.figure_style():
        yield style


def drawn(study: Study, exhibit: dict[str, Any], frame: pd.DataFrame) -> Axes:
    """Draw an exhibit of a study.

    Parameters
    ----------
    study
        The study, as :func:`ruralpanel.face.declaration.declare` makes it.
    exhibit
        The keys of the exhibit.
    frame
        What it reads: estimates, or results of a sensitivity analysis.

    Returns
    -------
    matplotlib.axes.Axes
        The first of the figure's axes.
    """
    with house_style():
        from ruralpanel.exhibits.caption import declared

        made: Any = TypeAdapter(AnyExhibit).validate_python({"title": study.title, **exhibit})
        declaration = declared(study.model_copy(update={"exhibits": {PICTURE: made}}), PICTURE)
        return _figure(declaration, frame)


def _figure(declaration: ExhibitDeclaration, frame: pd.DataFrame) -> Axes:
    kind = import_module(f"ruralpanel.exhibits.{declaration.exhibit.kind}")
    figure, _ = kind.draw(in_words(kind.plotted_data(frame, declaration), declaration.labels), declaration)
    axes: Axes = figure.axes[0]
    return axes


def plot(result: Result, title: str | None = None, unit: str | None = None) -> Axes:
    """Draw a result, as :meth:`ruralpanel.face.result.Result.plot` says."""
    whole = OF_EVENT_TIMES if len(result.event_study()) else OF_MEANS
    kinds = [each for each in whole if result.estimator in KINDS[each].estimators()]
    if not kinds:
        return coefplot(result, title=title, unit=unit)
    study = with_words(result.declared.study, title, unit)
    return drawn(study, {"kind": kinds[0], "blocks": [FRAME]}, result.estimates)


def with_words(study: Study, title: str | None, unit: str | None) -> Study:
    """Put other words for the outcome in place of those of the call."""
    changes = {key: value for key, value in (("label", title), ("unit", unit)) if value is not None}
    outcomes = {name: each.model_copy(update=changes) for name, each in study.outcomes.items()}
    return study.model_copy(update={"outcomes": outcomes})


def coefplot(
    *results: Result,
    names: Sequence[str] | None = None,
    terms: str | Sequence[str] | None = None,
    title: str | None = None,
    unit: str | None = None,
) -> Axes:
    """Draw the coefficients of several results side by side.

    Those by event time, where all results have them and no ``terms`` are chosen; else effects overall and of controls,
    one line a term.

    Parameters
    ----------
    *results
        From functions of estimators.
    names
        What each is called in the legend; left out, its estimator, or its outcome where these differ.
    terms
        The terms to show, in this order; left out, all.
    title, unit
        Above the axes, and of the effects; left out, those of the call.

    Returns
    -------
    matplotlib.axes.Axes
        Its ``figure`` saves the picture.

    Raises
    ------
    FrameError
        If there is nothing to draw, or not as many names as results.
    """
    called = legend_names(results, names, "rp.coefplot")
    if terms is None and all(len(each.event_study()) for each in results):
        return _event_times(results, called, title, unit)
    rows = [each.terms[each.terms["estimate"].notna()] for each in results]
    chosen = list(dict.fromkeys(name for part in rows for name in part["term"]))
    if terms is not None:
        chosen = wanted_of(terms, chosen, "rp.coefplot")
    if not chosen:
        hint = "terms are effects overall and controls; .event_study() has effects by event time"
        raise FrameError([Problem("rp.coefplot", "no result has a term to draw", hint=hint)])
    return _lines(results, rows, called, chosen, title, unit)


def wanted_of(terms: str | Sequence[str], there: Sequence[str], door: str) -> list[str]:
    """Give the terms that are asked for, of those there are.

    Raises
    ------
    FrameError
        If one is not there, or none is asked for.
    """
    wanted = [terms] if isinstance(terms, str) else list(terms)
    absent = [name for name in wanted if name not in there]
    if absent or not wanted:
        what = f"no result has the term `{absent[0]}`" if absent else "no terms are chosen"
        raise FrameError([Problem(door, what, "terms", f"there are: {', '.join(there)}")])
    return wanted


def legend_names(results: Sequence[Result], names: Sequence[str] | None, door: str) -> list[str]:
    """Say what each result is called beside the others.

    Raises
    ------
    FrameError
        If there are no results, something else is among them, or the names are not as many.
    """
    from ruralpanel.face.result import Result

    others = [type(each).__name__ for each in results if not isinstance(each, Result)]
    if others or not results:
        what = f"takes results of estimators, and not {others[0]}" if others else "needs a result of an estimator"
        raise FrameError([Problem(door, what, hint=f"{door}(first, second)")])
    if names is not None:
        if isinstance(names, str) or len(names) != len(results):
            what = f"there are {len(results)} results, and {1 if isinstance(names, str) else len(names)} names"
            raise FrameError([Problem(door, what, "names")])
        return [str(each) for each in names]
    shorts = [ESTIMATORS[each.estimator].short for each in results]
    outcomes = [label_of(each) for each in results]
    several = len(set(outcomes)) > 1
    found = [f"{outcome}: {short}" if several else short for outcome, short in zip(outcomes, shorts, strict=True)]
    if len(set(found)) == len(found):
        return found
    return [f"({number}) {each}" for number, each in enumerate(found, start=1)]


def label_of(result: Result) -> str:
    """Give what the outcome of a result is called in figures and tables."""
    (outcome,) = result.declared.study.outcomes.values()
    return outcome.label


def _event_times(results: Sequence[Result], names: Sequence[str], title: str | None, unit: str | None) -> Axes:
    """Draw effects by event time of several results over each other, each a specification of one block."""
    first = results[0]
    one = len({label_of(each) for each in results}) == 1
    study = with_words(first.declared.study, title if title is not None else None if one else "Effects", unit)
    (block,) = study.blocks.values()
    specifications = {f"series_{number}": name for number, name in enumerate(names, start=1)}
    parts = [
        each.estimates.assign(
            specification=key,
            outcome=first.equation.outcome,
            estimator=first.estimator,
            term=first.estimates["term"][0],
        )
        for key, each in zip(specifications, results, strict=True)
    ]
    data = block.model_dump(mode="python", exclude_unset=True, exclude={"specifications"})
    again = type(block).model_validate(
        plain(data) | {"specifications": {key: {"label": name} for key, name in specifications.items()}}
    )
    study = study.model_copy(update={"blocks": {FRAME: again}})
    frame = pd.concat(parts, ignore_index=True)
    return drawn(study, {"kind": OF_EVENT_TIMES[0], "blocks": [FRAME]}, frame)


def _lines(
    results: Sequence[Result],
    rows: Sequence[pd.DataFrame],
    names: Sequence[str],
    terms: Sequence[str],
    title: str | None,
    unit: str | None,
) -> Axes:
    """Draw one line a term, with a point and an interval for each result that has it."""
    with house_style() as style:
        from ruralpanel.words.estimates import OutcomeWords

        step = 0.6 / max(len(results), 2)
        height = 0.9 + 0.42 * len(terms) + 0.16 * len(terms) * (len(results) - 1)
        figure, (axes,) = style.stacked_panels([max(1.7, height)])
        axes.axvline(0, color="#555555", linewidth=0.8)
        for number, (part, name) in enumerate(zip(rows, names, strict=True)):
            own = part[part["term"].isin(terms)]
            at = own["term"].map({term: place for place, term in enumerate(terms)}).astype("float64")
            at = at + (number - (len(results) - 1) / 2) * step
            ends = own[["conf.low", "conf.high"]].to_numpy(dtype="float64")
            middle = own["estimate"].to_numpy(dtype="float64")
            whiskers = np.nan_to_num(np.abs(ends - middle[:, None])).T
            axes.errorbar(
                middle,
                at,
                xerr=whiskers,
                fmt=style.MARKERS[number % len(style.MARKERS)],
                color=style.COLOURS[number % len(style.COLOURS)],
                markersize=4.5,
                linewidth=1.2,
                capsize=2,
                label=name,
            )
        axes.set_yticks(range(len(terms)), [_tick(term, rows) for term in terms])
        axes.set_ylim(len(terms) - 0.5, -0.5)
        axes.grid(visible=False, axis="y")
        explained = [outcome for each in results for outcome in each.declared.study.outcomes.values()]
        words = {OutcomeWords.of(each).effect_unit for each in explained}
        of_all = unit if unit is not None else words.pop() if len(words) == 1 else ""
        axes.set_xlabel(style.axis_label("Coefficient", of_all))
        heads = {label_of(each) for each in results}
        axes.set_title(title if title is not None else heads.pop() if len(heads) == 1 else "")
        style.legend_below(figure)
        style.sns.despine(ax=axes)
    drawn_on: Axes = axes
    return drawn_on


def _tick(term: str, rows: Sequence[pd.DataFrame]) -> str:
    """Write a term beside its line, with the weight that it has in a decomposition."""
    words = term.replace("*", " × ")
    if len(rows) == 1 and "weight_share" in rows[0]:
        shares = rows[0].loc[rows[0]["term"] == term, "weight_share"].dropna()
        words += f" ({shares.iloc[0]:.0%})" if len(shares) else ""
    return words
