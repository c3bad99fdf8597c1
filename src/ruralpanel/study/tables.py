"""The ``tables`` section: tables made of sources, between the raw files and the panel."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from ruralpanel.study.base import Name, Section, Text
from ruralpanel.study.panel import Restriction, expression_alone
from ruralpanel.study.place_names import MatchNames
from ruralpanel.study.source_columns import Scalar


class Part(Section):
    """One of the sources that a table is made of."""

    source: Name
    """The source, or a table declared further up."""
    add: dict[Name, Scalar] = {}
    """Columns that are the same in all its rows: `{year: 2010}` for a census that does not say its year."""


class Computed(Section):
    """A new column of a table, computed row by row."""

    expression: Text
    """Arithmetic on the table's columns, as in `panel.derived`."""
    label: Text | None = None
    """What a reader sees in tables and figures."""
    unit: Text | None = None
    """The unit, as printed on an axis."""


class Crosswalk(Section):
    """Which codes became which, and when: a source with one row for each old code, or for each old and new one."""

    source: Name
    """The source, or a table declared further up. Its columns with codes hold text: `type: code` or `type: text`."""
    old: Name
    """The column with the code before the change."""
    new: Name
    """The column with the code after it. Several successors may stand in one cell, separated by `;`. One that is
    followed by a year in brackets, `130108[2001]`, is where a part of the area went in that year, while the old code
    stayed in use; `parts_moved` says what becomes of these. Empty where a code has not changed."""
    year: Name
    """The column with the first year in which the new code holds; missing while the old one is in use."""
    since: Name | None = None
    """The column with the first year of the old code, for notes in the audit and `parts_moved: merge_new`."""
    name: Name | None = None
    """The column with the name of the old code's area, for the audit."""
    share: Name | None = None
    """For `several_successors: divide`, the column with the share of the old area that went to the new code; one row
    for each old and new code. The shares of an old code and year add up to 1."""


class Recode(Section):
    """Codes of one year become codes of another."""

    column: Name
    """The column with the codes."""
    crosswalk: Crosswalk
    """The source that says which codes became which."""
    since: Annotated[int | Name, Field(alias="from")]
    """The year whose codes the rows hold: a column, or a number. Changes of later years are followed, one year after
    the other. A code that was no longer in force then is taken for one that the file still used: its last change is
    followed too, and the audit says so."""
    to: int
    """The year whose codes are wanted; the last whose changes are followed."""
    several_successors: Literal["fail", "merge", "divide", "drop"] = "fail"
    """What becomes of a code with several successors. `fail`: an error that names them. `merge`: the successors are one
    area in all rows, called by its smallest code, so that boundaries are constant. `divide`: each successor gets a row,
    and the columns that `group` sums, or weights by, are multiplied by its share. `drop`: the rows are left out."""
    constant_since: int | None = None
    """For `merge`: areas are those that were constant from this year on, whatever rows the table has, so that two
    tables with the same year have the same areas; left out: the earliest year of `from`. Where the files of that year
    still use codes that ended in it, as China's census of November 2010 does, give the year before."""
    parts_moved: Literal["note", "merge_new", "merge"] = "note"
    """What follows where only a part of an area moved to another code. `note`: nothing, and the audit tells, for most
    such parts are a few villages. `merge_new`: areas that came into being from such parts are one area with those they
    came from, other parts are noted; needs `since` of the crosswalk. `merge`: the two are one area however small the
    part was. The last two go with `several_successors: merge`."""
    unknown_codes: Literal["keep", "fail", "drop"] = "keep"
    """What becomes of codes that the crosswalk does not know, and of those that it ends without a successor: they stay
    as they are, are an error, or their rows are left out. The audit lists them."""

    @model_validator(mode="after")
    def _keys_that_go_together(self) -> Recode:
        merging = self.several_successors == "merge"
        if self.parts_moved != "note" and not merging:
            raise ValueError(f"`parts_moved: {self.parts_moved}` goes with `several_successors: merge`")
        if self.parts_moved == "merge_new" and self.crosswalk.since is None:
            raise ValueError("`parts_moved: merge_new` needs `since` of the crosswalk, which tells what is new")
        if self.constant_since is not None and not merging:
            raise ValueError("`constant_since` goes with `several_successors: merge`")
        if (self.several_successors == "divide") != (self.crosswalk.share is not None):
            raise ValueError("`several_successors: divide` and `share` of the crosswalk go together")
        if isinstance(self.since, int) and self.since > self.to:
            raise ValueError(f"codes of {self.since} cannot become those of an earlier year, {self.to}")
        if self.constant_since is not None and self.constant_since > self.to:
            raise ValueError(f"`constant_since` is {self.constant_since}, after {self.to}")
        return self


