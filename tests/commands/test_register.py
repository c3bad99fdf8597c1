"""A registered plan stays as it was, and what is not as it was is told by name."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ruralpanel.commands.register import main
from ruralpanel.errors import StudyError
from ruralpanel.study.load import load_study
from ruralpanel.study.registration import changes, load_registrations, plan_of, registered_file
from ruralpanel.words.registration import changed_words, registration_words
from tests.conftest import ROOT

CASTLE = "replications/castle"
CHOSEN = ["--config", f"study={CASTLE}"]


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder with a study, and work there."""
    for part in (f"config/studies/{CASTLE}.yaml", "config/config.yaml"):
        (tmp_path / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / part, tmp_path / part)
    study = load_study(CASTLE, ROOT)
    for source in study.sources.values():
        if source.path:
            (tmp_path / source.path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / source.path, tmp_path / source.path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def edit(top: Path, old: str, new: str) -> None:
    file = top / f"config/studies/{CASTLE}.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def said() -> list[str]:
    """Give what a run says of the plan."""
    path = registered_file(CASTLE)
    return registration_words(load_registrations(path), plan_of(load_study(CASTLE)), path)


def test_a_plan_is_kept_and_what_changes_after_it_is_named(top: Path) -> None:
    assert said() == []
    assert main(CHOSEN) == 0
    path = top / registered_file(CASTLE)
    kept = path.read_bytes()
    assert said()[0].endswith("; claims, blocks and rule are as they were then.")
    edit(top, "blocks:\n", "# a comment\nblocks:\n")
    assert said()[0].endswith("as they were then.")
    first = next(iter(load_study(CASTLE).blocks))
    edit(top, f"\n  {first}:\n", f"\n  {first}:\n    engine: linearmodels\n")
    assert said()[0].endswith(f"; since then 1 block changed ({first}: engine).")
    with pytest.raises(StudyError, match="is registered, and stays as it was"):
        main(CHOSEN)
    assert path.read_bytes() == kept
    with pytest.raises(StudyError, match="--again: is empty"):
        main([*CHOSEN, "--again", " "])
    assert main([*CHOSEN, "--again", "a check of the engine"]) == 0
    earlier, later = load_registrations(path)
    assert json.loads(path.read_text(encoding="utf-8"))["registrations"][0] == json.loads(kept)["registrations"][0]
    one, other = said()
    assert one.startswith(f"Registered {earlier.date.isoformat()} (sha256 {earlier.sha256[:12]}).")
    assert other == (
        f"Registered again {later.date.isoformat()} (“a check of the engine”): 1 block changed ({first}: engine); "
        "claims, blocks and rule are as they were then."
    )
    with pytest.raises(StudyError, match="there is nothing new"):
        main([*CHOSEN, "--again", "no reason"])


def test_a_plan_that_is_not_there_is_not_registered_again(top: Path) -> None:
    with pytest.raises(StudyError, match="nothing is registered"):
        main([*CHOSEN, "--again", "why"])
    assert not (top / registered_file(CASTLE)).exists()


def test_a_file_that_was_edited_is_found_by_its_hash(top: Path) -> None:
    main(CHOSEN)
    path = top / registered_file(CASTLE)
    contents = json.loads(path.read_text(encoding="utf-8"))
    contents["registrations"][0]["plan"]["blocks"].popitem()
    path.write_text(json.dumps(contents), encoding="utf-8")
    assert "was edited" in said()[0]
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(StudyError, match="is no registered plan"):
        said()


def test_changes_are_counted_and_named() -> None:
    before = {"claims": {"a": {"text": "x", "tests": [1]}, "b": {"text": "y"}}, "blocks": {"main": {}}}
    now = {"claims": {"a": {"text": "x", "tests": [2]}, "c": {}}, "blocks": {"main": {}}, "rule": {"leads": 1}}
    assert changed_words(changes(before, now)) == (
        "1 claim added (c), 1 claim changed (a: tests), 1 claim removed (b), 1 key of the rule added (leads)"
    )
