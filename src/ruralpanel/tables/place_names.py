"""Give places written as names the codes of a gazetteer: exactly, in another form or by the place above.

The names of a row are followed from the largest place to the one that is wanted. At each level only the places within
those found so far are looked at, and the first of these ways that finds any is taken:

1. the name as it is written;
2. another form of it (:mod:`ruralpanel.tables.name_forms`): plain characters, then the same stem and kind of place,
   then the same stem where one side does not say what kind of place it is;
3. the place above: the same stem and another kind of place that the first may have become (县, 市, 区), or the name
   where the optional level between the two does not agree.

Where a way finds several places they are all followed, and if they end in more than one code the row is ambiguous.
Similar names are never taken; they are shown as hints.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pandas as pd

from ruralpanel.errors import DataError, Problem, counted, nearest
from ruralpanel.frames.keys import with_whole_numbers
from ruralpanel.frames.ledger import Ledger
from ruralpanel.frames.storage import read_records
from ruralpanel.study.place_names import REPORT_COLUMNS, Level, MatchNames
from ruralpanel.tables.name_forms import CHANGES_OF_STATUS, name_forms

EXACT, NORMALISED, BY_PARENT, DECISION, AMBIGUOUS, UNMATCHED = (
    "exact",
    "normalised",
    "by_parent",
    "decision",
    "ambiguous",
    "unmatched",
)

METHODS = {
    EXACT: "all names are written as in the gazetteer",
    NORMALISED: "a name is written in another form",
    BY_PARENT: "the kind of place differs and the name does not, or the name is the only one in the place above",
    DECISION: "a reviewed decision",
    AMBIGUOUS: "the names fit places with different codes",
    UNMATCHED: "the names fit no place",
}
"""How names can be matched, from the surest way, and what it means."""

NO_NAME = frozenset({"", "直辖", "市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划", "省直辖行政单位"})
"""What stands at an optional level for “none”: counties right under their province."""

ZONES = ("开发区", "高新区", "投资区", "示范区", "新区", "新城", "园区", "管委会")
"""Endings of names that development zones have; the few that are counties, such as 浦东新区, are in gazetteers."""

SHOWN = 20
"""How many combinations of names an error lists."""

_SAME, _ALIKE, _DIFFERENT = 0, 1, 2
"""How an optional level agrees."""

_KIND_DIFFERS, _NO_MATCH = 4, 5
"""Ways to compare two names come in the order 0 (as written), 1 (plain), 2 (stem and kind), 3 (stem) and these."""


def match_names(
    table: pd.DataFrame, gazetteer: pd.DataFrame, declaration: MatchNames, ledger: Ledger, decisions: Path | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Add the codes of places that a table has names of.

    Parameters
    ----------
    table
        Holds the declared columns with names, and the year where it is a column.
    gazetteer
        One row for each place, or for each place and span of years.
    declaration
        How names are matched.
    ledger
        Gets a line on what was matched how, and one on rows that are dropped.
    decisions
        The file of reviewed decisions, where there is one.

    Returns
    -------
    tuple of (pandas.DataFrame, pandas.DataFrame)
        The table with the column of codes, and the report: one row for each combination of names, in their order,
        with :data:`~ruralpanel.study.place_names.REPORT_COLUMNS`. ``candidates`` are the places that an ambiguous
        combination fits, and hints where nothing fits.

    Raises
    ------
    DataError
        If rows fit no place or several and the declaration says so, the gazetteer lacks a code or a name, or
        decisions cannot be read, are not needed, or have a code that the gazetteer does not have.
    """
    where = f"table {ledger.table}"
    if declaration.new_column in table:
        what = f"has a column `{declaration.new_column}` already, which would get the codes"
        raise DataError([Problem(where, what, "match_names", "give the codes another name with `into`")])
    written = _written(table, declaration, where)
    places, codes = _places(gazetteer, declaration)
    combinations = written.drop_duplicates().sort_values(declaration.named, ignore_index=True)
    row = pd.MultiIndex.from_frame(combinations).get_indexer(pd.MultiIndex.from_frame(written))
    found = _find(combinations, places, codes, declaration)
    if decisions is not None:
        found = _decided(found, _read_decisions(decisions, declaration), combinations, places, codes, declaration)
    report = _report(combinations, found, codes, np.bincount(row, minlength=len(combinations)))
    _refuse(report, declaration, where)
    # A missing code is one that the codes do not have, so that whole numbers become numbers with gaps.
    of_row = codes.reindex(found["code"].to_numpy()[row]).set_axis(table.index)
    matched = table.assign(**{declaration.new_column: of_row})
    method = report["method"].to_numpy()[row]
    counts = pd.Series(method).value_counts().reindex(list(METHODS)).dropna().astype(int)
    words = ", ".join(f"{counted(count, 'row')} {str(name).replace('_', ' ')}" for name, count in counts.items())
    ledger.note("match names", len(table), matched, f"{declaration.new_column} from {declaration.gazetteer}: {words}")
    for name, fate in ((UNMATCHED, declaration.unmatched), (AMBIGUOUS, declaration.ambiguous or declaration.unmatched)):
        leave = method == name
        if fate == "drop" and leave.any():
            before, matched, method = len(matched), matched[~leave], method[~leave]
            ledger.note(f"drop {name} names", before, matched, METHODS[name], unasked=["dropped_rows"])
    return matched, report