class Summary(Section):
    """A column of a table of groups: what is taken of the rows of a group."""

    take: Literal["sum", "mean", "minimum", "maximum", "same", "joined", "distinct", "count", "share"]
    """`sum`, `mean`, `minimum`, `maximum`; `same`: the value that all rows share, an error where they do not; `joined`:
    the different values as text, in order, joined by `; `; `distinct`: how many different values; `count`: the number
    of rows, or of those that fulfil `where`; `share`: the share of rows that fulfil `where`."""
    of: Name | None = None
    """The column that it is taken of; left out: the one of the same name. `count` and `share` have none."""
    where: Text | None = None
    """For `count` and `share`: a condition on columns."""
    weights: Name | None = None
    """For `mean` and `share`: the column with the weights of rows, none below 0."""
    missing: Literal["keep", "skip"] = "keep"
    """`keep`: where a value (a weight, a column of `where`) is missing in a row, the group's is missing. `skip`: rows
    with a missing value are left out, and the group's is missing where none is left; a `count` is then 0."""
    label: Text | None = None
    """What a reader sees in tables and figures; left out: the label of the column."""
    unit: Text | None = None
    """The unit, as printed on an axis; left out: that of the column, where `take` does not change it."""

    @model_validator(mode="after")
    def _keys_that_go_together(self) -> Summary:
        of_rows = self.take in ("count", "share")
        if of_rows and self.of is not None:
            raise ValueError(f"`{self.take}` is taken of rows and not of a column; say which with `where`")
        if self.where is not None and not of_rows:
            raise ValueError("`where` goes with `take: count` and `take: share`")
        if self.take == "share" and self.where is None:
            raise ValueError("`share` needs a condition: `where: age >= 60`")
        if self.weights is not None and self.take not in ("mean", "share"):
            raise ValueError("`weights` goes with `take: mean` and `take: share`")
        return self

    def column(self, name: str) -> str | None:
        """Name the column that it is taken of; `count` and `share` have none."""
        return None if self.take in ("count", "share") else self.of or name


def _word_alone(value: Any) -> Any:
    return {"take": value} if isinstance(value, str) else value


def _source_alone(value: Any) -> Any:
    parts = [value] if isinstance(value, (str, dict)) else value
    return [{"source": each} if isinstance(each, str) else each for each in parts] if isinstance(parts, list) else parts


class Group(Section):
    """One row for each combination of the values of some columns."""

    by: Annotated[list[Name], Field(min_length=1)]
    """The columns whose combinations are the new rows."""
    columns: dict[Name, Annotated[Summary, BeforeValidator(_word_alone)]]
    """The new table's other columns: by name, a word (`residents: sum`) or the keys of a summary. Columns that are
    not named are left out."""


Published = Annotated[dict[Text, float], Field(min_length=1)]


class Total(Section):
    """What a column of the finished table adds up to elsewhere: the total that its publisher prints."""

    by: Name
    """The column by which totals are printed, such as the year."""
    published: Published
    """For each of its values the printed total: `{2010: 1332810869}`."""
    tolerance: Annotated[float, Field(ge=0, lt=1)]
    """The largest difference allowed, as a share of the printed total: 0.01 for a hundredth. A larger one is an
    error."""
    source: Text
    """Where the totals are printed."""
    explanation: Text | None = None
    """Why the table comes to less, or more, as far as it does."""


class Table(Section):
    """A table made of sources. Its name can stand wherever a source's name can; the steps are taken in this order."""

    stack: Annotated[
        list[Part],
        BeforeValidator(_source_alone),
        Field(min_length=1),
    ]
    """The sources it is made of, one below the other: a name, or a list of names or of entries with `source`."""
    missing_columns: Literal["fail", "fill"] = "fail"
    """What follows where stacked sources have not the same columns: an error, or a column is missing in the rows of a
    source that lacks it."""
    derived: dict[Name, Annotated[Computed, BeforeValidator(expression_alone)]] = {}
    """New columns, in this order: a name with its expression, or with expression, label and unit."""
    keep: list[Restriction] = []
    """Which rows stay, in this order, as in `panel.sample`."""
    match_names: MatchNames | None = None
    """Places that are written as names get the codes of a gazetteer."""
    recode: Recode | None = None
    """Administrative codes of one year become those of another."""
    group: Group | None = None
    """Rows are put together."""
    key: Annotated[list[Name], Field(min_length=1)] | None = None
    """The columns that identify a row in the end. No two rows may share them and none may be missing. Left out: those
    that rows are grouped by, or the key of the only source."""

    totals: dict[Name, Total] = {}
    """By column, the totals that it is checked against, for no row to be lost or counted twice unseen. The comparison
    is in `results/<study>/tables/<table>.totals.csv` and on the page."""

    @property
    def reads(self) -> list[str]:
        """The sources and tables that it is made of, each once, in the order they are read."""
        names = [part.source for part in self.stack]
        names += [self.match_names.gazetteer] if self.match_names is not None else []
        names += [self.recode.crosswalk.source] if self.recode is not None else []
        return list(dict.fromkeys(names))
