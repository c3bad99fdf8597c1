"""The order of the rooms: each imports what stands below it, and nothing above; and the picture of it is fresh."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import ROOT

ORDER = [
    # what knows nothing of a study
    *("early_cutoff", "errors", "fonts", "fork_request", "forks", "git", "installation", "lineage", "runs"),
    *("stage", "placement", "arrays", "treatment_columns"),
    # facts as codes with arguments
    *("reasons", "absorption", "frames"),
    # what a user declares
    "study",
    # the stages, in the order in which data pass them
    *("sources", "confidential", "tables", "panel"),
    *("inference", "estimation", "sensitivity", "diagnosis", "crosscheck"),
    # where facts become sentences, and where these are shown
    "words",
    *("exhibits", "verification", "report"),
    # economies and names that are made, and what is tried on them
    *("toponymy", "simulation", "monte_carlo", "power"),
    # what works with whole studies
    *("drafting", "starting", "doctor", "archive", "reference", "trial"),
    *("commands", "progress", "console"),
    "face",
]
"""The rooms from below: the packages and modules at the top of the program."""


@pytest.fixture(scope="module")
def rooms() -> ModuleType:
    """Import the program that draws the rooms."""
    sys.path.insert(0, str(ROOT / "docs"))
    import rooms

    sys.path.remove(str(ROOT / "docs"))
    return rooms


@pytest.mark.slow
def test_every_room_has_its_place(rooms: ModuleType) -> None:
    assert sorted(ORDER) == sorted(rooms.below())


@pytest.mark.slow
def test_no_import_leads_upwards(rooms: ModuleType) -> None:
    place = {name: position for position, name in enumerate(ORDER)}
    upwards = [
        f"{each.where} imports {each.other}"
        for each in rooms.imports_between()
        if each.other in place and place[each.other] > place[each.room]
    ]
    assert upwards == []


def test_an_import_upwards_is_found(rooms: ModuleType, tmp_path: Path) -> None:
    package = tmp_path / "ruralpanel"
    for name, text in {
        "low/one.py": "def f():\n    from ruralpanel.high.two import g\n",
        "high/two.py": "import ruralpanel.low.one\n",
        "high/three.py": "from ruralpanel import low\nfrom ruralpanel.high import two\n",
    }.items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        (path.parent / "__init__.py").touch()
    found = {(each.room, each.other, each.where) for each in rooms.imports_between(package)}
    assert found == {
        ("low", "high", "low/one.py:2"),
        ("high", "low", "high/two.py:1"),
        ("high", "low", "high/three.py:1"),
    }
    with pytest.raises(ValueError, match="high, low import one another in a circle"):
        rooms.levels(rooms.below(package))


def test_what_follows_from_other_imports_is_not_drawn(rooms: ModuleType) -> None:
    of = {"a": set(), "b": {"a"}, "c": {"a", "b"}}
    assert rooms.without_what_follows(of) == {"a": set(), "b": {"a"}, "c": {"b"}}
    assert rooms.levels(of) == {"a": 0, "b": 1, "c": 2}


@pytest.mark.slow
def test_the_picture_of_the_rooms_is_fresh(rooms: ModuleType) -> None:
    assert rooms.PICTURE.read_text(encoding="utf-8") == rooms.picture(rooms.below()), "draw it: python docs/rooms.py"
