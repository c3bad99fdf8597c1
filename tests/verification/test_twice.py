"""Two runs compared file by file."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from ruralpanel.verification.twice import differences, files_of


@pytest.fixture
def runs(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("first", "second"):
        folder = tmp_path / name
        for part in ("estimates", "logs", "benchmarks/deeper"):
            (folder / part).mkdir(parents=True)
            (folder / part / "block.csv").write_text("same\n" if part == "estimates" else name, encoding="utf-8")
    return tmp_path / "first", tmp_path / "second"


def test_runs_that_differ_in_logs_and_benchmarks_only_are_the_same(runs: tuple[Path, Path]) -> None:
    assert files_of(runs[0]) == ["estimates/block.csv"]
    assert differences(*runs) == []
    assert differences(runs[0] / "nowhere", runs[1] / "nowhere") == []


def test_run_times_on_a_page_do_not_count_and_the_rest_of_it_does(runs: tuple[Path, Path]) -> None:
    page = (
        '<p>{}</p><section><details id="run-times"><summary>Run times</summary>\n<p>{} seconds</p></details></section>'
    )
    for number, folder in enumerate(runs):
        (folder / "index.html").write_text(page.format("MATCH", number), encoding="utf-8")
        (folder / "other.html").write_text(page.format(number, number), encoding="utf-8")
    assert [each.file for each in differences(*runs)] == ["other.html"]


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        (("a,b\n1,2\n", "a,b\n1,3\n"), "line 2: '1,2' and '1,3'"),
        (("x" * 500 + "1", "x" * 500 + "2"), f"line 1: '…{'x' * 20}1' and '…{'x' * 20}2'"),
        (("a\n", "a\nb\n"), "1 line and 2 lines"),
        (("a\r\n", "a\n"), "line ends"),
    ],
)
def test_texts_are_told_apart_by_their_first_line(
    runs: tuple[Path, Path], contents: tuple[str, str], said: str
) -> None:
    for folder, text in zip(runs, contents, strict=True):
        (folder / "estimates/block.csv").write_bytes(text.encode())
    assert [str(each) for each in differences(*runs)] == [f"estimates/block.csv: {said}"]


def test_tables_are_told_apart_by_their_first_value(runs: tuple[Path, Path]) -> None:
    table = pd.DataFrame({"village": ["a", "b"], "income": [1.0, None]})
    others = {
        "value": (table.assign(income=[1.0, 2.0]), "row 2, column `income`: nan and 2.0"),
        "values": (table.assign(village=["c", "d"]), "row 1, column `village`: a and c, and 1 more row of this column"),
        "rows": (table.head(1), "2 rows and 1 row"),
        "columns": (table.rename(columns={"income": "earned"}), "the columns differ: income, earned"),
        "type": (table.assign(income=["1", "2"]), "column `income` is float64 and str"),
    }
    for name, (other, _) in others.items():
        table.to_parquet(runs[0] / f"{name}.parquet", index=False)
        other.to_parquet(runs[1] / f"{name}.parquet", index=False)
    table.to_parquet(runs[0] / "written.parquet", index=False)
    table.to_parquet(runs[1] / "written.parquet", index=False, compression="gzip")
    found = {each.file: each.what for each in differences(*runs)}
    expected = {f"{name}.parquet": what for name, (_, what) in others.items()}
    assert found == {**expected, "written.parquet": "the same values in other bytes"}


def test_pictures_other_bytes_and_files_of_one_run_are_said(runs: tuple[Path, Path]) -> None:
    for folder, colour, tail in zip(runs, ("white", "black"), (b"\xff\x00", b"\xff\x01"), strict=True):
        picture = Image.new("RGB", (4, 3), "white")
        picture.putpixel((2, 1), (0, 0, 0) if colour == "black" else (255, 255, 255))
        picture.save(folder / "a.png")
        (folder / "b.pdf").write_bytes(tail)
    (runs[0] / "c.txt").touch()
    (runs[1] / "d.txt").touch()
    assert [str(each) for each in differences(*runs)] == [
        "a.png: 1 pixel, the first in row 2, column 3",
        "b.pdf: byte 2 of 2",
        "c.txt: only the first run has it",
        "d.txt: only the second run has it",
    ]
