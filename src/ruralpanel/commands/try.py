"""``./run try "log(income) ~ listed | village + year"``: a regression on the built panel, in a second or two."""

from __future__ import annotations

import re
import shutil
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ruralpanel.errors import Problem, StudyError
from ruralpanel.study.estimators import is_own
from ruralpanel.study.load import configured_study
from ruralpanel.study.yaml_file import parse_yaml
from ruralpanel.trial.errors import TrialError
from ruralpanel.trial.estimation import UNSAVED, OfStudy, opened, values_of, with_block
from ruralpanel.trial.proposal import Options, Proposal, propose


def main(arguments: Sequence[str]) -> int:
    """Print the table, and save the block where that is asked for; the status is 0 where there is an estimate."""
    chosen = _parser().parse_args(list(arguments))
    settings = [*chosen.config, *([f"study={chosen.study}"] if chosen.study else [])]
    of = opened(configured_study(settings, Path()), Path())
    name = _free_name(chosen.save, of) if chosen.save else _unused(UNSAVED, of)
    if is_own(chosen.estimator) and "allow_code=true" not in chosen.config:
        what = f"`{chosen.estimator}` is a program of the study's own, which is run here"
        raise TrialError([Problem("--estimator", what, hint="read it, and then add --config allow_code=true")])
    options = Options(chosen.estimator, _columns(chosen.cluster), chosen.weights, chosen.sample, _more(chosen.more))
    proposal = propose(chosen.formula, options, of.study, lambda column: values_of(of, column))
    study, contents = with_block(of, proposal, name)
    from ruralpanel.trial.estimation import estimated
    from ruralpanel.trial.terminal import printed

    equations, found = estimated(of, study, proposal, name)
    print(printed(study, equations, found.estimates, found.ledger, shutil.get_terminal_size((120, 40)).columns))
    for note in proposal.notes:
        print(f"Read so: {note}")
    if chosen.save:
        _save(chosen, of, proposal, contents, name)
    return 0 if found.estimates["estimate"].notna().any() else 1


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="./run try", description=__doc__)
    parser.add_argument(
        "formula", help="as R fixest writes it: outcome ~ terms | fixed effects | endogenous ~ instruments"
    )
    parser.add_argument("--cluster", default="", help="a column, or two with a plus; left out: as in a study file")
    parser.add_argument("--estimator", default="", help="left out: two-way fixed effects, or what the formula says")
    parser.add_argument("--weights", default="", help="a column")
    parser.add_argument("--sample", default="", help="a condition on rows: 'year >= 2012'")
    parser.add_argument(
        "--with",
        dest="more",
        action="append",
        default=[],
        metavar="KEYS",
        help="further keys of the block, as in a study file: 'window: [-4, 4]'",
    )
    parser.add_argument("--study", default="", help="left out: that of config/config.yaml")
    parser.add_argument("--config", nargs="+", default=[], metavar="study=NAME", help="the same, as for a run")
    parser.add_argument("--save", default="", metavar="BLOCK", help="add it to the study file, as a block of this name")
    return parser


def _columns(written: str) -> list[str]:
    return [each for each in re.split(r"[+,^\s~]+", written) if each]


def _more(given: Sequence[str]) -> Mapping[str, Any]:
    """Read further keys, each a line or so of YAML."""
    found: dict[str, Any] = {}
    for text in given:
        try:
            found |= parse_yaml(text, Path("--with")).data
        except StudyError as error:
            raise TrialError(
                Problem(each.where, each.what, hint="such as 'window: [-4, 4]'") for each in error.problems
            ) from None
    return found


def _free_name(name: str, of: OfStudy) -> str:
    """Give the name of a block that is not there yet."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", name):
        hint = "lower-case letters, digits and underscores, a letter first"
        raise TrialError([Problem("--save", f"{name!r} cannot be the name of a block", hint=hint)])
    if name in of.study.blocks:
        hint = f"choose another name, such as `{_unused(name, of)}`"
        raise TrialError([Problem("--save", f"there is a block `{name}` already", hint=hint)])
    return name


def _unused(name: str, of: OfStudy) -> str:
    names = (name, *(f"{name}_{number}" for number in range(2, len(of.study.blocks) + 3)))
    return next(each for each in names if each not in of.study.blocks)


def _save(chosen: Namespace, of: OfStudy, proposal: Proposal, contents: Mapping[str, Any], name: str) -> None:
    """Add the block to the study file, and print the lines that are new."""
    from ruralpanel.placement import replacing
    from ruralpanel.trial.adding import verified, with_entries

    text = of.path.read_bytes().decode("utf-8")
    comment = " ".join(f'./run try "{chosen.formula}"'.split())
    entries = [
        (("panel", "derived"), proposal.derived, ""),
        (("outcomes",), proposal.outcomes, ""),
        (("blocks",), {name: proposal.block}, comment),
    ]
    added = verified(with_entries(text, entries, of.file.path), contents, of.file.path)
    with replacing(of.path) as beside:
        beside.write_bytes(added.text.encode("utf-8"))
    print(f"\nAdded to {of.file.path}:")
    for number, line in added.lines:
        print(f"{number:>5}  {line}")
    print(f"The next run estimates it: ./run{of.config}")
    print(f"A table shows it, under `exhibits`: {name}_table: {{ kind: regression_table, title: …, blocks: [{name}] }}")