def _text(values: pd.Series) -> pd.Series:
    """Give names as text, and no name as none."""
    return values.astype("str").fillna("")


def _written(table: pd.DataFrame, declaration: MatchNames, where: str) -> pd.DataFrame:
    """Give the names of a table as text, with the year where it is a column."""
    names = {level.column: _text(table[level.column]) for level in declaration.levels}
    if not isinstance(declaration.year, str):
        return pd.DataFrame(names)
    dated = with_whole_numbers(table[[declaration.year]], declaration.year, where, "year of the names")
    return pd.DataFrame({declaration.year: dated[declaration.year], **names})


def _places(gazetteer: pd.DataFrame, declaration: MatchNames) -> tuple[pd.DataFrame, pd.Series]:
    """Give the gazetteer's places, with numbers for codes, and the codes by these numbers, in order."""
    where = f"gazetteer {declaration.gazetteer}"
    spans = [declaration.valid_from, declaration.valid_until]
    needed = [declaration.code, *(level.gazetteer for level in declaration.levels if not level.optional)]
    problems = [
        Problem(where, f"`{column}` is missing in {counted(int(absent), 'row')}", hint="correct or leave out the rows")
        for column in dict.fromkeys(needed)
        if (absent := gazetteer[column].isna().sum())
    ]
    problems += [
        Problem(where, f"`{column}` holds text, not years", hint="give the column `type: integer`")
        for column in spans
        if column is not None and not pd.api.types.is_numeric_dtype(gazetteer[column])
    ]
    if problems:
        raise DataError(problems)
    gazetteer = gazetteer.reset_index(drop=True)
    codes = gazetteer[declaration.code].drop_duplicates().sort_values(ignore_index=True)
    places = pd.DataFrame({level.gazetteer: _text(gazetteer[level.gazetteer]) for level in declaration.levels})
    places.insert(0, "_code", pd.Index(codes).get_indexer(gazetteer[declaration.code]))
    for column, name, otherwise in zip(spans, ("_from", "_until"), (-np.inf, np.inf), strict=True):
        years = otherwise if column is None else gazetteer[column].astype("float64").fillna(otherwise)
        places[name] = years
    return places, codes


def _find(combinations: pd.DataFrame, places: pd.DataFrame, codes: pd.Series, declaration: MatchNames) -> pd.DataFrame:
    """Find the place of each combination of names among those that are valid in its year."""
    if declaration.year is None:
        return _find_among(combinations, places.assign(_ends=False), codes, declaration)
    by_column = isinstance(declaration.year, str)
    years = combinations[declaration.year] if by_column else pd.Series(declaration.year, combinations.index)
    found = []
    for year, part in combinations.groupby(years):
        valid = places[(places["_from"] <= year) & (places["_until"] >= year)]
        if valid.empty:
            where = f"gazetteer {declaration.gazetteer}"
            raise DataError([Problem(where, f"has no place that is valid in {year}", hint="is `year` right?")])
        found.append(_find_among(part, valid.assign(_ends=valid["_until"] == year), codes, declaration))
    return (
        pd.concat(found).sort_index()
        if found
        else _find_among(combinations, places.assign(_ends=False), codes, declaration)
    )


