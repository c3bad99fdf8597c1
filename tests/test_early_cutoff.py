"""What jobs keep of what they made, and when it is given again."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from ruralpanel import early_cutoff
from ruralpanel.early_cutoff import CUTS_OFF, FOLDER, PREAMBLE, Kept, Taken, forget_what_is_gone

Given = Callable[..., bool]


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Given:
    """Say whether a job is given what was kept; where it is not, it makes and keeps it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(CUTS_OFF, "yes")
    Path("panel.csv").write_text("village\n1\n", encoding="utf-8")

    def ask(
        *,
        params: dict[str, object] | None = None,
        script: str = "draw()",
        rule: str = "draw_figure",
        rows: Taken | None = None,
    ) -> bool:
        Path("script.py").write_text(
            f"import of_this_run_{os.urandom(4).hex()}\n{PREAMBLE}\n{script}", encoding="utf-8"
        )
        outputs = ["results/small/exhibits/map.csv", "results/small/exhibits/map.png"]
        job = SimpleNamespace(
            rule=rule,
            wildcards={"exhibit": "map"},
            input=_Named(panel=["panel.csv"]),
            output=_Named(csv=outputs[0], png=outputs[1]),
            params=_Named(**(params or {"code": "a1"})),
        )
        log = Path("results/small/logs/draw_figure/map.log")
        kept = Kept(job, log, Path("script.py"), {"panel": rows} if rows else {})
        for output in map(Path, outputs):
            output.unlink(missing_ok=True)  # as Snakemake does before a job
        if kept.given():
            assert [Path(output).read_text(encoding="utf-8") for output in outputs] == outputs
            return True
        for output in map(Path, outputs):
            output.parent.mkdir(parents=True, exist_ok=True)
            output.write_text(str(output), encoding="utf-8")
        kept.keep()
        return False

    return ask


class _Named(list[object]):
    """A list of items that have names, as Snakemake's is; an item that is a list lies flat in it."""

    def __init__(self, **items: object) -> None:
        super().__init__(each for item in items.values() for each in (item if isinstance(item, list) else [item]))
        self.named = items

    def __getitem__(self, name: object) -> object:
        return self.named[name] if isinstance(name, str) else super().__getitem__(name)  # type: ignore[index]

    def items(self) -> list[tuple[str, object]]:
        return list(self.named.items())


def test_what_was_made_of_the_same_is_given_again(given: Given) -> None:
    assert [given() for _ in range(3)] == [False, True, True]


def test_files_that_are_given_again_are_new_for_the_workflow(given: Given) -> None:
    given()
    for path in Path("results/small").rglob("*"):
        os.utime(path, (0, 0))
    assert given() and Path("results/small/exhibits/map.csv").stat().st_mtime > 1e9


@pytest.mark.parametrize(
    "change",
    [
        {"params": {"code": "a2"}},
        {"params": {"code": "a1", "seed": 1}},
        {"script": "draw(again=True)"},
        {"rule": "print_table"},
    ],
)
def test_another_parameter_script_or_rule_makes_all_anew(given: Given, change: dict[str, object]) -> None:
    given()
    assert not given(**change)
    assert given(**change)
    assert not given(), "only what was made last is kept"


def test_other_contents_of_an_input_make_all_anew_and_the_same_written_again_do_not(given: Given) -> None:
    given()
    Path("panel.csv").write_text("village\n1\n", encoding="utf-8")
    assert given()
    Path("panel.csv").write_text("village\n2\n", encoding="utf-8")
    assert not given()


def test_of_rows_that_a_job_does_not_take_it_does_not_matter_what_they_say(given: Given) -> None:
    table = "outcome,estimate\nincome,{}\nsales,{}\n"
    Path("panel.csv").write_text(table.format(1, 2), encoding="utf-8")
    assert not given(rows=Taken("outcome", "sales"))
    Path("panel.csv").write_text(table.format(3, 2), encoding="utf-8")
    assert given(rows=Taken("outcome", "sales"))
    Path("panel.csv").write_text(table.format(3, 4), encoding="utf-8")
    assert not given(rows=Taken("outcome", "sales"))
    assert not given(rows=Taken("outcome", "income"))
    assert not given()
    Path("panel.csv").write_text(table.replace("outcome", "result").format(3, 4), encoding="utf-8")
    assert not given(rows=Taken("outcome", "sales")), "a table without the column is another one"


def test_of_a_column_that_a_job_does_not_take_it_does_not_matter_what_it_says(given: Given) -> None:
    table = "row,outcome,estimate\n1,income,1\n{},sales,{}\n"
    Path("panel.csv").write_text(table.format(2, 2), encoding="utf-8")
    assert not given(rows=Taken("outcome", "sales", "row"))
    Path("panel.csv").write_text(table.format(3, 2), encoding="utf-8")
    assert given(rows=Taken("outcome", "sales", "row"))
    assert not given(rows=Taken("outcome", "sales"))
    Path("panel.csv").write_text(table.format(3, 4), encoding="utf-8")
    assert not given(rows=Taken("outcome", "sales", "row"))


def test_a_file_that_somebody_wrote_to_is_not_given_again(given: Given) -> None:
    given()
    with Path("results/small/exhibits/map.csv").open("a", encoding="utf-8") as stream:
        stream.write("by hand")
    assert not given()
    assert given()


def test_nothing_is_given_where_somebody_asks_for_jobs_to_be_run(given: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    given()
    monkeypatch.delenv(CUTS_OFF)
    assert not given()
    monkeypatch.setenv(CUTS_OFF, "yes")
    assert given(), "and what it makes is kept"


def test_what_somebody_took_away_is_not_given(given: Given) -> None:
    given()
    log = "results/small/logs/draw_figure/map.log"
    outputs = ["results/small/exhibits/map.csv", "results/small/exhibits/map.png"]
    forget_what_is_gone([SimpleNamespace(log=[log], output=outputs), SimpleNamespace(log=["x.log"], output=["none"])])
    assert given()
    Path(outputs[1]).unlink()
    forget_what_is_gone([SimpleNamespace(log=[log], output=outputs)])
    assert not given()


def test_what_is_cut_short_is_not_given(given: Given) -> None:
    given()
    kept = next(Path("results/small", FOLDER).rglob("record.json"))
    kept.write_text(kept.read_text(encoding="utf-8")[:-9], encoding="utf-8")
    assert not given()
    assert given()
    next(path for path in kept.parent.iterdir() if path.name == "1").unlink()
    assert not given()


def test_what_is_large_is_not_kept(given: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(early_cutoff, "LARGEST", 20)
    assert not given() and not given()
    assert not list(Path("results/small", FOLDER).rglob("record.json"))


def test_where_nothing_can_be_linked_nothing_is_kept(given: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(early_cutoff.os, "link", refuse)
    assert not given() and not given()
