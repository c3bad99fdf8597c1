"""A study that is watched: what is served, what is told, and what runs again."""

from __future__ import annotations

import json
import os
from http.client import HTTPConnection
from pathlib import Path

import pytest

from ruralpanel.trial.page_server import ADDRESS, EVENTS, State, serve, served_file
from ruralpanel.trial.watching import Watch, watched_files
from tests.trial.conftest import STUDY


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give results with a page, beside a file that is nobody's business."""
    results = tmp_path / "results"
    (results / "report").mkdir(parents=True)
    (results / "report/index.html").write_text("<html><body><p>good</p></body></html>", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    return results


def asked(port: int, path: str, host: str = ADDRESS) -> tuple[int, str]:
    """Ask for a path as it is written."""
    connection = HTTPConnection(ADDRESS, port, timeout=10)
    connection.putrequest("GET", path, skip_host=True)
    connection.putheader("Host", f"{host}:{port}")
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, body


def test_the_script_is_in_what_is_served_and_in_no_file(folder: Path) -> None:
    state = State(folder)
    state.keep_page()
    server = serve(state)
    try:
        port = server.server_address[1]
        status, body = asked(port, "/report/index.html")
        assert status == 200 and "EventSource" in body and "<p>good</p>" in body
        assert "EventSource" not in (folder / "report/index.html").read_text(encoding="utf-8")
        (folder / "report/index.html").unlink()  # as a run does that fails on the way
        assert "<p>good</p>" in asked(port, "/report/index.html")[1]
        for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/report/..%2f..%2fsecret.txt", "//etc/passwd", "/C:/x"):
            assert asked(port, path)[0] == 404
        assert asked(port, "/report/index.html", "evil.example")[0] == 403
        assert server.server_address[0] == "127.0.0.1"
    finally:
        state.end()
        server.shutdown()
        server.server_close()


def test_no_link_leads_out(folder: Path) -> None:
    os.symlink(folder.parent / "secret.txt", folder / "link.txt")
    assert served_file(folder, "/link.txt") is None and served_file(folder, "/report/index.html") is not None


def test_whoever_listens_is_told(folder: Path) -> None:
    state = State(folder)
    server = serve(state)
    try:
        connection = HTTPConnection(ADDRESS, server.server_address[1], timeout=10)
        connection.request("GET", EVENTS)
        answer = connection.getresponse()
        first = json.loads(answer.fp.readline().decode().removeprefix("data: "))
        answer.fp.readline()
        state.tell(problems="line 5: titel")
        second = json.loads(answer.fp.readline().decode().removeprefix("data: "))
        assert (first["problems"], second["problems"]) == ("", "line 5: titel")
        connection.close()
    finally:
        state.end()
        server.shutdown()
        server.server_close()


@pytest.mark.slow
def test_a_save_runs_the_study_and_a_mistake_runs_nothing(top: Path) -> None:
    state, runs = State(top / "results/small"), list[str]()
    said = list[str]()

    def run(name: str, root: Path) -> tuple[int, str]:
        runs.append(name)
        page = root / "results/small/report/index.html"
        page.parent.mkdir(exist_ok=True)
        page.write_text(f"<body>{len(runs)}</body>" + " " * len(runs), encoding="utf-8")
        return 0, "Verdict: none."

    watch = Watch("small", top, state, run, said.append)
    watch.update()
    assert (runs, state.version, state.problems, watch.look()) == (["small"], 1, "", False)
    path = top / "config/studies/small.yaml"
    path.write_text(STUDY.replace("title:", "titel:", 1), encoding="utf-8")
    assert watch.look()
    watch.update()
    assert (
        len(runs) == 1 and "did you mean “title”" in state.problems and said[0] == "changed: config/studies/small.yaml"
    )
    path.write_text(STUDY, encoding="utf-8")
    assert watch.look()
    watch.update()
    assert (len(runs), state.version, state.problems) == (2, 2, "")


def test_a_run_that_fails_shows_what_it_said(top: Path) -> None:
    state = State(top / "results/small")
    Watch("small", top, state, lambda *_: (1, "it broke"), lambda _: None).update()
    assert (state.problems, state.version) == ("it broke", 0)


def test_raw_files_are_watched(top: Path) -> None:
    assert [each.name for each in watched_files("small", top)] == ["small.yaml", "form.csv"]
