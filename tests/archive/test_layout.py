from __future__ import annotations

from pathlib import Path

import pytest

from ruralpanel.archive.contents import ArchiveError, refuse_restricted
from ruralpanel.archive.layout import Layout, layout_of
from ruralpanel.archive.packing import refuse_what_was_added, write_manifest
from ruralpanel.errors import StudyError
from ruralpanel.lineage import file_digest
from ruralpanel.placement import PlacementError
from ruralpanel.study.checks.outside import OUTSIDE
from ruralpanel.study.load import find_study, load_study
from ruralpanel.study.published_files import places_to_publish
from tests.archive.far_study import write_far_study
from tests.archive.small_study import STUDY, write_small_study

SURVEY = "data/raw/small/restricted/survey.csv"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "repository").mkdir()
    write_small_study(tmp_path / "repository")
    return tmp_path / "repository"


def rewritten(root: Path, old: str, new: str) -> Layout:
    path = root / "config/studies/small.yaml"
    text = STUDY.replace(old, new)
    assert text != STUDY
    path.write_text(text, encoding="utf-8")
    return layout_of(load_study("small", root), text, root)


@pytest.fixture(autouse=True)
def read_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let raw files lie anywhere in the folder of a test, as whoever runs a study may."""
    monkeypatch.setenv(OUTSIDE, str(tmp_path.parent))


def test_what_lies_in_the_repository_stays_where_it_is(root: Path) -> None:
    layout = layout_of(load_study("small", root), STUDY, root)
    assert (layout.text, layout.moved) == (STUDY, {})


def test_every_file_has_a_place_of_its_own_and_the_study_file_names_it(tmp_path: Path) -> None:
    root = tmp_path / "repository"
    root.mkdir()
    files = write_far_study(root, tmp_path / "elsewhere")
    text = (root / "config/studies/small.yaml").read_text(encoding="utf-8")
    layout = layout_of(load_study("small", root), text, root)
    assert str(tmp_path) not in layout.text
    assert "  # on this machine" in layout.text  # all else is as it was
    named = [source.path for source in layout.study.sources.values()]
    assert len(set(named)) == len(named) == 8
    assert {file_digest(layout.originals[str(path)]) for path in named} <= {file_digest(path) for path in files}
    assert not any(str(path).startswith(("/", "..")) for path in named)


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("./data/raw/small/restricted/survey.csv", SURVEY),
        ("data/raw/small/../small/restricted/survey.csv", SURVEY),
        ("{root}/data/raw/small/restricted/survey.csv", SURVEY),
        ("../repository/data/raw/small/restricted/survey.csv", SURVEY),
        ("{root}/../restricted/s.csv", "data/raw/small/restricted/survey/s.csv"),
        ("..\\survey.csv", "data/raw/small/survey/survey.csv"),
        ("data/raw/a|b: c.csv", "data/raw/small/survey/a_b_ c.csv"),
        ("README.md.csv", "README.md.csv"),
        ("output/codebook.csv", "data/raw/small/survey/codebook.csv"),
        ("src/survey.csv", "data/raw/small/survey/survey.csv"),
    ],
)
def test_a_path_is_written_as_every_system_knows_it(root: Path, written: str, place: str) -> None:
    written = written.format(root=root)
    there = root / written
    there.parent.mkdir(parents=True, exist_ok=True)
    if not there.is_file():
        there.write_bytes((root / SURVEY).read_bytes())
    layout = rewritten(root, f"path: {SURVEY}", f"path: '{written}'")
    assert layout.study.sources["survey"].path == place
    assert layout.originals[place].read_bytes() == (root / SURVEY).read_bytes()


def test_two_restricted_sources_of_one_file_have_a_twin_each(root: Path) -> None:
    layout = rewritten(
        root, "  gazetteer:\n    path: data/raw/small/gazetteer.csv", "  gazetteer:\n    path: " + SURVEY
    )
    paths = [source.path for source in layout.study.sources.values()]
    assert len(set(paths)) == 3


def test_a_path_that_an_anchor_shares_with_other_keys_is_refused_in_words(root: Path) -> None:
    there = root.parent / "survey.csv"
    there.write_bytes((root / SURVEY).read_bytes())
    text = STUDY.replace(f"path: {SURVEY}", f"path: &it {there}").replace("title: A small study", "title: Small")
    text = text.replace("access: By agreement with the bureau.", "access: *it", 1)
    (root / "config/studies/small.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ArchiveError, match=r"sources\.survey\.path: names a file in a way that cannot be written anew"):
        layout_of(load_study("small", root), text, root)


def test_a_restricted_file_is_not_passed_on_under_another_name(root: Path) -> None:
    (root / "data/raw/small/open.csv").hardlink_to(root / SURVEY)
    rewritten(root, "data/raw/small/gazetteer.csv", "data/raw/small/open.csv")
    with pytest.raises(ArchiveError, match=r"open\.csv: is the file that may not be passed on"):
        refuse_restricted(load_study("small", root), root, tracked=[])


def test_a_link_into_a_restricted_folder_is_not_followed(root: Path) -> None:
    (root / "data/raw/small/gazetteer.csv").rename(root / "data/raw/small/restricted/gazetteer.csv")
    (root / "data/raw/small/gazetteer.csv").symlink_to("restricted/gazetteer.csv")
    with pytest.raises(ArchiveError, match=r"gazetteer\.csv: is a link to a file in a folder called `restricted`"):
        refuse_restricted(load_study("small", root), root, tracked=[])


def test_a_tracked_restricted_file_is_found_by_whatever_name_the_study_gives_it(root: Path) -> None:
    rewritten(root, f"path: {SURVEY}", f"path: {root / SURVEY}")
    with pytest.raises(ArchiveError, match=f"git rm --cached {SURVEY}"):
        refuse_restricted(load_study("small", root), root, tracked=[SURVEY])


def test_what_somebody_put_into_an_archive_is_not_removed(tmp_path: Path) -> None:
    folder = tmp_path / "package"
    (folder / "data").mkdir(parents=True)
    (folder / "data/twin.csv").write_text("made up")
    write_manifest(folder)
    (folder / "results/small").mkdir(parents=True)
    (folder / "results/small/verdict.csv").touch()
    refuse_what_was_added(folder, tmp_path)
    (folder / "data/twin.csv").write_text("real")
    with pytest.raises(ArchiveError, match=r"has files that no packaging wrote there.*: data/twin\.csv"):
        refuse_what_was_added(folder, tmp_path)


def test_a_file_that_may_be_the_only_one_is_not_removed_with_an_archive(tmp_path: Path) -> None:
    folder, retrieved = tmp_path / "package", "data/raw/.retrieved/3f/survey.dta"
    for name in (retrieved, ".venv/bin/python", ".DS_Store"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("by hand")
    with pytest.raises(ArchiveError, match=r"no packaging wrote there.*: data/raw/\.retrieved/3f/survey\.dta"):
        refuse_what_was_added(folder, tmp_path)
    (tmp_path / retrieved).parent.mkdir(parents=True)
    (tmp_path / retrieved).write_text("by hand")
    refuse_what_was_added(folder, tmp_path)
    (folder / ".git").mkdir()
    (folder / ".git/HEAD").touch()
    with pytest.raises(ArchiveError, match=r"no packaging wrote there.*: \.git/HEAD"):
        refuse_what_was_added(folder, tmp_path)


@pytest.mark.parametrize(
    "place", ["results/small/survey.csv", "data/raw/linked/survey.csv", "results/small/panel/x.csv"]
)
def test_no_input_lies_where_a_run_writes(root: Path, place: str) -> None:
    (root / "results/small").mkdir(parents=True)
    (root / "data/raw/linked").symlink_to(root / "results/small", target_is_directory=True)
    (root / "data/raw/other").mkdir()
    (root / "results/small/panel").symlink_to(root / "data/raw/other", target_is_directory=True)
    (root / place).write_bytes((root / SURVEY).read_bytes())
    with pytest.raises(StudyError, match=r"sources\.survey\.path: .* lies in results/small.*, which a run writes to"):
        rewritten(root, f"path: {SURVEY}", f"path: {place}")


def test_a_run_that_would_write_into_the_raw_files_is_refused(root: Path) -> None:
    (root / "results").mkdir()
    (root / "results/small").symlink_to(root / "data/raw/small", target_is_directory=True)
    with pytest.raises(StudyError, match="which a run writes to"):
        load_study("small", root)


def test_published_numbers_are_no_input_and_are_written_below_results_alone(root: Path) -> None:
    with pytest.raises(StudyError, match="where the study's published numbers are kept"):
        rewritten(root, "study: small\n", f"study: small\npublished: {SURVEY}\n")
    for published in ("data/raw/small/numbers.csv", "../numbers.csv", str(root.parent / "numbers.csv")):
        with pytest.raises(PlacementError, match="is not below results/"):
            places_to_publish(published, root, [SURVEY])
    places = places_to_publish("results/published/small.csv", root, [SURVEY])
    assert places.numbers == root / "results/published/small.csv"
    figures = root / "results/published/small/figures"
    figures.mkdir(parents=True)
    (figures / "raw.csv").touch()
    with pytest.raises(PlacementError, match="is an input, and lies in"):
        places_to_publish("results/published/small.csv", root, ["results/published/small/figures/raw.csv"])


@pytest.mark.parametrize("name", ["published/own", "logs/own", "monte_carlo/full", "small/panel"])
def test_no_study_has_its_results_among_others(root: Path, name: str) -> None:
    path = root / f"config/studies/{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(STUDY, encoding="utf-8")
    with pytest.raises(StudyError, match="would have its results"):
        find_study(name, root)