def _find_among(
    combinations: pd.DataFrame, places: pd.DataFrame, codes: pd.Series, declaration: MatchNames
) -> pd.DataFrame:
    """Follow the names of each combination from the largest place to the one that is wanted."""
    places = places.assign(_above=0, _inside=0, _path="")
    trail = pd.DataFrame({"combination": combinations.index, "_inside": 0, "rank": 0, "words": "", "path": ""})
    found = []
    for optional, level in _steps(declaration.levels):
        columns = [each.gazetteer for each in (*optional, level)]
        place = places.groupby(["_inside", *columns], sort=False).ngroup()
        path = places["_path"]
        for column in columns:
            path = path + (" / " + places[column]).where(places[column] != "", "")
        path = path.str.removeprefix(" / ")
        siblings = places.assign(_place=place, _path=path).drop_duplicates("_place")
        further = _step(trail, combinations, siblings, optional, level)
        found.append(_lost(trail[~trail["combination"].isin(further["combination"])], combinations, siblings, level))
        places, trail = places.assign(_above=places["_inside"], _inside=place, _path=path), further
    found += _arrived(trail.merge(places[["_inside", "_code", "_ends", "_path"]], on="_inside"), codes)
    return pd.concat(found).astype({"combination": int, "code": int}).set_index("combination").sort_index()


def _arrived(ends: pd.DataFrame, codes: pd.Series) -> list[pd.DataFrame]:
    """Tell the combinations that come to one code from those that come to several."""
    ends = ends.sort_values(["combination", "_code", "_ends", "rank", "_path", "words"]).drop_duplicates(
        ["combination", "_code"]
    )
    # In the year of a change the code that goes on is taken, where a name could be either.
    goes_on = ~ends["_ends"] | ends.groupby("combination")["_ends"].transform("all")
    aside = ends[~goes_on].groupby("combination")["_code"].agg(lambda left: ", ".join(codes[left].astype(str)))
    ends = ends[goes_on]
    single = ~ends["combination"].duplicated(keep=False)
    left = ends["combination"].map(aside).astype(object)
    words = ends["words"] + ("; " + left + " was given up in the year and is left aside").where(left.notna(), "")
    one = pd.DataFrame(
        {
            "combination": ends["combination"],
            "method": ends["rank"].map({0: EXACT, 1: NORMALISED, 2: BY_PARENT}),
            "code": ends["_code"],
            "matched": ends["_path"],
            "candidates": "",
            "reason": words.str.removeprefix("; "),
        }
    )[single]
    shown = codes.astype(str).reindex(ends["_code"]).set_axis(ends.index) + " " + ends["_path"]
    several = ends.assign(shown=shown)[~single].groupby("combination", as_index=False)
    listed = several.agg(candidates=("shown", "; ".join), number=("shown", "size"))
    reason = "fits " + listed.pop("number").astype(str) + " places"
    return [one, listed.assign(method=AMBIGUOUS, code=-1, matched="", reason=reason)]


def _steps(levels: list[Level]) -> Iterator[tuple[list[Level], Level]]:
    """Give each level that has to agree, with the optional ones above it."""
    optional: list[Level] = []
    for level in levels:
        if level.optional:
            optional.append(level)
        else:
            yield optional, level
            optional = []


