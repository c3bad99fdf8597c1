"""``./run crosscheck``: the blocks of a study that has been run as scripts for R or Stata, and what they print.

Without --r or --stata: R. Where R and its packages are installed, the scripts are run and compared, cell by cell.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ruralpanel.crosscheck.bounds import compared_bounds, write_bounds
from ruralpanel.crosscheck.comparison import (
    DIFFERS,
    NOT_PRINTED,
    NUMBERS,
    cells_of,
    compared,
    facts_of,
    results_in,
)
from ruralpanel.crosscheck.facts import FACTS, checks_in, facts_of_bounds
from ruralpanel.crosscheck.run import forms_to_run, run_scripts
from ruralpanel.crosscheck.scripts import FORMS, write_scripts
from ruralpanel.errors import Problem, StudyError, counted, nearest
from ruralpanel.estimation.address import address_of
from ruralpanel.estimation.estimates import load_estimates
from ruralpanel.frames.storage import load_table, save_json
from ruralpanel.placement import place
from ruralpanel.reasons import read_reason
from ruralpanel.study.load import configured_study, find_study, load_study
from ruralpanel.words.crosscheck import crosscheck_words
from ruralpanel.words.sentences import sentence

BOUNDS = "bounds.csv"
"""What was asked of HonestDiD, in the folder of the cross-check."""

LISTED = 20
"""So many cells that differ are printed; all are in the file."""

LANGUAGES = {"r": "R", "stata": "Stata"}


def main(arguments: Sequence[str]) -> int:
    """Write scripts, run them where that can be done, and compare; the status is 0 unless a cell differs."""
    parser = ArgumentParser(prog="./run crosscheck", description=__doc__)
    parser.add_argument("--r", action="store_true", help="R: fixest and did, and plm with sandwich and clubSandwich")
    parser.add_argument("--stata", action="store_true", help="Stata: reghdfe, ppmlhdfe, ivreghdfe, csdid and others")
    parser.add_argument(
        "--block", nargs="+", default=[], metavar="NAME", help="only these blocks, of which the verdict is told nothing"
    )
    parser.add_argument("--no-run", action="store_true", help="only write the scripts")
    parser.add_argument(
        "--compare", action="store_true", help="write and run nothing: compare what the scripts printed elsewhere"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many scripts run at once")
    parser.add_argument(
        "--config", nargs="+", default=[], metavar="study=NAME", help="the study; left out: that of config/config.yaml"
    )
    chosen = parser.parse_args(list(arguments))
    languages = tuple(name for name in LANGUAGES if getattr(chosen, name)) or ("r",)
    asked = configured_study(chosen.config, Path())
    name, _ = find_study(asked, Path())
    results = Path("results") / name
    study = load_study(asked)
    blocks = _blocks(chosen.block, list(study.blocks))
    estimates = [results / "estimates" / f"{block}.csv" for block in blocks]
    _require(name, [results / "panel" / "panel.parquet", *estimates])
    folder = place(results, "crosscheck")
    listed = folder / "coverage.csv"
    if chosen.compare:
        _require(name, [listed], "./run crosscheck --no-run")
        coverage = pd.read_csv(listed, dtype="str", keep_default_na=False)
        coverage = coverage[coverage["block"].isin(blocks)]
    else:
        coverage = write_scripts(study, load_table(results / "panel" / "panel.parquet"), folder, languages, blocks)
        coverage.to_csv(listed, index=False, lineterminator="\n")
        if "r" in languages:
            write_bounds(study, results, folder, blocks).to_csv(folder / BOUNDS, index=False, lineterminator="\n")
        print(f"Scripts: {', '.join((folder / language).as_posix() for language in languages)}")
        _say_what_is_not_covered(coverage, languages)
    run = _run(folder, languages, chosen.jobs, chosen.no_run or chosen.compare)
    every, checks = _compared(folder, coverage, estimates, languages, run)
    bounds = _compared_bounds(folder) if "r" in languages else pd.DataFrame()
    if len(bounds):
        _say_of_bounds(bounds)
        for check in checks:
            if check["language"] == LANGUAGES["r"]:
                files = [results / "sensitivity" / f"{name}.csv" for name in bounds["sensitivity"].unique()]
                check.update(facts_of_bounds(bounds["agrees"].tolist(), files))
    if not checks and bounds.empty:
        print("Nothing was run, so that there is nothing to compare.")
        return 0
    if not checks:
        return int(not bounds["agrees"].all())
    path = folder / "crosscheck.csv"
    every.drop(columns="apart").to_csv(path, index=False, lineterminator="\n")
    print(*crosscheck_words(checks), sep="\n")
    if not chosen.block:
        _keep(results / FACTS, checks)
    _say_what_differs(every, path)
    return int((every["status"] == DIFFERS).any() or (len(bounds) > 0 and not bounds["agrees"].all()))


def _blocks(asked: Sequence[str], there: Sequence[str]) -> list[str]:
    """Name the blocks that are meant; none are all."""
    unknown = [name for name in asked if name not in there]
    if unknown:
        what = f"the study has no block `{unknown[0]}`"
        raise StudyError([Problem("--block", what, hint=nearest(unknown[0], there))])
    return [name for name in there if not asked or name in asked]


def _keep(path: Path, checks: Sequence[Mapping[str, Any]]) -> None:
    """Keep what was found, for the verdict; what was found in another language before stays."""
    languages = {check["language"] for check in checks}
    kept = [each for each in checks_in(path) if each["language"] not in languages]
    save_json({"checks": [*kept, *checks]}, path)
    print("The next ./run says so in the verdict and on the page.")


def _require(name: str, paths: Sequence[Path], command: str = "./run") -> None:
    """Do nothing where a study has been run."""
    missing = [path for path in paths if not path.is_file()]
    if missing:
        hint = f"{command} --config study={name}"
        raise StudyError([Problem(missing[0].as_posix(), "is not there: the study has not been run", hint=hint)])


def _say_what_is_not_covered(coverage: pd.DataFrame, languages: Sequence[str]) -> None:
    """Say for which equations no form of a language has a script, and why."""
    for language in languages:
        forms = [form.name for form in FORMS if form.language == language]
        of = coverage[coverage["form"].isin(forms)]
        equations = ["block", "specification", "outcome", "estimator"]
        uncovered = of.groupby(equations, sort=False).filter(lambda each: (each["reason"] != "").all())
        rows = uncovered.drop_duplicates(equations)
        total = of.drop_duplicates(equations)
        print(
            f"{LANGUAGES[language]}: {len(total) - len(rows):,} of {counted(len(total), 'regression')} have a script."
        )
        told = rows.groupby(["estimator", "reason", "reason_arguments"], sort=True).size().reset_index(name="number")
        for each in told.to_dict("records"):
            words = sentence(read_reason(str(each["reason"]), str(each["reason_arguments"])))
            print(f"    without one: {each['estimator']} ({each['number']}): {words}")


def _run(folder: Path, languages: Sequence[str], jobs: int, only_written: bool) -> list[str]:
    """Run what can be run, and name the forms whose results are there."""
    if "r" in languages and not only_written:
        forms, lacking = forms_to_run()
        for name, packages in lacking.items():
            print(f"Not run: scripts for {name}, as R has no {', '.join(packages)} here.")
        for script, words in run_scripts(folder / "r", forms, jobs).items():
            print(f"{script}: {words}")
    return [form.name for form in FORMS if any((folder / form.language).glob(f"*.{form.name}.csv"))]


def _compared(
    folder: Path,
    coverage: pd.DataFrame,
    estimates: Sequence[Path],
    languages: Sequence[str],
    run: Sequence[str],
) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """Compare what was printed, and count what agrees in each language; nothing where nothing was printed."""
    cells = cells_of(load_estimates(estimates))
    tables, checks = [], []
    for language in languages:
        forms = [form.name for form in FORMS if form.language == language and form.name in run]
        if not forms:
            continue
        paths = [folder / language / f"{path.stem}.{form}.csv" for path in estimates for form in forms]
        found = results_in([path for path in paths if path.is_file()])
        of_forms = coverage[coverage["form"].isin(forms)]
        rows = compared(cells, found, of_forms)
        tables.append(rows)
        checks.append(facts_of(cells, rows, of_forms, estimates, LANGUAGES[language]))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(), checks


def _compared_bounds(folder: Path) -> pd.DataFrame:
    """Compare intervals under bounds on trends with what was printed; none where nothing was."""
    asked = folder / BOUNDS
    return compared_bounds(pd.read_csv(asked), folder / "r") if asked.is_file() else pd.DataFrame()


def _say_of_bounds(rows: pd.DataFrame) -> None:
    """Say how many intervals agree, and name those that do not."""
    agree = f"{int(rows['agrees'].sum())} of {counted(len(rows), 'interval')} under bounds agree"
    print(f"{agree} ({rows['program'].iloc[0]}).")
    for row in rows[~rows["agrees"]].to_dict("records"):
        here, there = (f"{row[f'interval_low{end}']:.6g} to {row[f'interval_high{end}']:.6g}" for end in ("", "_there"))
        print(f"differs: {row['sensitivity']}, row {row['row']}: {here} here, {there} by {row['program']}")


def _say_what_differs(rows: pd.DataFrame, path: Path) -> None:
    """Name the cells that differ, with both numbers, the worst first."""
    differ = rows[rows["status"] == DIFFERS].sort_values("apart", ascending=False, kind="stable")
    for row in differ.head(LISTED).to_dict("records"):
        print(f"differs: {address_of(row)}: {_numbers(row, 'here')} here, {_numbers(row, 'there')} by {row['program']}")
    if len(differ) > LISTED:
        print(f"And {len(differ) - LISTED:,} more cells differ.")
    silent = rows[rows["status"] == NOT_PRINTED].groupby(["block", "estimator", "form"], sort=True).size()
    for each in silent.reset_index(name="number").to_dict("records"):
        cells = counted(int(each["number"]), "cell")
        print(f"not printed: {cells} of {each['block']}, {each['estimator']}, by the script for {each['form']}")
    print(f"All cells: {path.as_posix()}")


def _numbers(row: Mapping[object, object], side: str) -> str:
    estimate, error, observations = (row[f"{name}_{side}"] for name in NUMBERS)
    return f"{estimate:.9g} ({error:.9g}, {observations:g} rows)"
