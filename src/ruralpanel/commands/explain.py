"""``./run explain ADDRESS``: where a number comes from, from its equation back to the raw files."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ruralpanel.archive.marker import synthetic_sources
from ruralpanel.errors import AddressError, Problem, counted
from ruralpanel.estimation.address import find_estimate
from ruralpanel.estimation.estimates import load_estimates
from ruralpanel.estimation.modules import digest_behind
from ruralpanel.frames.storage import load_table
from ruralpanel.report.explanation import explanation
from ruralpanel.study.addresses import NoSuchNumber, read_address
from ruralpanel.study.inputs import declared_inputs
from ruralpanel.study.load import configured_study, find_study, load_study
from ruralpanel.study.model import Study
from ruralpanel.study.published_files import published_inputs
from ruralpanel.verification.inputs import ChangedInput, changed_inputs, inputs_read, read_published_inputs
from ruralpanel.verification.published import from_print, read_published


def main(arguments: Sequence[str]) -> int:
    """Print what stands behind a number; the status is 0 where there is one."""
    parser = ArgumentParser(prog="./run explain", description=__doc__)
    parser.add_argument(
        "address", help="block/specification/outcome/estimator/term; what there is only one of may be left out"
    )
    parser.add_argument(
        "--config", nargs="+", default=[], metavar="study=NAME", help="the study; left out: that of config/config.yaml"
    )
    chosen = parser.parse_args(list(arguments))
    root = Path()
    named = configured_study(chosen.config, root)
    name, file = find_study(named, root)
    study, results = load_study(named, root), root / "results" / name
    try:
        address = read_address(chosen.address)
        row = find_estimate(load_estimates(_estimates(results, study, name)), address)
    except NoSuchNumber as error:
        raise AddressError([error.problem(name)]) from None
    ledgers = [
        *(results / "sources" / f"{source}.ledger.csv" for source in study.sources),
        results / "panel" / "panel.ledger.csv",
        results / "estimates" / f"{row['block']}.ledger.csv",
    ]
    provenance = {
        source: json.loads((results / "sources" / f"{source}.provenance.json").read_text(encoding="utf-8"))
        for source in study.sources
    }
    steps = pd.concat([load_table(path) for path in ledgers], ignore_index=True)
    code = digest_behind(study, row["block"], file.parent)
    changed = _changed(study, name, provenance, root)
    print(explanation(row, address.statistic, study, name, steps, provenance, code, changed))
    return 0


def _changed(study: Study, name: str, provenance: Mapping[str, Mapping[str, Any]], root: Path) -> list[ChangedInput]:
    """Find the inputs of the study that are not those of its published numbers."""
    path = root / (study.published or f"results/published/{name}.csv")
    published = read_published_inputs(published_inputs(path))
    if published is None or not path.is_file():
        return []
    now = inputs_read(declared_inputs(study), provenance, root)
    return changed_inputs(now, published, bool(from_print(read_published(path)).any()), synthetic_sources(study, root))


def _estimates(results: Path, study: Study, name: str) -> list[Path]:
    """Name the files of all estimates, which a run has to have made."""
    files = [results / "estimates" / f"{block}.csv" for block in study.blocks]
    if absent := [path for path in files if not path.is_file()]:
        what = f"{counted(len(absent), 'block')} of {len(files)} not estimated yet, such as {absent[0].as_posix()}"
        raise AddressError([Problem(name, what, hint=f"run it first: ./run --config study={name}")])
    return files