def _step(
    trail: pd.DataFrame, combinations: pd.DataFrame, siblings: pd.DataFrame, optional: list[Level], level: Level
) -> pd.DataFrame:
    """Go down one level: from the places found so far to those in them that the names of this level fit."""
    columns = [each.column for each in (*optional, level)]
    trail = trail.join(combinations[columns], on="combination")
    trail["question"] = trail.groupby(["_inside", *columns], sort=False).ngroup()
    asked = trail.drop_duplicates("question")[["question", "_inside", "path", *columns]]
    # Names of the two sides may be called the same.
    asked = asked.rename(columns={column: f"<{column}" for column in columns})
    known = siblings[["_place", "_inside", "_path", *(each.gazetteer for each in (*optional, level))]]
    known = known[known["_inside"].isin(asked["_inside"])]
    asked = asked.join(name_forms(asked[f"<{level.column}"]).add_prefix("<"))
    known = known.join(name_forms(known[level.gazetteer]).add_prefix(">"))
    pairs = asked.merge(known, left_on=["_inside", "<stem"], right_on=["_inside", ">stem"])
    name, found_name = pairs[f"<{level.column}"], pairs[level.gazetteer]
    comparison = _compare(pairs, name, found_name)
    agreement = np.zeros(len(pairs), dtype=int)
    words = pd.Series("", index=pairs.index, dtype=object)
    for each in optional:
        agrees, said = _agreement(pairs[f"<{each.column}"], pairs[each.gazetteer], pairs["path"], each.column)
        agreement, words = np.maximum(agreement, agrees), words + said
    another = np.where(comparison == _KIND_DIFFERS, ", another kind of place of this name", "")
    said = "; " + level.column + " " + name + " is " + found_name + another
    words = words + said.where(comparison > 0, "")
    pairs = pairs[["question", "_place", "_path"]].assign(comparison=comparison, agreement=agreement, said=words)
    pairs = pairs[comparison < np.where(agreement == _DIFFERENT, _KIND_DIFFERS, _NO_MATCH)]
    steps = trail[["combination", "rank", "words", "question"]].merge(pairs, on="question")
    return _best(steps)


def _best(steps: pd.DataFrame) -> pd.DataFrame:
    """Keep for each combination the places that are found in the surest way."""
    comparison, elsewhere = steps["comparison"], steps["agreement"] == _DIFFERENT
    nearest_elsewhere = comparison.where(elsewhere).groupby(steps["combination"]).transform("min")
    weak = elsewhere | (comparison == _KIND_DIFFERS)
    score = (comparison * 2 + steps["agreement"]).where(~weak, 2 * _NO_MATCH)
    # What changed its kind and what has the name elsewhere are equally sure, so that one does not hide the other.
    score = score.where(~elsewhere | (comparison == nearest_elsewhere), np.inf)
    rank = np.select([score == 0, ~weak], [0, 1], default=2)
    best = np.isfinite(score) & (score == score.groupby(steps["combination"]).transform("min"))
    kept = steps.assign(rank=np.maximum(steps["rank"], rank), words=steps["words"] + steps["said"])[best]
    kept = kept.rename(columns={"_place": "_inside", "_path": "path"})
    return kept[["combination", "_inside", "rank", "words", "path"]]


def _compare(forms: pd.DataFrame, name: pd.Series, found: pd.Series) -> np.ndarray:
    """Tell how the names of pairs with the same stem compare."""
    kind, found_kind = forms["<kind"], forms[">kind"]
    changed = (kind + "|" + found_kind).isin([f"{one}|{other}" for one, other in CHANGES_OF_STATUS])
    ways = [name == found, forms["<plain"] == forms[">plain"], kind == found_kind, (kind == "") | (found_kind == "")]
    return np.select([*ways, changed], [0, 1, 2, 3, _KIND_DIFFERS], default=_NO_MATCH)


def _agreement(name: pd.Series, found: pd.Series, above: pd.Series, column: str) -> tuple[np.ndarray, pd.Series]:
    """Tell whether the names of an optional level agree, and what is to be said of it."""
    forms = name_forms(name).add_prefix("<").join(name_forms(found).add_prefix(">"))
    comparison = np.where(forms["<stem"] == forms[">stem"], _compare(forms, name, found), _NO_MATCH)
    # 北京市 as a prefecture of 北京市 says as much as 直辖.
    stem_above = name_forms(above.str.replace(r"^.* / ", "", regex=True))["stem"]
    none = forms["<plain"].isin(NO_NAME) | (forms["<stem"] == stem_above)
    found_none = forms[">plain"].isin(NO_NAME) | (forms[">stem"] == stem_above)
    said_nothing = (name == "") | (found == "")
    same = (name == found) | said_nothing
    alike = (comparison <= _KIND_DIFFERS) | (none & found_none)
    agreement = np.select([same, alike], [_SAME, _ALIKE], default=_DIFFERENT)
    words = "; " + column + " " + name + np.where(alike, " is ", " is not the same, it is in ") + found
    return agreement, words.where(agreement != _SAME, "")


