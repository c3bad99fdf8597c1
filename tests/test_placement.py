from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruralpanel.placement import PlacementError, add_files, place, refuse_inputs, replacing, stays_inside

DRIVE = "C:"

OUTSIDE = [
    "/data/x.csv",
    "../x.csv",
    "data/../../x.csv",
    "data/..",
    "",
    ".",
    "/",
    "..",
    DRIVE + "\\data\\x.csv",
    DRIVE + "/data/x.csv",
    "c:x.csv",
    "..\\x.csv",
    "data\\..\\..\\x.csv",
    "\\\\server\\share\\x.csv",
    "\\x.csv",
    "//server/share/x.csv",
    "x\0.csv",
]


@pytest.mark.parametrize("declared", OUTSIDE)
def test_a_path_that_leads_elsewhere_on_any_system_has_no_place(tmp_path: Path, declared: str) -> None:
    assert not stays_inside(declared)
    with pytest.raises(PlacementError, match="is not a path within"):
        place(tmp_path, declared)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("declared", ["x.csv", "./data/x.csv", "data//x.csv", "数据/村 表.csv", "data/...csv"])
def test_other_paths_are_in_the_folder(tmp_path: Path, declared: str) -> None:
    assert place(tmp_path, declared) == tmp_path / declared


@given(st.lists(st.sampled_from(["..", ".", "a", "/", "\\", "C:", "link", "b.csv"]), max_size=6))
def test_no_path_has_a_place_outside_of_the_folder(tmp_path_factory: pytest.TempPathFactory, parts: list[str]) -> None:
    top = tmp_path_factory.mktemp("top")
    folder = top / "folder"
    folder.mkdir()
    (folder / "link").symlink_to(top)
    try:
        found = place(folder, "/".join(parts))
    except PlacementError:
        return
    assert Path(os.path.realpath(found)).is_relative_to(folder)


def test_a_link_that_leads_out_of_the_folder_is_refused_and_one_that_stays_is_not(tmp_path: Path) -> None:
    folder, other = tmp_path / "folder", tmp_path / "other"
    (folder / "real").mkdir(parents=True)
    other.mkdir()
    (folder / "out").symlink_to(other, target_is_directory=True)
    (folder / "in").symlink_to(folder / "real", target_is_directory=True)
    (folder / "file.csv").symlink_to(other / "not there yet.csv")
    for declared in ("out/x.csv", "file.csv"):
        with pytest.raises(PlacementError, match="a link on the way makes it"):
            place(folder, declared)
    assert place(folder, "in/x.csv") == folder / "in/x.csv"
    (tmp_path / "linked").symlink_to(folder, target_is_directory=True)  # the folder itself may be reached by a link
    assert place(tmp_path / "linked", "x.csv") == tmp_path / "linked/x.csv"


def test_an_input_is_never_a_place_by_whatever_name(tmp_path: Path) -> None:
    raw, folder = tmp_path / "raw.csv", tmp_path / "folder"
    raw.write_text("1")
    folder.mkdir()
    os.link(raw, folder / "hard.csv")
    (folder / "own.csv").write_text("2")
    (folder / "soft.csv").symlink_to(folder / "own.csv")
    with pytest.raises(PlacementError, match="which is an input and stays as it is"):
        place(folder, "hard.csv", [raw])
    for name in ("own.csv", "soft.csv"):
        with pytest.raises(PlacementError, match="which is an input and stays as it is"):
            place(folder, name, [folder / "own.csv"])
    with pytest.raises(PlacementError, match="is an input, and lies in"):
        refuse_inputs(folder, [folder / "own.csv"])
    assert place(folder, "new.csv", [raw, folder / "own.csv"]) == folder / "new.csv"


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    kept, link, folder = tmp_path / "kept.csv", tmp_path / "link.csv", tmp_path / "folder"
    kept.write_text("good")
    link.symlink_to(kept)
    with pytest.raises(RuntimeError), replacing(kept) as beside:
        beside.write_text("half")
        raise RuntimeError
    assert kept.read_text() == "good"
    with replacing(link) as beside:
        beside.write_text("new")
    assert (kept.read_text(), link.read_text(), link.is_symlink()) == ("good", "new", False)
    folder.mkdir()
    with pytest.raises(OSError), replacing(folder) as beside:
        beside.write_text("a file in the place of a folder")
    (folder / "old").touch()
    with replacing(folder) as beside:
        beside.mkdir()
        (beside / "new").touch()
    assert [path.name for path in folder.iterdir()] == ["new"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "kept.csv", "link.csv"]


def test_a_folder_is_put_back_where_the_new_one_cannot_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, move = tmp_path / "folder", os.replace
    folder.mkdir()
    (folder / "old").touch()

    def refused_the_second_time(source: Path, target: Path) -> None:
        if (Path(source) / "new").exists():
            raise PermissionError("held open by another program")
        move(source, target)

    monkeypatch.setattr(os, "replace", refused_the_second_time)
    with pytest.raises(PermissionError), replacing(folder) as beside:
        beside.mkdir()
        (beside / "new").touch()
    assert [path.name for path in folder.iterdir()] == ["old"]


def test_of_a_link_in_the_place_of_a_folder_only_the_link_goes(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "survey.csv").touch()
    (tmp_path / "package").symlink_to(raw, target_is_directory=True)
    with replacing(tmp_path / "package") as beside:
        beside.mkdir()
    assert list((tmp_path / "package").iterdir()) == []
    assert (raw / "survey.csv").is_file()


def test_files_are_added_and_never_replaced(tmp_path: Path) -> None:
    made, folder = tmp_path / "made", tmp_path / "folder"
    for place_, text in ((made / "a/x.csv", "1"), (made / "y.csv", "2"), (folder / "y.csv", "other")):
        place_.parent.mkdir(parents=True, exist_ok=True)
        place_.write_text(text)
    with pytest.raises(PlacementError, match=r"y\.csv: is there already, and is not the file that would be written"):
        add_files(made, folder)
    assert not (folder / "a").exists()
    (folder / "y.csv").write_text("2")
    assert add_files(made, folder) == ["a/x.csv"]
    assert add_files(made, folder) == []
