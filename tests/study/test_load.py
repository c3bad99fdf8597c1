from __future__ import annotations

from pathlib import Path

import pytest

from ruralpanel.errors import StudyError
from ruralpanel.study.load import available_studies, find_study, load_study
from tests.conftest import SHIPPED


@pytest.mark.slow
@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_studies_load(root: Path, name: str) -> None:
    study = load_study(name, root)
    assert all(study.equations(block) for block in study.blocks)


def test_every_shipped_study_is_tested(root: Path) -> None:
    """A user's own study files are beside them, so that there may be more than these."""
    assert set(SHIPPED) <= set(available_studies(root))
    assert {path.stem for path in (root / "config/studies/replications").glob("*.yaml")} <= {
        name.rpartition("/")[2] for name in SHIPPED
    }


def test_a_wrong_name_is_offered_the_nearest(root: Path) -> None:
    with pytest.raises(StudyError, match="did you mean “replications/castle”"):
        find_study("replications/castel", root)


@pytest.mark.parametrize("name", [3, "", None, "../config/studies/taobao_villages", "nowhere.yaml", "a" * 300])
def test_what_is_no_study_is_refused(root: Path, name: object) -> None:
    with pytest.raises(StudyError):
        find_study(name, root)


def test_the_last_part_of_a_name_is_enough_to_be_offered_the_study(root: Path) -> None:
    with pytest.raises(StudyError, match="did you mean “replications/castle”"):
        find_study("castle", root)


def test_a_study_elsewhere_must_not_write_over_another(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "taobao_villages.yaml"
    path.write_text("study: taobao_villages\n", encoding="utf-8")
    with pytest.raises(StudyError, match="would write over the results"):
        find_study(str(path), root)


def test_a_study_may_be_named_by_its_path(root: Path) -> None:
    assert find_study("config/studies/replications/castle.yaml", root)[0] == "replications/castle"
