"""Print what did_multiplegt_dyn makes of panels: run in an environment of its own, with the package installed."""

from __future__ import annotations

import contextlib
import io
import sys
import warnings
from pathlib import Path

import pandas as pd
import polars as pl
from did_multiplegt_dyn import DidMultiplegtDyn

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parent))
from switching_panels import CALLS, panels  # noqa: E402

KEYS = {"outcome": "y", "group": "village", "time": "year", "treatment": "d"}
NAMES = {"switchers": "switchers", "same_switchers": "same_switchers", "normalised": "normalized"}


def printed(panel: pd.DataFrame, call: dict[str, object]) -> pd.DataFrame:
    first, last = call["window"]
    switching = dict(call.get("switching", {}))
    options: dict[str, object] = {"effects": last + 1, "placebo": -first - 1}
    options |= {NAMES[key]: value for key, value in switching.items() if key in NAMES and value != "all"}
    if "within" in switching:
        options["trends_nonparam"] = switching["within"]
    if "cluster" in call:
        options["cluster"] = call["cluster"]
    if "weights" in call:
        options["weight"] = call["weights"]
    columns = ["village", "year", "y", "d", "county", "region", "size"]
    model = DidMultiplegtDyn(df=pl.from_pandas(panel[[name for name in columns if name in panel]]), **KEYS, **options)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        model.fit()
        table = model.summary()
    rows = []
    for row in table.to_dict("records"):
        kind, _, number = row["Block"].rpartition("_")
        event_time = {"Effect": lambda n: n - 1, "Placebo": lambda n: -n - 1}.get(kind)
        term = "overall" if event_time is None else str(event_time(int(number)))
        rows.append((term, row["Estimate"], row["SE"]))
    joint = [line for line in said.getvalue().splitlines() if "nullity of the placebos" in line]
    if joint and "cluster" not in call:  # its covariances of placebos do not know of clusters
        rows.append(("joint p", float(joint[0].rsplit("=", 1)[1]), None))
    return pd.DataFrame(rows, columns=["term", "estimate", "standard_error"])


def main() -> None:
    warnings.simplefilter("ignore")
    every = panels()
    found = [
        printed(every[dataset], call).assign(dataset=dataset, call=name)
        for dataset, calls in CALLS.items()
        for name, call in calls.items()
    ]
    table = pd.concat(found)[["dataset", "call", "term", "estimate", "standard_error"]]
    table.to_csv(FOLDER / "reference.csv", index=False, float_format="%.10g", lineterminator="\n")


if __name__ == "__main__":
    main()
