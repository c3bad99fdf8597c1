from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from ruralpanel.errors import StudyError
from ruralpanel.study.load import load_study
from ruralpanel.study.model import Study

STUDY: dict[str, Any] = {
    "study": "mine",
    "title": "A study",
    "authors": ["A. Scholar"],
    "seed": 1,
    "data_standing": "public",
    "sources": {
        "survey": {
            "path": "survey.csv",
            "key": ["village", "year"],
            "columns": {"village": None, "year": None, "treated": None, "income": "inc", "county": None},
        }
    },
    "panel": {"unit": "village", "period": "year"},
    "designation": {"listed": {"indicator": "treated"}},
    "outcomes": {"income": {"label": "Income"}},
    "blocks": {"main": {"outcomes": ["income"], "estimators": ["two_way_fixed_effects", "event_study"]}},
    "exhibits": {"table": {"kind": "regression_table", "title": "Effects", "blocks": ["main"]}},
}


class Repository:
    """An empty repository with one study in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.study = copy.deepcopy(STUDY)
        (root / "config/studies").mkdir(parents=True)
        (root / "survey.csv").write_text("village,year,treated,inc,county\n1,2000,0,5,a\n")

    def at(self, dotted: str) -> Any:
        """Give the section at a dotted path of the study."""
        here: Any = self.study
        for key in dotted.split("."):
            here = here[key]
        return here

    def write(self) -> None:
        text = yaml.safe_dump(self.study, sort_keys=False, allow_unicode=True)
        (self.root / "config/studies/mine.yaml").write_text(text, encoding="utf-8")

    def load(self) -> Study:
        self.write()
        return load_study("mine", self.root)

    def complaint(self) -> str:
        """Load a study that cannot be loaded, and give what is said about it."""
        with pytest.raises(StudyError) as raised:
            self.load()
        return str(raised.value)

    def complaint_with_lines(self) -> str:
        """Give what is said about a study that cannot be loaded, which has to name lines of its file."""
        message = self.complaint()
        assert "config/studies/mine.yaml, line" in message
        return message


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)
