"""``./run register``: keeps claims, blocks and rule by hash and date, so that later runs say what changed since."""

from __future__ import annotations

import datetime
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from ruralpanel.errors import Problem, StudyError
from ruralpanel.placement import place, replacing
from ruralpanel.study.load import configured_study, find_study, load_study
from ruralpanel.study.registration import (
    REGISTERED,
    changes,
    load_registrations,
    plan_of,
    registered_file,
    registered_now,
    registrations_text,
)
from ruralpanel.words.registration import changed_words, registration_words


def main(arguments: Sequence[str]) -> int:
    """Register a study's plan; the status is 0 when it is registered now."""
    parser = ArgumentParser(prog="./run register", description=__doc__)
    parser.add_argument(
        "--config", nargs="+", default=[], metavar="study=NAME", help="the study; left out: that of config/config.yaml"
    )
    parser.add_argument(
        "--again", metavar="REASON", help="register anew, behind what is registered already, and say why"
    )
    chosen = parser.parse_args(list(arguments))
    named = configured_study(chosen.config, Path())
    name, _ = find_study(named, Path())
    plan, path = plan_of(load_study(named)), registered_file(name)
    before = load_registrations(path)
    _refuse(name, path, bool(before), bool(before) and not changes(before[-1].plan, plan), chosen.again)
    new = registered_now(plan, datetime.datetime.now(datetime.UTC).date(), chosen.again)
    if before:
        print(f"Changed since {before[-1].date.isoformat()}: {changed_words(changes(before[-1].plan, plan))}")
    with replacing(place(REGISTERED, f"{name}.json")) as beside:
        beside.write_text(registrations_text([*before, new]), encoding="utf-8")
    print(*registration_words([*before, new], plan, path), sep="\n")
    print(f"Commit {path.as_posix()} now: its date is worth what the history of the repository shows.")
    return 0


def _refuse(name: str, path: Path, registered: bool, same: bool, reason: str | None) -> None:
    """Do nothing where a plan may be registered."""
    where = path.as_posix()
    if registered and reason is None:
        hint = 'give --again "why", to register what it is now behind what it was'
        raise StudyError([Problem(where, f"the plan of {name} is registered, and stays as it was", hint=hint)])
    if reason is not None and not reason.strip():
        raise StudyError([Problem("--again", "is empty; say why the plan changed")])
    if not registered and reason is not None:
        raise StudyError([Problem("--again", f"nothing is registered for {name} yet", hint="leave it out")])
    if same:
        raise StudyError([Problem(where, "claims, blocks and rule are as they were registered: there is nothing new")])