def _lost(lost: pd.DataFrame, combinations: pd.DataFrame, siblings: pd.DataFrame, level: Level) -> pd.DataFrame:
    """Say why names fit no place, with the nearest names there and the same name elsewhere as hints."""
    if lost.empty:
        columns = ["combination", "candidates", "reason", "method", "code", "matched"]
        return pd.DataFrame(columns=columns).astype({"code": int, "combination": int})
    lost = lost.assign(name=combinations.loc[lost["combination"], level.column].to_numpy())
    lost = lost.assign(stem=name_forms(lost["name"])["stem"]).sort_values(["combination", "path"])
    there = siblings[siblings["_inside"].isin(lost["_inside"])]
    inside = there.groupby("_inside")[level.gazetteer].unique()
    # As far as the place one level higher, for there is a village of almost any name somewhere in a country.
    around = siblings[siblings["_above"].isin(there["_above"])]
    stems = name_forms(around[level.gazetteer])["stem"]
    named = around[stems.isin(lost["stem"])].assign(stem=stems).sort_values("_path")
    of_the_name = named.groupby(["_above", "stem"])["_path"].unique()
    above = there.drop_duplicates("_inside").set_index("_inside")["_above"]
    hints: dict[tuple[object, ...], tuple[str, str]] = {}
    told = []
    for combination, case in lost.groupby("combination", sort=True):
        # Many rows ask the same question.
        name, stem, places = str(case["name"].iloc[0]), case["stem"].iloc[0], tuple(case["_inside"])
        if (name, places) not in hints:
            near = [each for place in places for each in get_close_matches(name, sorted(inside[place]), 3, 0.5)]
            wider = sorted({above[place] for place in places})
            elsewhere = [each for place in wider for each in of_the_name.get((place, stem), [])] if name else []
            parts = [f"near: {', '.join(near)}"] if near else []
            parts += [f"of this name: {'; '.join(elsewhere[:3])}"] if elsewhere else []
            where = " or ".join(filter(None, case["path"])) or "the gazetteer"
            why = f"no {level.column} {name} in {where}" if name else f"the {level.column} is missing"
            why += ", by its name a zone, and zones have no code of their own" if name.endswith(ZONES) else ""
            hints[name, places] = "; ".join(parts), why
        told.append((combination, *hints[name, places]))
    listed = pd.DataFrame(told, columns=["combination", "candidates", "reason"])
    return listed.assign(method=UNMATCHED, code=-1, matched="")


def _read_decisions(path: Path, declaration: MatchNames) -> list[tuple[str, dict[str, str]]]:
    """Read the file of decisions and check every line by itself."""
    columns = [level.column for level in declaration.levels]
    header, lines = read_records(path, DataError)
    wanted = [*columns, "code", "reason"]
    problems = [Problem(str(path), f"the column `{name}` is missing") for name in wanted if name not in header]
    if problems:
        raise DataError(problems)
    seen: dict[tuple[str, ...], int] = {}
    records = []
    for line, row in lines:
        names = tuple(row[column] for column in columns)
        where = f"{path}, line {line}"
        if not row["reason"].strip():
            problems.append(Problem(where, "gives no reason"))
        if names in seen:
            problems.append(Problem(where, f"decides on {' / '.join(names)} again, after line {seen[names]}"))
        seen.setdefault(names, line)
        records.append((where, row))
    if problems:
        raise DataError(problems)
    return records


