"""``./run plot income by cohort``: a quick look at the data of the built panel."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from ruralpanel.errors import Problem
from ruralpanel.placement import place, refuse_inputs, replacing
from ruralpanel.study.inputs import files_read
from ruralpanel.study.load import configured_study
from ruralpanel.trial.errors import TrialError
from ruralpanel.trial.estimation import opened

ENDINGS = (".png", ".pdf", ".svg")


def main(arguments: Sequence[str]) -> int:
    """Draw, and print where the picture is; the status is 0."""
    parser = ArgumentParser(prog="./run plot", description=__doc__)
    parser.add_argument(
        "words", nargs="+", help="columns, and `by` a column, `cohort` or `treated`, or `around listing`"
    )
    parser.add_argument("--save", default="", metavar="FILE", help="a picture elsewhere: .png, .pdf or .svg")
    parser.add_argument("--study", default="", help="left out: that of config/config.yaml")
    parser.add_argument("--config", nargs="+", default=[], metavar="study=NAME", help="the same, as for a run")
    chosen = parser.parse_args(list(arguments))
    settings = [*chosen.config, *([f"study={chosen.study}"] if chosen.study else [])]
    of = opened(configured_study(settings, Path()), Path())
    if chosen.save and Path(chosen.save).suffix.lower() not in ENDINGS:
        what = f"`{chosen.save}` is no picture"
        raise TrialError([Problem("--save", what, hint=f"a name that ends in {', '.join(ENDINGS)}")])
    from ruralpanel.exhibits.style import save_figure
    from ruralpanel.frames.storage import load_table
    from ruralpanel.trial.raw_plot import draw, means, read_request

    request = read_request(chosen.words, of.study)
    keys = [of.study.panel.unit, of.study.panel.period]
    panel = load_table(of.panel, columns=list(dict.fromkeys([*keys, *request.columns])))
    figure = draw(means(panel, request, of.study), request, of.study)
    name = re.sub(r"[^a-z0-9]+", "_", " ".join(chosen.words).lower()).strip("_")[:80] or "picture"
    quick = {ending: place(of.results, f"quick/{name}{ending}") for ending in ENDINGS}
    quick[".png"].parent.mkdir(parents=True, exist_ok=True)
    save_figure(figure, quick[".png"], quick[".pdf"], quick[".svg"], of.study.fonts)
    shown = quick[".png"]
    if chosen.save:
        target = Path(chosen.save)
        refuse_inputs(target, [of.path, *(of.root / each for each in files_read(of.study))])
        with replacing(target) as beside:
            beside.write_bytes(quick[target.suffix.lower()].read_bytes())
        shown = target
    print(shown)
    return 0
