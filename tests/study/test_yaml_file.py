from __future__ import annotations

from pathlib import Path

import pytest

from ruralpanel.errors import StudyError
from ruralpanel.study.yaml_file import dotted, read_yaml
from tests.conftest import SHIPPED

LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
)


def read(tmp_path: Path, text: str | bytes):
    path = tmp_path / "study.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_yaml(path)


def complaint(tmp_path: Path, text: str | bytes) -> str:
    with pytest.raises(StudyError) as raised:
        read(tmp_path, text)
    return str(raised.value)


def test_words_that_yaml_1_1_reads_as_truth_values_stay_text(tmp_path: Path) -> None:
    data = read(tmp_path, "on: [yes, no, off]\nright: true\n").data
    assert data == {"on": ["yes", "no", "off"], "right": True}


def test_codes_with_a_leading_zero_stay_text_and_numbers_are_numbers(tmp_path: Path) -> None:
    data = read(tmp_path, "code: 010101\nzero: 0\nwhole: -12\npart: 1.50\nsmall: 1e-3\ntime: 12:30\n").data
    assert data == {"code": "010101", "zero": 0, "whole": -12, "part": 1.5, "small": 0.001, "time": "12:30"}


def test_every_key_and_item_has_its_line(tmp_path: Path) -> None:
    file = read(tmp_path, "a: 1\nb:\n  c:\n    - x\n    - y\n")
    assert file.line_of(("b", "c", 1)) == 5
    assert file.line_of(("b", "c", 7, "deeper")) == 3
    assert dotted(("b", "c", 1, "d")) == "b.c[2].d"


def test_below_the_top_level_a_year_can_be_a_key(tmp_path: Path) -> None:
    file = read(tmp_path, "breaks:\n  2019: a\n  2020: b\n")
    assert file.data == {"breaks": {"2019": "a", "2020": "b"}}
    assert file.line_of(("breaks", "2020")) == 3
    assert "is given twice" in complaint(tmp_path, 'breaks:\n  2019: a\n  "2019": b\n')
    assert "is not text" in complaint(tmp_path, "breaks:\n  20.5: a\n")


def test_a_repeated_key_is_an_error_with_both_lines(tmp_path: Path) -> None:
    message = complaint(tmp_path, "a: 1\nb: 2\na: 3\n")
    assert "line 3" in message
    assert "first in line 1" in message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("- a\n- b\n", "does not hold keys"),
        ("a: [1\n", "is not valid YAML"),
        ("a:\n\tb: 1\n", "indent with spaces"),
        ("a: b: c\n", "in quotes"),
        ("a: &x [*x]\n", "refers to itself"),
        ("1: a\n", "is not text"),
        ("? [a]\n: b\n", "is not text"),
        ("a: !!python/object:os.system {}\n", "has the tag"),
        ("a: !!python/name:os.system x\n", "leave the tag away"),
        ("a: !!bool foo\n", "leave the tag away"),
        ("a: \x07\n", "is not valid YAML"),
        ("a: " + "[" * 3000 + "]" * 3000 + "\n", "nested too deeply"),
        (LAUGHS, "nested too deeply, or repeats itself"),
        (b"a: \xff\xfe\n", "is not UTF-8"),
    ],
)
def test_what_is_not_a_study_file_is_said_to_be_none(tmp_path: Path, text: str | bytes, said: str) -> None:
    message = complaint(tmp_path, text)
    assert said in message
    assert "study.yaml" in message


@pytest.mark.slow
@pytest.mark.parametrize("name", SHIPPED)
def test_libyaml_reads_a_study_as_yaml_in_python_does(monkeypatch: pytest.MonkeyPatch, root: Path, name: str) -> None:
    path = root / "config/studies" / f"{name}.yaml"
    quickly = read_yaml(path)
    monkeypatch.setattr("yaml.__with_libyaml__", False)
    assert read_yaml(path) == quickly
