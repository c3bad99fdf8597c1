"""The ``checks`` of a source: what must hold between columns, and from row to row."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from ruralpanel.study.base import Name, Section, Text

KINDS = ("never_falls", "never_rises", "constant", "condition", "unique")


class Check(Section):
    """One thing that must hold of a table beyond its columns one by one."""

    never_falls: Name | None = None
    """A column of numbers that within each `within` is never below what it was earlier along `along`. What follows a
    spike is told, not the spike."""
    never_rises: Name | None = None
    """A column of numbers that within each `within` is never above what it was earlier along `along`."""
    constant: Name | None = None
    """A column that has one value within each `within`; where it has two, all rows of the group are told, for nobody
    knows which are right."""
    condition: Text | None = None
    """A condition on columns that every row fulfils in which they are known: `business_income <= income`."""
    unique: Annotated[list[Name], Field(min_length=1)] | None = None
    """Columns of which no two rows share the values, beside the key. Rows in which one is missing share none."""
    within: Name | None = None
    """With `never_falls`, `never_rises` and `constant`: the column that says which rows belong together."""
    along: Name | None = None
    """With `never_falls` and `never_rises`: the column of numbers that puts these rows in order, such as the year."""
    reason: Text | None = None
    """Why it must hold, for the message."""

    @model_validator(mode="after")
    def _one_kind_with_its_parts(self) -> Check:
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            raise ValueError(f"a check is one of {', '.join(f'`{kind}`' for kind in KINDS)}; {len(given)} are given")
        (kind,) = given
        ordered = kind in ("never_falls", "never_rises")
        wanted = {"within": ordered or kind == "constant", "along": ordered}
        for part, needed in wanted.items():
            if needed and getattr(self, part) is None:
                raise ValueError(f"`{kind}` needs `{part}`, a column")
            if not needed and getattr(self, part) is not None:
                raise ValueError(f"`{part}` does not go with `{kind}`")
        named = [*self.columns, *(name for name in (self.within, self.along) if name is not None)]
        if len(set(named)) < len(named):
            raise ValueError(f"`{kind}` names a column twice: {', '.join(named)}")
        return self

    @property
    def columns(self) -> list[str]:
        """The columns that are checked; those of a condition are in the condition."""
        single = [name for name in (self.never_falls, self.never_rises, self.constant) if name is not None]
        return single or list(self.unique or [])

    @property
    def rule(self) -> str:
        """What must hold, in words that follow the column's name."""
        because = f" ({self.reason})" if self.reason else ""
        if self.condition is not None:
            return f"must fulfil `{self.condition}`{because}"
        if self.unique is not None:
            return f"must not repeat{because}"
        what = "be the same" if self.constant is not None else "never fall" if self.never_falls else "never rise"
        return f"must {what} within each {self.within}" + (f" along {self.along}" if self.along else "") + because