def _decided(
    found: pd.DataFrame,
    decisions: list[tuple[str, dict[str, str]]],
    combinations: pd.DataFrame,
    places: pd.DataFrame,
    codes: pd.Series,
    declaration: MatchNames,
) -> pd.DataFrame:
    """Let reviewed decisions go before every other way, and refuse those that are not needed any more."""
    columns = [level.column for level in declaration.levels]
    listed = pd.DataFrame([row for _, row in decisions], columns=[*columns, "code", "reason"]).assign(
        decision=range(len(decisions))
    )
    listed["at"] = pd.Index(codes.astype(str)).get_indexer(pd.Index(listed["code"].str.strip()))
    hits = combinations.reset_index(names="combination").merge(listed, on=columns)
    hits = hits.join(found[["method", "code"]].add_prefix("found_"), on="combination")
    problems = []
    for number, (where, row) in enumerate(decisions):
        code, at, of_row = row["code"].strip(), listed["at"].iloc[number], hits[hits["decision"] == number]
        shown = " / ".join(row[column] for column in columns)
        if code and at < 0:
            what = f"the gazetteer {declaration.gazetteer} has no code {code}"
            problems.append(Problem(where, what, hint=nearest(code, codes.astype(str))))
        elif of_row.empty:
            hint = "take the decision out, or write the names as the table has them"
            problems.append(Problem(where, f"no row has the names {shown}", hint=hint))
        elif code and (of_row["found_code"] == at).all():
            what = f"{shown} gets the code {code} without the decision"
            problems.append(Problem(where, what, hint="it is not needed any more; take it out"))
        elif code and (year := _year_without(places[places["_code"] == at], of_row, declaration)) is not None:
            problems.append(Problem(where, f"the code {code} is not valid in {year}, the year of {shown}"))
    if problems:
        raise DataError(problems)
    hits = hits.set_index("combination")
    decided = found.copy()
    decided.loc[hits.index, "method"] = DECISION
    decided.loc[hits.index, "code"] = hits["at"]
    names = _names_of(hits["at"].unique(), places, declaration)
    decided.loc[hits.index, "matched"] = [names.get(at, "") for at in hits["at"]]
    decided.loc[hits.index, "candidates"] = ""
    decided.loc[hits.index, "reason"] = hits["reason"].str.strip()
    return decided


def _year_without(places: pd.DataFrame, combinations: pd.DataFrame, declaration: MatchNames) -> int | None:
    """Give the first year of some combinations in which none of some places is valid."""
    if declaration.year is None:
        return None
    by_column = isinstance(declaration.year, str)
    years = sorted(combinations[declaration.year].unique()) if by_column else [declaration.year]
    spans = list(zip(places["_from"], places["_until"], strict=True))
    return next((int(year) for year in years if not any(low <= year <= high for low, high in spans)), None)


def _names_of(wanted: np.ndarray, places: pd.DataFrame, declaration: MatchNames) -> dict[int, str]:
    """Give the names of places by their codes; the first, where a code had several."""
    columns = [level.gazetteer for level in declaration.levels]
    rows = places[places["_code"].isin(wanted)].sort_values(["_code", *columns]).drop_duplicates("_code")
    names = rows[columns].to_numpy()
    return {code: " / ".join(filter(None, of_row)) for code, of_row in zip(rows["_code"], names, strict=True)}


def _report(combinations: pd.DataFrame, found: pd.DataFrame, codes: pd.Series, rows: np.ndarray) -> pd.DataFrame:
    """Give one row for each combination of names."""
    told = found.assign(rows=rows, code=codes.astype(str).reindex(found["code"].to_numpy()).to_numpy())
    return combinations.join(told[REPORT_COLUMNS])


def _refuse(report: pd.DataFrame, declaration: MatchNames, where: str) -> None:
    """Refuse names that fit no place or several, where the study says that they are an error."""
    fates = {UNMATCHED: declaration.unmatched, AMBIGUOUS: declaration.ambiguous or declaration.unmatched}
    failing = report[report["method"].map(fates) == "fail"]
    if failing.empty:
        return
    problems = []
    for row in failing.head(SHOWN).to_dict("records"):
        names = " / ".join(str(row[column]) for column in declaration.named)
        hints = f" ({row['candidates']})" if row["candidates"] else ""
        what = f"{names}, {counted(row['rows'], 'row')}: {row['reason']}{hints}"
        problems.append(Problem(where, what, "match_names"))
    more = len(failing) - SHOWN
    if more > 0:
        problems.append(Problem(where, f"{counted(more, 'combination')} of names more likewise", "match_names"))
    hint = "decide in the file of `decisions`, or say `unmatched: missing` and look at the report"
    problems[-1] = replace(problems[-1], hint=hint)
    raise DataError(problems)
