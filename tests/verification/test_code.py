"""Code that has changed since numbers were published is named, and nothing is judged by it."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from ruralpanel import lineage
from ruralpanel.errors import PublishedError
from ruralpanel.estimation.modules import modules_of_numbers
from ruralpanel.lineage import file_digests
from ruralpanel.study.published_files import published_code
from ruralpanel.verification.code import changed_code, code_frame, read_published_code
from ruralpanel.verification.summary import changed_lines, code_sentence, summary_of
from tests.conftest import shipped_study


def test_digests_are_kept_and_read_again(tmp_path: Path) -> None:
    path = published_code(tmp_path / "small.csv")
    assert path.name == "small.code.csv"
    assert read_published_code(path) is None
    code_frame({"a.py": "1", "inference/covariance.py": "2"}).to_csv(path, index=False)
    assert read_published_code(path) == {"a.py": "1", "inference/covariance.py": "2"}
    path.write_text("file\n", encoding="utf-8")
    with pytest.raises(PublishedError, match="not file, digest"):
        read_published_code(path)


def test_files_that_changed_came_or_went_are_named() -> None:
    then = {"a.py": "1", "b.py": "2", "gone.py": "3"}
    assert changed_code({"a.py": "1", "b.py": "9", "new.py": "4"}, then) == ["b.py", "gone.py", "new.py"]
    assert changed_code(then, None) == []
    assert code_sentence(["inference/covariance.py"]) == ("Code changed since publication: `inference/covariance.py`.")
    files = [f"{letter}.py" for letter in "abcdefghij"]
    assert code_sentence(files).endswith("`h.py`, and 2 more files.")
    assert code_sentence(files[:9]).endswith("`h.py`, and 1 more file.")
    assert code_sentence(files[:8]).endswith("`g.py`, `h.py`.")


def test_comments_and_layout_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lineage, "_kept", lambda _: {})
    own = tmp_path / "mine.py"
    own.write_text("def estimate(panel):\n    return 1\n", encoding="utf-8")
    before = file_digests(files=[own])
    own.write_text('# why\ndef estimate(panel):\n    """Say."""\n\n    return (1)\n', encoding="utf-8")
    assert file_digests(files=[own]) == before
    own.write_text("def estimate(panel):\n    return 2\n", encoding="utf-8")
    assert changed_code(file_digests(files=[own]), before) == ["mine.py"]


@pytest.mark.slow
def test_the_code_behind_a_study_is_what_its_jobs_read() -> None:
    files = file_digests(*modules_of_numbers(shipped_study("replications/castle")))
    assert {"panel/build.py", "estimation/two_stage.py", "inference/clustered.py"} <= {*files}
    assert not any(name.startswith("estimation/synthetic") for name in files)
    assert not any(name.startswith(("report/", "exhibits/", "words/")) for name in files)


def test_a_run_names_changed_code_and_matches_all_the_same(tmp_path: Path) -> None:
    facts = {"data_standing": "public", "changed_inputs": [], "changed_code": ["inference/covariance.py"]}
    (tmp_path / "verdict.json").write_text(json.dumps(facts), encoding="utf-8")
    pd.DataFrame({"status": ["match"]}).to_csv(tmp_path / "verdict.csv")
    assert changed_lines(tmp_path) == ["Code changed since publication: `inference/covariance.py`."]
    assert "Verdict: MATCH." in summary_of(tmp_path)
