"""``./run compare A B``: two studies, or two folders of results, coefficient by coefficient.

``./run compare A --published``: a study's estimates beside those that others have printed.
"""

from __future__ import annotations

import csv
import os
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ruralpanel.errors import Problem, counted
from ruralpanel.estimation.address import address_of
from ruralpanel.placement import PlacementError, replacing
from ruralpanel.verification.beside_published import lines_beside_published
from ruralpanel.verification.comparison import estimates_of, largest_first, side_by_side
from ruralpanel.words.sentences import sentence_list


def main(arguments: Sequence[str]) -> int:
    """Print the comparison; the status is 0 only when nothing differs, and beside printed estimates always."""
    parser = ArgumentParser(prog="./run compare", description=__doc__)
    parser.add_argument("first", help="a study that has been run, or a folder of its results kept from another run")
    parser.add_argument("second", nargs="?", help="what to put beside it")
    parser.add_argument(
        "--published",
        action="store_true",
        help="in place of a second study: the printed estimates that the study lists and shows beside its own",
    )
    parser.add_argument(
        "--csv",
        type=Path,
        help="where to write all rows, in the order of the first; what differs is printed, the largest difference "
        "in standard errors first",
    )
    chosen = parser.parse_args(list(arguments))
    if (chosen.second is None) != chosen.published:
        parser.error("give a second study or --published, and not both")
    if chosen.published:
        if chosen.csv is not None:
            parser.error("--csv goes with two studies; exhibits of kind meta_table have the rows of --published")
        for line in lines_beside_published(chosen.first, Path()):
            print(line)
        return 0
    if chosen.csv is not None:
        _free_to_write(chosen.csv)
    first, second = (estimates_of(name, Path("results")) for name in (chosen.first, chosen.second))
    shared_blocks = set(first["block"]) & set(second["block"])
    rows = side_by_side(first, second, ["block"] if shared_blocks else [])
    if chosen.csv is not None:
        with replacing(chosen.csv) as beside:
            rows.to_csv(beside, index=False, lineterminator="\n")
    different = largest_first(rows)
    if len(different) > 1:
        print("What differs, the largest difference in standard errors first:")
    for row in different.to_dict("records"):
        print(_line(row))
    print(_counts(Counter(rows["status"])))
    return 0 if different.empty else 1


def _free_to_write(path: Path) -> None:
    """Do nothing where there is no such file, or an earlier comparison, which alone is replaced."""
    if not os.path.lexists(path):
        return
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            header = next(csv.reader(stream), [])
    except (OSError, UnicodeDecodeError, csv.Error):
        header = []
    if path.is_symlink() or not {"status", "estimate_first", "estimate_second"} <= set(header):
        what = "is there already, and is no comparison that this command wrote"
        raise PlacementError([Problem(path.as_posix(), what, hint="give --csv another name")])


def _counts(statuses: Counter[str]) -> str:
    """Say how many coefficients differ, how many are the same and how many only one of the two has."""
    flips = statuses["sign flip"]
    differ = statuses["differs"] + flips
    parts = [
        f"{differ:,} {'differs' if differ == 1 else 'differ'}" + (f" ({flips:,} in sign)" if flips else ""),
        f"{statuses['same']:,} {'is' if statuses['same'] == 1 else 'are'} the same",
    ]
    parts += [
        f"{statuses[f'only {side}']:,} {'is' if statuses[f'only {side}'] == 1 else 'are'} only in the {side}"
        for side in ("first", "second")
        if statuses[f"only {side}"]
    ]
    return f"Of {counted(statuses.total(), 'coefficient')}, {sentence_list(parts)}."


def _line(row: Mapping[Any, Any]) -> str:
    """Write a difference as ``baseline/main/income/…: 0.081 (0.010) → 0.079 (0.010), by 2.5 %, 0.2 …``."""
    place = address_of({"block": "…", **row})  # without a block where the two have blocks of their own
    shown = [_number(row[f"estimate_{side}"], row[f"standard_error_{side}"]) for side in ("first", "second")]
    size = row["in_standard_errors"]
    apart = f", {size:.2g} standard errors" if isinstance(size, float) and not pd.isna(size) else ""
    share = "" if pd.isna(row["relative_difference"]) else f", by {100 * row['relative_difference']:.2g} %"
    return f"{row['status']:<11} {place}: {shown[0]} → {shown[1]}{share}{apart}"


def _number(estimate: Any, standard_error: Any) -> str:
    if pd.isna(estimate):
        return "none"
    error = "" if pd.isna(standard_error) else f" ({standard_error:.4g})"
    return f"{estimate:.5g}{error}"
