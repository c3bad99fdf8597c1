"""``./run power``: which effects designs could find, by villages, counties, waves and timing, before there is any."""

from __future__ import annotations

import subprocess
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ruralpanel.errors import DataError, Problem, StudyError, nearest
from ruralpanel.installation import snakemake_command
from ruralpanel.placement import place, replacing
from ruralpanel.power.assumptions import Errors, MeasuredErrors, load_assumptions
from ruralpanel.study.load import find_study, load_study

if TYPE_CHECKING:
    from ruralpanel.power.components import Measured

RESULTS = Path("results/power")

PRINTED = 60
"""Designs that a terminal shows; the file has all."""


def main(arguments: Sequence[str]) -> int:
    """Print and write the table; the status is 0."""
    parser = ArgumentParser(prog="./run power", description=__doc__)
    parser.add_argument(
        "designs", nargs="?", default="villages", help="a file of config/power, or a path; left out: villages"
    )
    chosen = parser.parse_args(list(arguments))
    name, assumptions = load_assumptions(chosen.designs)
    from ruralpanel.exhibits.style import save_figure
    from ruralpanel.power.table import design_figure, design_table, varying

    errors, unit = assumptions.errors, ""
    if isinstance(errors, MeasuredErrors):
        measured, unit = _measured(errors)
        errors = measured.errors
        print(
            f"Measured in {measured.rows:,} rows before treatment, of {measured.villages:,} units in "
            f"{measured.waves} waves: {_words(errors)}"
        )
    table = design_table(assumptions, errors)
    shown = [*varying(table), "clusters_treated", "standard_error", "detectable", "detectable_in_sd"]
    print(table[shown].head(PRINTED).to_string(index=False, float_format="{:.4g}".format, na_rep="none"))
    if len(table) > PRINTED:
        print(f"... and {len(table) - PRINTED:,} more designs")
    print(
        f"detectable: with a chance of {assumptions.power:.0%}, by a test of two sides at {1 - assumptions.level:.0%}; "
        "none: fewer than two clusters are treated, or not treated"
    )
    places = {ending: place(RESULTS, f"{name}.{ending}") for ending in ("csv", "png", "pdf", "svg")}
    with replacing(places["csv"]) as beside:
        table.to_csv(beside, index=False, lineterminator="\n")
    save_figure(design_figure(table, assumptions, unit), places["png"], places["pdf"], places["svg"])
    print(f"{places['csv']}, {places['png']}")
    return 0


def _words(errors: Errors) -> str:
    return ", ".join(f"{key} {value:.3g}" for key, value in errors.model_dump().items())


def _measured(declared: MeasuredErrors) -> tuple[Measured, str]:
    """Measure errors in a study's panel, which is built first, and say what the outcome is measured in."""
    from ruralpanel.estimation.sample import transformed
    from ruralpanel.frames.storage import load_table
    from ruralpanel.power.components import measured_errors
    from ruralpanel.treatment_columns import cohort_column
    from ruralpanel.words.estimates import OutcomeWords

    name, _ = find_study(declared.study, Path())
    study = load_study(declared.study)
    problems = [
        Problem(name, f"`{given}` is no {what} of this study", f"errors.{key}", nearest(given, known))
        for key, given, what, known in (
            ("outcome", declared.outcome, "outcome", study.outcomes),
            ("treatment", declared.treatment, "designation", study.designation),
        )
        if given not in known
    ]
    if problems:
        raise StudyError(problems)
    path = Path("results") / name / "panel" / "panel.parquet"
    command = snakemake_command(Path(), "--cores", "all", path.as_posix(), "--config", f"study={declared.study}")
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise DataError([Problem(name, f"its panel could not be built:\n{ended.stderr.strip()}")])
    outcome, panel = study.outcomes[declared.outcome], load_table(path)
    unit, period = study.panel.unit, study.panel.period
    column, cohort = outcome.column or declared.outcome, cohort_column(declared.treatment)
    if declared.county not in panel:
        what = f"`{declared.county}` is no column of the panel"
        raise StudyError([Problem(name, what, "errors.county", nearest(declared.county, panel.columns))])
    begins = panel[cohort].astype("float64") - (study.designation[declared.treatment].anticipation or 0)
    before = panel[~(panel[period].astype("float64") >= begins)]
    before = before.assign(**{column: transformed(before[column].astype("float64"), outcome.transformation)})
    found = measured_errors(before, unit, period, declared.county, column)
    return found, OutcomeWords.of(outcome).effect_unit
