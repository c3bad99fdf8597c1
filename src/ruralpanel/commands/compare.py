"""``./run compare A B``: two studies, or two folders of results, coefficient by coefficient."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ruralpanel.estimation.address import address_of
from ruralpanel.verification.comparison import estimates_of, side_by_side


def main(arguments: Sequence[str]) -> int:
    """Print the comparison; the status is 0 only when nothing differs."""
    parser = ArgumentParser(prog="./run compare", description=__doc__)
    parser.add_argument("first", help="a study that has been run, or a folder of its results kept from another run")
    parser.add_argument("second", help="what to put beside it")
    parser.add_argument("--csv", type=Path, help="where to write all rows; left out: only what differs is printed")
    chosen = parser.parse_args(list(arguments))
    first, second = (estimates_of(name, Path("results")) for name in (chosen.first, chosen.second))
    shared_blocks = set(first["block"]) & set(second["block"])
    rows = side_by_side(first, second, ["block"] if shared_blocks else [])
    if chosen.csv is not None:
        chosen.csv.parent.mkdir(parents=True, exist_ok=True)
        rows.to_csv(chosen.csv, index=False, lineterminator="\n")
    different = rows[rows["status"] != "same"]
    for row in different.to_dict("records"):
        print(_line(row))
    counts = rows["status"].value_counts()
    print("; ".join(f"{counts[status]:,} {status}" for status in counts.index) + f", of {len(rows):,} coefficients")
    return 0 if different.empty else 1


def _line(row: Mapping[Any, Any]) -> str:
    """Write a difference as ``baseline/main/income/…: 0.081 (0.010) → 0.079 (0.010), 0.2 standard errors``."""
    place = address_of({"block": "…", **row})  # without a block where the two have blocks of their own
    shown = [_number(row[f"estimate_{side}"], row[f"standard_error_{side}"]) for side in ("first", "second")]
    size = row["in_standard_errors"]
    apart = f", {size:.2g} standard errors" if isinstance(size, float) and not pd.isna(size) else ""
    return f"{row['status']:<11} {place}: {shown[0]} → {shown[1]}{apart}"


def _number(estimate: Any, standard_error: Any) -> str:
    if pd.isna(estimate):
        return "none"
    error = "" if pd.isna(standard_error) else f" ({standard_error:.4g})"
    return f"{estimate:.5g}{error}"
