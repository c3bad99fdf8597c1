"""``./run explore``: every estimate of an effect with a picker of specifications, as one page that needs no server."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from ruralpanel.errors import Problem, counted
from ruralpanel.placement import place, replacing
from ruralpanel.study.load import configured_study, find_study, load_study
from ruralpanel.trial.errors import TrialError


def main(arguments: Sequence[str]) -> int:
    """Write the page, and print where it is; the status is 0."""
    parser = ArgumentParser(prog="./run explore", description=__doc__)
    parser.add_argument("--study", default="", help="left out: that of config/config.yaml")
    parser.add_argument("--config", nargs="+", default=[], metavar="study=NAME", help="the same, as for a run")
    chosen = parser.parse_args(list(arguments))
    root = Path()
    named = configured_study([*chosen.config, *([f"study={chosen.study}"] if chosen.study else [])], root)
    name, _ = find_study(named, root)
    study, results = load_study(named, root), root / "results" / name
    estimates = [results / "estimates" / f"{block}.csv" for block in study.blocks]
    if absent := [path for path in estimates if not path.is_file()]:
        what = f"{counted(len(absent), 'block')} of {len(estimates)} not estimated yet, such as {absent[0].as_posix()}"
        raise TrialError([Problem(name, what, hint=f"run it first: ./run --config study={name}")])
    from ruralpanel.estimation.estimates import load_estimates
    from ruralpanel.report.explorer_line import EXPLORER, with_explorer
    from ruralpanel.trial.explorer import effects, page

    found = effects(load_estimates(estimates), study)
    if not found:
        what = "no block estimates an effect of a treatment over all rows"
        raise TrialError([Problem(name, what, hint="`./run try` estimates one")])
    target = place(results, EXPLORER)
    with replacing(target) as beside:
        beside.write_text(page(found, study), encoding="utf-8")
    of_study = place(results, "report/index.html")
    if of_study.is_file():
        leading = with_explorer(of_study.read_text(encoding="utf-8"), name)
        with replacing(of_study) as beside:
            beside.write_text(leading, encoding="utf-8")
    number = sum(len(each["estimates"]) for each in found)
    print(f"{target}: {counted(number, 'estimate')} of {counted(len(found), 'effect')}")
    return 0
