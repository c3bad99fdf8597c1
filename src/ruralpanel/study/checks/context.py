"""What every check works with: the study, its file, and the names that are known in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ruralpanel.errors import Problem, closest, nearest
from ruralpanel.frames.expression_syntax import ExpressionError, as_text, columns_in, compared_with, is_condition
from ruralpanel.frames.periods.conditions import problems_with_periods
from ruralpanel.frames.periods.frequency import Frequency, by_column
from ruralpanel.study.checks.missing_files import what_is_missing, where_it_may_be
from ruralpanel.study.derived_order import STAGES
from ruralpanel.study.designation import designation_columns
from ruralpanel.study.model import Study
from ruralpanel.study.source_columns import DIGITS_OF_LEVEL
from ruralpanel.study.yaml_file import KeyPath, YamlFile


@dataclass(frozen=True)
class Context:
    """A study to be checked.

    Parameters
    ----------
    study
        A study whose types are right.
    file
        The file it was read from, for line numbers.
    root
        The top of the repository, from which raw files are looked for.
    columns
        The columns of the panel, as far as they are known.
    """

    study: Study
    file: YamlFile
    root: Path
    columns: tuple[str, ...] = ()

    @cached_property
    def exhibits_left_out(self) -> set[str]:
        """The exhibits that the file declares, but wrongly; what refers to them, or only they use, may be right."""
        declared = self.file.data.get("exhibits")
        return set(declared) - set(self.study.exhibits) if isinstance(declared, dict) else set()

    def known(self, at: KeyPath, name: str, valid: Iterable[str], kind: str) -> Iterator[Problem]:
        """Complain when a name refers to nothing."""
        choices = list(valid)
        if name not in choices:
            hint = nearest(name, choices) or f"the study declares no {kind}"
            if kind == "column of the panel" and closest(name, choices) is None:
                hint += "; a new one is declared under `columns` of its source, or derived under `panel.derived`"
            yield self.file.problem(at, f"`{name}` is not {_article(kind)} {kind}", hint)

    def all_known(self, at: KeyPath, names: Iterable[str] | None, valid: Iterable[str], kind: str) -> Iterator[Problem]:
        """Complain when a name of a list refers to nothing."""
        for index, name in enumerate(names or []):
            yield from self.known((*at, index), name, valid, kind)

    def read_beside(self, at: KeyPath, name: str, what: str, declare: str) -> Iterator[Problem]:
        """Complain when something that is read beside the panel is no source, or one of the panel's tables.

        Parameters
        ----------
        at
            The key that names the source.
        name
            The source, as it is named there.
        what
            What the source is read for, and that it has to be one of its own, in words.
        declare
            What to do where no source could be meant.
        """
        sources, in_the_panel = self.study.shapes, self.tables_in_the_panel()
        if name not in sources:
            yield from self.known(at, name, sources, "source")
        elif name in in_the_panel:
            role = "gives the panel its rows" if name == self.study.base else "is joined to the panel"
            hint = nearest("", set(sources) - in_the_panel) or declare
            yield self.file.problem(at, f"`{name}` {role}; {what}, read beside the panel", hint)

    def expression(
        self,
        at: KeyPath,
        expression: str,
        columns: Iterable[str],
        condition: bool,
        kind: str = "column of the panel here",
    ) -> Iterator[Problem]:
        """Check that an expression can be read and that its columns exist."""
        try:
            used = columns_in(expression)
            if condition and not is_condition(expression):
                yield self.file.problem(at, f"`{expression}` is a number, not a condition", "compare it: `… > 0`")
        except ExpressionError as error:
            yield self.file.problem(at, str(error))
            return
        choices = list(columns)
        for name in sorted(used):
            quoted = "" if name in choices or closest(name, choices) else as_text(expression, name)
            if quoted:
                what = f"`{name}` is not {_article(kind)} {kind}"
                yield self.file.problem(
                    at, what, self._code_meant(expression, name) or f"if text is meant, write it in quotes: {quoted}"
                )
            else:
                yield from self.known(at, name, choices, kind)
        for what, hint in problems_with_periods(expression, self.periods()):
            yield self.file.problem(at, what, hint)

    def _code_meant(self, expression: str, name: str) -> str:
        """Say that a column holds codes, where it is compared with a name, which would not be one in quotes either."""
        for column in sorted(compared_with(expression, name)):
            declared = [source.columns[column] for source in self.study.sources.values() if column in source.columns]
            digits = {
                DIGITS_OF_LEVEL[each.level] if each.level else each.width for each in declared if each.type == "code"
            }
            if len(digits) == 1:
                of = f"codes of {digits.pop()} digits"
                return f"{column} holds {of}: write the one that is meant in quotes, in place of {name}"
        return ""

    def periods(self) -> dict[str, Frequency]:
        """Give the columns of the panel, and of sources and tables, whose periods are more than whole numbers."""
        of_tables = {
            key: each.frequency
            for shape in self.study.shapes.values()
            for key, each in shape.origins.items()
            if each.frequency is not None
        }
        found = by_column(of_tables | self.study.periods)
        return {name: of for name, of in found.items() if not of.is_plain}

    def columns_of_all_tables(self) -> list[str]:
        """List the columns of every source and table, derived ones, designations, places and capacities."""
        names = [name for shape in self.study.shapes.values() for name in shape.column_names]
        names += list(self.study.panel.derived)
        names += [column for each in self.study.designation.items() for column in designation_columns(*each)]
        names += self.study.panel.places.columns() if self.study.panel.places is not None else []
        return [*names, *self.study.capacities()]

    def table_columns(self) -> list[str]:
        """List the panel's columns before derived ones and designations are added."""
        study = self.study
        aside = (study.beside | study.drawn_sources | study.read_by_tables) - self.tables_in_the_panel()
        of_tables = {
            column for name, shape in self.study.shapes.items() if name not in aside for column in shape.column_names
        }
        return [name for name in self.columns if name in of_tables]

    def columns_before(self, stage: str) -> list[str]:
        """List the columns of tables, and the derived ones that are computed by a stage of the panel."""
        stages = self.study.derived_after
        by_then = STAGES[: STAGES.index(stage) + 1]
        return [*self.table_columns(), *(name for name, after in stages.items() if after in by_then)]

    def known_before(self, at: KeyPath, name: str, stage: str, valid: Iterable[str], kind: str) -> Iterator[Problem]:
        """Complain of a name that refers to nothing yet, and say of a derived column why it comes later."""
        later = self.study.derived_after.get(name)
        if later is not None and STAGES.index(later) > STAGES.index(stage) and name not in valid:
            made_of = {"places": "a designation or a column of `panel.places`", "capacities": "a capacity"}[later]
            what = f"`{name}` is derived from {made_of} and is not there yet when this is needed"
            yield self.file.problem(at, what, "derive it from columns of the sources alone")
        else:
            yield from self.known(at, name, valid, kind)

    def tables_in_the_panel(self) -> set[str]:
        """List base and joined sources and tables; where the base is left open among several, there is none yet."""
        panel = self.study.panel
        base = {self.study.base} if panel.base is not None or len(self.study.shapes) == 1 else set()
        return base | {join.source for join in panel.joins}

    def not_there(self, at: KeyPath, path: str, kind: str = "file", access: str | None = None) -> Problem:
        """Say that a file is not there, and how it is got: the access instructions, or where it may be."""
        near = where_it_may_be(path, self.root)
        how = f"how to get it: {' '.join(access.split())}" if access else ""
        what = what_is_missing(path, self.root, kind)
        return self.file.problem(at, what, "; ".join(part for part in (near, how) if part))


def _article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" else "a"
