"""What the types of a study file cannot catch: parts that refer to what is not there, or that cannot go together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from ruralpanel.errors import Problem, nearest
from ruralpanel.sources.geojson import lines_in
from ruralpanel.sources.packages import available_loaders
from ruralpanel.study.blocks import Block, Specification
from ruralpanel.study.designation import Designation, YearlyList, designation_columns
from ruralpanel.study.exhibits import ESTIMATORS_SHOWN, RegressionTable
from ruralpanel.study.expressions import ExpressionError, columns_in, is_condition
from ruralpanel.study.model import Study
from ruralpanel.study.places import DistanceTo, Places
from ruralpanel.study.yaml_file import KeyPath, YamlFile, dotted, is_directory, is_file


def problems_in(study: Study, file: YamlFile, root: Path) -> list[Problem]:
    """Check that the parts of a study fit together.

    Parameters
    ----------
    study
        A study whose types are right.
    file
        The file it was read from, for line numbers.
    root
        The top of the repository, from which raw files are looked for.

    Returns
    -------
    list of Problem
        Everything found, in the file's order; empty when the study can be run.
    """
    checks = _Checks(study, file, root)
    found = {str(problem): problem for problem in checks.all()}
    return list(found.values())


class _Checks:
    def __init__(self, study: Study, file: YamlFile, root: Path) -> None:
        self.study = study
        self.file = file
        self.root = root
        self.columns: list[str] = []

    def all(self) -> Iterator[Problem]:
        yield from self.identity()
        yield from self.sources()
        tables = list(self.tables())
        yield from tables
        if self.study.panel.unit == self.study.panel.period:
            return  # nothing can be said of equations whose two keys are one
        # Where tables do not fit together, any column of any of them may yet be the panel's.
        self.columns = self.study.panel_columns() if not tables else self._columns_of_all_tables()
        yield from self.columns_of_the_panel()
        yield from self.designation()
        if self.study.panel.places is not None:
            yield from self.places(self.study.panel.places)
        yield from self.outcomes()
        yield from self.blocks()
        yield from self.exhibits()
        yield from self.published()

    def known(self, at: KeyPath, name: str, valid: Iterable[str], kind: str) -> Iterator[Problem]:
        """Complain when a name refers to nothing."""
        choices = list(valid)
        if name not in choices:
            hint = nearest(name, choices) or f"the study declares no {kind}"
            yield self.file.problem(at, f"`{name}` is not {_article(kind)} {kind}", hint)

    def expression(self, at: KeyPath, expression: str, columns: Iterable[str], condition: bool) -> Iterator[Problem]:
        """Check that an expression can be read and that its columns exist."""
        try:
            used = columns_in(expression)
            if condition and not is_condition(expression):
                yield self.file.problem(at, f"`{expression}` is a number, not a condition", "compare it: `… > 0`")
        except ExpressionError as error:
            yield self.file.problem(at, str(error))
            return
        for name in sorted(used):
            yield from self.known(at, name, columns, "column of the panel here")

    def identity(self) -> Iterator[Problem]:
        if self.study.study != self.file.path.stem:
            yield self.file.problem(
                ("study",),
                f"is `{self.study.study}`, but the file is called {self.file.path.name}",
                f"write `study: {self.file.path.stem}` or rename the file",
            )

    def sources(self) -> Iterator[Problem]:
        loaders = available_loaders()
        for name, source in self.study.sources.items():
            at: KeyPath = ("sources", name)
            for index, name_in_key in enumerate(source.key):
                yield from self.known((*at, "key", index), name_in_key, source.column_names, "column of this source")
            if source.loader is not None and source.loader not in loaders:
                yield self.file.problem(
                    (*at, "loader"),
                    f"no installed package carries `{source.loader}`",
                    nearest(source.loader, loaders),
                )
            if source.path is not None and not is_file(self.root / source.path):
                yield self.file.problem(
                    (*at, "path"),
                    f"there is no file {source.path}",
                    self._how_to_get(source.path, source.access),
                )
            if source.corrections is not None and not is_file(self.root / source.corrections):
                what = f"there is no file {source.corrections}"
                yield self.file.problem((*at, "corrections"), what, self._how_to_get(source.corrections, None))
            for column_name, column in source.columns.items():
                low, high = column.minimum, column.maximum
                if low is not None and high is not None and low > high:
                    yield self.file.problem(
                        (*at, "columns", column_name),
                        f"allows nothing: minimum {low} is above maximum {high}",
                    )

    def _how_to_get(self, path: str, access: str | None) -> str:
        if access:
            return f"how to get it: {' '.join(access.split())}"
        folder = (self.root / path).parent
        beside = (
            [(Path(path).parent / each.name).as_posix() for each in folder.iterdir()] if is_directory(folder) else []
        )
        return nearest(path, beside) or "paths count from the top of the repository"

    def tables(self) -> Iterator[Problem]:
        """Check base and joins: what must hold before the panel's columns are known."""
        study, panel = self.study, self.study.panel
        if panel.base is None and len(study.sources) > 1:
            yield self.file.problem(
                ("panel",),
                "the key `base` is missing: with several sources, one gives the panel its rows",
                nearest("", study.sources),
            )
            return
        if panel.base is not None and panel.base not in study.sources:
            yield from self.known(("panel", "base"), panel.base, study.sources, "source")
            return
        base = study.sources[study.base]
        if panel.unit == panel.period:
            yield self.file.problem(("panel", "period"), f"is `{panel.period}`, the unit too; they are two columns")
            return
        for key in ("unit", "period"):
            yield from self.known(
                ("panel", key), getattr(panel, key), base.column_names, f"column of the source `{study.base}`"
            )
        if set(base.key) != {panel.unit, panel.period}:
            yield self.file.problem(
                ("sources", study.base, "key"),
                f"is {', '.join(base.key)}; the source that gives the panel its rows must have one row for each "
                f"{panel.unit} and {panel.period}",
                f"write `key: [{panel.unit}, {panel.period}]`",
            )
        here = set(base.column_names)
        used = {study.base}
        for index, join in enumerate(panel.joins):
            at: KeyPath = ("panel", "joins", index)
            if join.source not in study.sources:
                yield from self.known((*at, "source"), join.source, study.sources, "source")
                continue
            if join.source in used:
                yield self.file.problem((*at, "source"), f"`{join.source}` is in the panel already")
                continue
            used.add(join.source)
            source = study.sources[join.source]
            for position, column in enumerate(join.on):
                yield from self.known((*at, "on", position), column, here, "column of the panel at this join")
                yield from self.known(
                    (*at, "on", position), column, source.column_names, f"column of the source `{join.source}`"
                )
            if not set(source.key) <= set(join.on):
                yield self.file.problem(
                    (*at, "on"),
                    f"the key of `{join.source}` is {', '.join(source.key)}; joined on {', '.join(join.on)} alone, "
                    "several of its rows could meet one row of the panel",
                    f"join on {', '.join(source.key)}",
                )
            for column in sorted((here & set(source.column_names)) - set(join.on)):
                yield self.file.problem(
                    ("sources", join.source, "columns", column),
                    f"the panel has a column `{column}` already when `{join.source}` is joined",
                    "give one of them another name",
                )
            here |= set(source.column_names)
        for name in study.sources:
            if name not in used | study.beside:
                yield self.file.problem(
                    ("sources", name),
                    "is read but never used",
                    f"join it: `panel.joins: [{{source: {name}, on: […]}}]`",
                )

    def columns_of_the_panel(self) -> Iterator[Problem]:
        panel = self.study.panel
        if panel.region is not None:
            yield from self.known(("panel", "region"), panel.region, self._table_columns(), "column of the sources")
        here = self._table_columns()
        for name, derived in panel.derived.items():
            at: KeyPath = ("panel", "derived", name)
            if name in here:
                yield self.file.problem(at, "is a column of the panel already", "choose another name")
            yield from self.expression(at, derived.expression, here, condition=False)
            here.append(name)
        for index, restriction in enumerate(panel.sample):
            yield from self.expression(
                ("panel", "sample", index, "keep"),
                restriction.keep,
                self.columns,
                condition=True,
            )

    def _columns_of_all_tables(self) -> list[str]:
        """List the columns of every source, derived ones, designations and places."""
        names = [name for source in self.study.sources.values() for name in source.column_names]
        names += list(self.study.panel.derived)
        names += [column for name in self.study.designation for column in designation_columns(name)]
        return names + (self.study.panel.places.columns() if self.study.panel.places is not None else [])

    def _table_columns(self) -> list[str]:
        """List the panel's columns before derived ones and designations are added."""
        aside = self.study.beside - self._sources_in_the_panel()
        of_sources = {
            column for name, source in self.study.sources.items() if name not in aside for column in source.column_names
        }
        return [name for name in self.columns if name in of_sources]

    def _sources_in_the_panel(self) -> set[str]:
        """List base and joined sources; where the base is left open among several, there is none yet."""
        panel, sources = self.study.panel, self.study.sources
        base = {self.study.base} if panel.base is not None or len(sources) == 1 else set()
        return base | {join.source for join in panel.joins}

    def designation(self) -> Iterator[Problem]:
        before = self._table_columns() + list(self.study.panel.derived)
        for name, designation in self.study.designation.items():
            at: KeyPath = ("designation", name)
            for key in ("cohort", "indicator"):
                column = getattr(designation, key)
                if column is not None:
                    yield from self.known((*at, key), column, before, "column of the sources or a derived one")
            if designation.listed is not None:
                yield from self.yearly_list((*at, "list"), designation, designation.listed)
            for added in designation_columns(name):
                if added in before:
                    yield self.file.problem(
                        at,
                        f"would add a column `{added}`, which the panel has already",
                        "choose another name",
                    )

    def yearly_list(self, at: KeyPath, designation: Designation, listed: YearlyList) -> Iterator[Problem]:
        """Check that a yearly list is a source of its own, one row a unit and list year."""
        if listed.exits == "switch" and designation.absorbing:
            yield self.file.problem(
                (*at, "exits"), "is `switch`, but the treatment is one that stays", "declare `absorbing: false`"
            )
        if listed.exits == "ignore" and not designation.absorbing:
            yield self.file.problem(
                (*at[:-1], "absorbing"),
                "is false, but the list's exits are ignored, so that treatment stays",
                f"write `exits: switch` under `{dotted(at)}`",
            )
        study, unit = self.study, self.study.panel.unit
        if listed.source not in study.sources:
            yield from self.known((*at, "source"), listed.source, study.sources, "source")
            return
        if listed.source in self._sources_in_the_panel():
            role = "gives the panel its rows" if listed.source == study.base else "is joined to the panel"
            yield self.file.problem(
                (*at, "source"),
                f"`{listed.source}` {role}; a list is a source of its own, read beside the panel",
                nearest("", set(study.sources) - self._sources_in_the_panel())
                or "declare the list's file under `sources`",
            )
            return
        source = study.sources[listed.source]
        kind = f"column of the source `{listed.source}`"
        if listed.year == unit:
            yield self.file.problem((*at, "year"), f"is `{unit}`, the panel's unit; they are two columns")
            return
        yield from self.known((*at, "year"), listed.year, source.column_names, kind)
        if unit not in source.column_names:
            yield self.file.problem(
                ("sources", listed.source, "columns"),
                f"has no `{unit}`, by which the panel knows its units",
                nearest(unit, source.column_names),
            )
        elif listed.year in source.column_names and not {unit, listed.year} <= set(source.key):
            yield self.file.problem(
                ("sources", listed.source, "key"),
                f"is {', '.join(source.key)}; a list has one row for each {unit} and {listed.year}",
                f"write `key: [{unit}, {listed.year}]`",
            )

    def places(self, places: Places) -> Iterator[Problem]:
        """Check that columns, designations, points and lines exist, and that new columns have names of their own."""
        at: KeyPath = ("panel", "places")
        study = self.study
        before = self._table_columns() + list(study.panel.derived)
        for key in ("latitude", "longitude"):
            column = getattr(places, key)
            if column is not None:
                yield from self.known((*at, key), column, before, "column of the sources or a derived one")
        if places.latitude is not None and places.latitude == places.longitude:
            yield self.file.problem((*at, "longitude"), f"is `{places.latitude}`, the latitude too")
        kind = "designation of this study"
        for name, ring in places.neighbours.items():
            yield from self.known((*at, "neighbours", name, "designation"), ring.designation, study.designation, kind)
        for name, group in places.leave_out_share.items():
            here = (*at, "leave_out_share", name)
            yield from self.known((*here, "designation"), group.designation, study.designation, kind)
            yield from self.known((*here, "within"), group.within, before, "column of the sources or a derived one")
        for name, target in places.distance_to.items():
            here = (*at, "distance_to", name)
            yield from self.points(here, places, target) if target.points is not None else self.line(here, target)
        taken = {*before, *(column for name in study.designation for column in designation_columns(name))}
        for entry, name, added in places.added():
            if added in taken:
                what = f"would add a column `{added}`, which the panel has already"
                yield self.file.problem((*at, entry, name), what, "choose another name")
            taken.add(added)

    def points(self, at: KeyPath, places: Places, target: DistanceTo) -> Iterator[Problem]:
        """Check that points to measure distances to are a source of their own, with coordinates."""
        name, sources = str(target.points), self.study.sources
        if name not in sources:
            yield from self.known((*at, "points"), name, sources, "source")
            return
        if name in self._sources_in_the_panel():
            role = "gives the panel its rows" if name == self.study.base else "is joined to the panel"
            yield self.file.problem(
                (*at, "points"),
                f"`{name}` {role}; points are a source of their own, read beside the panel",
                nearest("", set(sources) - self._sources_in_the_panel()) or "declare the points' file under `sources`",
            )
            return
        for key in ("latitude", "longitude"):
            own = getattr(target, key)
            column, where = own or str(getattr(places, key)), (*at, key) if own else (*at, "points")
            if column not in sources[name].column_names:
                hint = nearest(column, sources[name].column_names)
                hint += "" if own else f" Say which with `{key}`."
                yield self.file.problem(where, f"`{column}` is not a column of the source `{name}`", hint)

    def line(self, at: KeyPath, target: DistanceTo) -> Iterator[Problem]:
        """Check that a line to measure distances to is a GeoJSON file with one."""
        path = str(target.line)
        if not is_file(self.root / path):
            yield self.file.problem((*at, "line"), f"there is no file {path}", self._how_to_get(path, None))
            return
        try:
            lines_in((self.root / path).read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            yield self.file.problem((*at, "line"), f"{path} is not GeoJSON: it is not text in UTF-8")
        except ValueError as error:
            yield self.file.problem((*at, "line"), f"{path} {error}")

    def outcomes(self) -> Iterator[Problem]:
        columns = self.columns
        for name, outcome in self.study.outcomes.items():
            if outcome.column is not None:
                yield from self.known(("outcomes", name, "column"), outcome.column, columns, "column of the panel")
            elif name not in columns:
                hint = nearest(name, columns)
                yield self.file.problem(
                    ("outcomes", name),
                    f"the panel has no column `{name}`",
                    f"{hint} Say which with `column`.",
                )

    def blocks(self) -> Iterator[Problem]:
        for name, block in self.study.blocks.items():
            at: KeyPath = ("blocks", name)
            found = list(self.specification(at, block))
            for each, own in (block.specifications or {}).items():
                found += self.specification((*at, "specifications", each), own)
            for key in ("outcomes", "estimators"):
                parts = list((block.specifications or {"": block}).values())
                if getattr(block, key) is None and any(getattr(part, key) is None for part in parts):
                    found.append(
                        self.file.problem(
                            at,
                            f"the key `{key}` is missing",
                            nearest("", self.study.outcomes)
                            if key == "outcomes"
                            else "valid here: cohort_means, event_study, two_way_fixed_effects",
                        )
                    )
            found += self.event_study_keys(at, block)
            yield from found
            if not found:
                yield from self.equations(name, at)

    def specification(self, at: KeyPath, part: Specification) -> Iterator[Problem]:
        """Check the names in a specification, whether it is a block's or a variation's."""
        study, columns = self.study, self.columns
        lists: list[tuple[str, Iterable[str], str]] = [
            ("outcomes", study.outcomes, "outcome of this study"),
            ("treatments", study.designation, "designation of this study"),
            ("regressors", columns, "column of the panel"),
        ]
        for key, valid, kind in lists:
            for index, name in enumerate(getattr(part, key) or []):
                yield from self.known((*at, key, index), name, valid, kind)
        for index, effect in enumerate(part.fixed_effects or []):
            for name in effect.split("*"):
                yield from self.known((*at, "fixed_effects", index), name, columns, "column of the panel")
        for index, name in enumerate((part.inference and part.inference.cluster) or []):
            yield from self.known(
                (*at, "inference", "cluster", index), name, columns, "column of the panel to cluster by"
            )
        if part.weights is not None:
            yield from self.known((*at, "weights"), part.weights, columns, "column of the panel")
        if part.sample is not None:
            yield from self.expression((*at, "sample"), part.sample, columns, condition=True)
        if part.window is not None and part.window[0] > part.window[1]:
            yield self.file.problem((*at, "window"), f"runs backwards, from {part.window[0]} to {part.window[1]}")

    def equations(self, name: str, at: KeyPath) -> Iterator[Problem]:
        """Check what only a whole equation shows."""
        for equation in self.study.equations(name):
            where = (*at, "specifications", equation.specification) if self.study.blocks[name].specifications else at
            right_hand = [*equation.treatments, *equation.regressors]
            repeated = sorted({term for term in right_hand if right_hand.count(term) > 1})
            if repeated:
                yield self.file.problem(where, f"{', '.join(repeated)} is on the right-hand side twice")
            if equation.outcome_column in equation.regressors:
                yield self.file.problem(where, f"the outcome `{equation.outcome_column}` is a regressor too")
            if equation.estimator == "two_way_fixed_effects" and not right_hand:
                yield self.file.problem(
                    where, "has nothing on the right-hand side", "name `treatments` or `regressors`"
                )
            if equation.estimator == "cohort_means" and len(equation.treatments) > 1:
                yield self.file.problem(
                    where,
                    "means by cohort need one treatment",
                    f"choose one with `treatments`: {', '.join(equation.treatments)}",
                )
            if equation.estimator == "event_study":
                yield from self.event_study(where, equation.treatments, equation.absorbing)
                window, reference = equation.window, equation.reference_period
                if window is not None and not window[0] <= reference <= window[1]:
                    yield self.file.problem((*where, "window"), f"leaves out the reference period {reference}")

    def event_study(self, where: KeyPath, treatments: list[str], absorbing: bool) -> Iterator[Problem]:
        if len(treatments) != 1:
            hint = (
                f"choose one with `treatments`: {', '.join(treatments)}"
                if treatments
                else "declare one under `designation`"
            )
            yield self.file.problem(where, f"an event study needs one treatment, not {len(treatments)}", hint)
        elif not absorbing:
            yield self.file.problem(
                where,
                f"an event study needs a treatment that stays; `{treatments[0]}` is declared `absorbing: false`",
                "estimate it with two_way_fixed_effects",
            )

    def event_study_keys(self, at: KeyPath, block: Block) -> Iterator[Problem]:
        """Check that keys of the event study belong to one."""
        for name, own in (block.specifications or {"": block}).items():
            estimators = own.estimators or block.estimators or []
            for key in ("window", "always_treated"):
                stated_here = getattr(own, key) is not None
                if (stated_here or getattr(block, key) is not None) and "event_study" not in estimators:
                    where = (*at, "specifications", name, key) if stated_here and name else (*at, key)
                    yield self.file.problem(where, "is a key of event studies, and none is estimated here")

    def exhibits(self) -> Iterator[Problem]:
        study = self.study
        for name, exhibit in study.exhibits.items():
            at: KeyPath = ("exhibits", name)
            shown = ESTIMATORS_SHOWN[exhibit.kind]
            for index, block in enumerate(exhibit.blocks):
                if block not in study.blocks:
                    yield from self.known((*at, "blocks", index), block, study.blocks, "block of this study")
                    continue
                estimators = {
                    estimator
                    for part in (study.blocks[block], *(study.blocks[block].specifications or {}).values())
                    for estimator in part.estimators or []
                }
                if estimators and not estimators & set(shown):
                    estimated = ", ".join(sorted(estimators))
                    what = f"a {exhibit.kind} shows {' or '.join(shown)}; the block `{block}` estimates {estimated}"
                    yield self.file.problem((*at, "blocks", index), what)
            if isinstance(exhibit, RegressionTable):
                blocks = [block for block in exhibit.blocks if block in study.blocks]
                terms = {term for block in blocks for term in self.right_hand_sides(study.blocks[block])}
                for index, term in enumerate(exhibit.terms or []):
                    yield from self.known((*at, "terms", index), term, terms, "term of these blocks")

    def right_hand_sides(self, block: Block) -> set[str]:
        """List everything that is on a right-hand side in a block."""
        parts = [block, *(block.specifications or {}).values()]
        regressors = {name for part in parts for name in part.regressors or []}
        return regressors | {name for part in parts for name in part.treatments or self.study.designation}

    def published(self) -> Iterator[Problem]:
        path = self.study.published
        if path is not None and not is_file(self.root / path):
            yield self.file.problem(
                ("published",), f"there is no file {path}", "paths count from the top of the repository"
            )


def _article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" else "a"
