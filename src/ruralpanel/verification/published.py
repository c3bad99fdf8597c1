"""The published values of a study: reading them, and keeping today's as the ones to verify against."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pandas as pd

from ruralpanel.errors import Problem, PublishedError, nearest
from ruralpanel.estimation.address import address_of
from ruralpanel.frames.periods.spelling import read_period, standard_spelling
from ruralpanel.frames.storage import read_records
from ruralpanel.study.estimators import ESTIMATORS

STATISTICS = (
    "estimate",
    "standard_error",
    "statistic",
    "p_value",
    "observations",
    "units",
    "clusters",
    "outcome_mean",
    "weight_share",
)
"""The columns of the estimates that can be published."""

REQUIRED = ["cell", "block", "specification", "outcome", "estimator", "term", "statistic", "value", "source"]
OPTIONAL = ["event_time", "cohort", "period", "decimals"]
PLACE = ["block", "specification", "outcome", "estimator", "term", "event_time", "cohort", "period"]
"""What says which estimate a cell is."""

COLUMNS = ["cell", *PLACE, "statistic", "value", "decimals", "source"]


def read_published(path: Path) -> pd.DataFrame:
    """Read a file of published values.

    Parameters
    ----------
    path
        A CSV file. ``cell`` says where the number is printed; ``block`` to ``period`` say which estimate it is;
        ``statistic`` which of its numbers; ``value`` the number as printed; ``decimals`` how many decimals were
        printed, when ``value`` has more; ``source`` where it was read.

    Returns
    -------
    pandas.DataFrame
        One row a cell with the columns of :data:`COLUMNS`, all text but ``number`` (the value) and ``decimals``.

    Raises
    ------
    PublishedError
        With every problem in the file.
    """
    header, rows = read_records(path, PublishedError)
    known = [*REQUIRED, *OPTIONAL]
    problems = [Problem(str(path), f"the column `{name}` is missing") for name in REQUIRED if name not in header]
    problems += [
        Problem(str(path), f"the column `{name}` is not known", hint=nearest(name, known))
        for name in header
        if name not in known
    ]
    if problems:
        raise PublishedError(problems)
    for line, row in rows:
        problems += [Problem(f"{path}, line {line}", *problem) for problem in _problems_of(row)]
    if problems:
        raise PublishedError(problems)
    frame = pd.DataFrame([row for _, row in rows], columns=header).reindex(columns=COLUMNS, fill_value="").astype("str")
    for name in ("cohort", "period"):
        frame[name] = frame[name].map(standard_spelling)
    frame["number"] = [float(value) for value in frame["value"]]
    frame["decimals"] = [
        int(given) if given else printed_decimals(value)
        for given, value in zip(frame["decimals"], frame["value"], strict=True)
    ]
    repeated = frame[frame.duplicated(["cell", *PLACE, "statistic"])]
    if len(repeated):
        raise PublishedError([Problem(str(path), f"cell `{cell}` is given twice") for cell in repeated["cell"]])
    return frame


def nothing_published() -> pd.DataFrame:
    """Give the published values of a study that has none."""
    return pd.DataFrame(columns=[*COLUMNS, "number"])


def _problems_of(row: dict[str, str]) -> list[tuple[str, ...]]:
    """Describe what is wrong with one row: what was found, and key and hint."""
    problems: list[tuple[str, ...]] = []
    problems += [(f"the column `{name}` is empty",) for name in REQUIRED if not row[name].strip()]
    value = row["value"].strip()
    if value and not (NUMBER.fullmatch(value) and math.isfinite(float(value))):
        hint = "write it as printed, with a plain minus sign and no stars"
        problems.append((f"the value {row['value']!r} is not a number", "", hint))
    if row["statistic"] and row["statistic"] not in STATISTICS:
        problems.append((f"{row['statistic']!r} is not a statistic", "", nearest(row["statistic"], STATISTICS)))
    for name in ("event_time", "period", "decimals"):
        text = row.get(name) or ""
        if text and name == "period" and read_period(text) is not None:
            continue
        if text and not re.fullmatch(r"-?[0-9]{1,6}", text):
            problems.append((f"the {name} {text!r} is not a whole number",))
        elif text and name == "decimals" and not 0 <= int(text) <= 15:
            problems.append((f"{text} decimals cannot have been printed",))
    return problems


def printed_decimals(value: str) -> int:
    """Count the decimals of a number as printed: 3 for ``0.080``, 0 for ``4360``."""
    exponent = Decimal(value).as_tuple().exponent
    return max(0, -int(exponent))


NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")

RUN = "run of "
"""What the source of a value begins with when a run has printed it."""


def from_print(published: pd.DataFrame) -> pd.Series:
    """Tell which published values were typed from print, and not printed by a run.

    Parameters
    ----------
    published
        From :func:`read_published`.
    """
    return ~published["source"].str.startswith(RUN)


def refuse_to_replace_print(path: Path) -> None:
    """Do nothing when a file of published values may be written anew.

    Parameters
    ----------
    path
        The file; it need not exist.

    Raises
    ------
    PublishedError
        If it holds values that were typed from print: a run must not replace what it is verified against.
    """
    if path.is_file():
        typed = from_print(read_published(path))
        if typed.any():
            what = f"holds {int(typed.sum())} values typed from print, which a run does not replace"
            raise PublishedError([Problem(str(path), what, hint="move the file away first, if you mean to")])


@dataclass(frozen=True)
class ShownIn:
    """An exhibit that shows estimates.

    Parameters
    ----------
    number
        What is printed: ``Table 1``.
    blocks
        The blocks whose estimates it shows.
    decimals
        How many it prints.
    labels
        By address, the row and the column of an estimate in it, from
        :func:`ruralpanel.verification.cell_labels.cell_labels`; an estimate without one is called by its address.
    shows_outcome
        Tells of an outcome whether it is shown.
    """

    number: str
    blocks: Sequence[str]
    decimals: int
    labels: Mapping[str, str] = field(default_factory=dict)
    shows_outcome: Callable[[str], bool] = lambda _: True


def keep_as_published(estimates: pd.DataFrame, shown: Sequence[ShownIn], source: str) -> pd.DataFrame:
    """Make today's numbers the published ones.

    Parameters
    ----------
    estimates
        All estimates of a run.
    shown
        The exhibits, in the order of the study.
    source
        What to say where they come from.

    Returns
    -------
    pandas.DataFrame
        The columns of :data:`COLUMNS`, one row for each estimate, standard error and number of observations that
        an exhibit shows; values with ten significant digits, to be compared as printed when machines differ.
    """
    cells = []
    # Tables and event-study figures show no effect of a single cohort, and no moderator's own coefficient of a period.
    is_mean = estimates["estimator"].map(lambda name: ESTIMATORS[name].means_by_cohort).astype(bool)
    printed = is_mean | (estimates["cohort"].isin(["", None]) & estimates["period"].isna())
    for exhibit in shown:
        of_exhibit = estimates["block"].isin(exhibit.blocks) & estimates["outcome"].map(exhibit.shows_outcome)
        part = estimates[printed & of_exhibit & estimates["estimate"].notna()]
        for row in part.to_dict("records"):
            place = {name: "" if pd.isna(row[name]) else str(row[name]) for name in PLACE}
            address = address_of(row)
            for statistic, digits in (
                ("estimate", exhibit.decimals),
                ("standard_error", exhibit.decimals),
                ("observations", 0),
            ):
                if (
                    pd.notna(row[statistic]) and not ESTIMATORS[row["estimator"]].means_by_cohort
                ) or statistic == "estimate":
                    value = str(row[statistic]) if statistic == "observations" else f"{row[statistic]:.10g}"
                    cells.append(
                        {
                            "cell": f"{exhibit.number}: {exhibit.labels.get(address, address)}",
                            **place,
                            "statistic": statistic,
                            "value": value,
                            "decimals": str(digits),
                            "source": source,
                        }
                    )
    return pd.DataFrame(cells, columns=COLUMNS).drop_duplicates([*PLACE, "statistic"])
