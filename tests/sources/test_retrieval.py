from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest

from ruralpanel.errors import DataError
from ruralpanel.sources.retrieval import (
    PAUSES,
    absent_files,
    confirmed_digest,
    mirror_folders,
    retrieve,
    set_aside_if_damaged,
)
from ruralpanel.study.sources import Source

CONTENTS = b"village,year\n" + b"".join(b"%d,2000\n" % number for number in range(400_000))
OTHER = CONTENTS[::-1]
TRIES = len(PAUSES) + 1


@dataclass
class Behaviour:
    """What the server does with each request, in turn; the last entry holds for all that follow."""

    statuses: list[int] = field(default_factory=lambda: [200])
    sent: bytes = CONTENTS
    cuts: list[int] = field(default_factory=list)
    ranges: bool = True
    shift: int = 0
    ranges_asked: list[str | None] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    behaviour: Behaviour

    def do_GET(self) -> None:
        behaviour = self.behaviour
        number = len(behaviour.paths)
        asked = self.headers.get("Range")
        behaviour.paths.append(self.path)
        behaviour.ranges_asked.append(asked)
        status = behaviour.statuses[min(number, len(behaviour.statuses) - 1)]
        if status != 200:
            self.send_error(status)
            return
        start = int(re.sub(r"\D", "", asked)) if asked and behaviour.ranges else 0
        if start >= len(behaviour.sent):
            self.send_error(416)
            return
        rest = behaviour.sent[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(rest)))
        if start:
            first = start + behaviour.shift
            self.send_header("Content-Range", f"bytes {first}-{len(behaviour.sent) - 1}/{len(behaviour.sent)}")
        self.end_headers()
        cut = behaviour.cuts[number] if number < len(behaviour.cuts) else len(rest)
        with suppress(ConnectionError):  # a client that does not want this piece hangs up
            self.wfile.write(rest[:cut])

    def log_message(self, *arguments: object) -> None:
        """Say nothing on the terminal of the tests."""


class Site:
    """A source at an address of this machine, and a place for its file."""

    def __init__(self, root: Path, port: int, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.root = root
        self.address = f"http://127.0.0.1:{port}/files/survey.csv"
        self.pauses: list[float] = []
        self.target = root / "kept" / "survey.csv"
        self.part = root / "kept" / "survey.csv.part"

    def source(self, **changes: object) -> Source:
        declared = {"address": self.address, "sha256": digest(CONTENTS)}
        usual = {"retrieve": declared, "key": ["village"], "columns": {"village": None}}
        return Source.model_validate(usual | changes)

    def retrieve(self, *mirrors: Path, **changes: object) -> str:
        return retrieve("survey", self.source(**changes), self.target, mirrors, pause=self.pauses.append)

    def complaint(self, *mirrors: Path, **changes: object) -> str:
        """Fail to retrieve, leave no file in place, and give what is said about it."""
        with pytest.raises(DataError) as raised:
            self.retrieve(*mirrors, **changes)
        assert not self.target.exists()
        return str(raised.value)

    def arrived(self) -> bool:
        """Tell whether the file, and nothing else, is in its folder."""
        return self.target.read_bytes() == CONTENTS and list(self.target.parent.iterdir()) == [self.target]


def digest(contents: bytes) -> str:
    return hashlib.sha256(contents).hexdigest()


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    behaviour = Behaviour()
    handler = type("HandlerOfTest", (Handler,), {"behaviour": behaviour})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield Site(tmp_path, server.server_address[1], behaviour)
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    folder = tmp_path / "mirror"
    folder.mkdir()
    return folder


def test_a_file_is_downloaded_whole(site: Site) -> None:
    assert "tries: 1" in site.retrieve()
    assert site.arrived()
    assert site.pauses == []


def test_a_file_in_place_is_not_retrieved_again(site: Site) -> None:
    site.retrieve()
    assert "is in place" in site.retrieve()
    assert len(site.behaviour.paths) == 1


def test_a_damaged_file_in_place_is_retrieved_anew(site: Site) -> None:
    site.target.parent.mkdir()
    site.target.write_bytes(CONTENTS[:-1])
    site.retrieve()
    assert site.arrived()


def test_a_download_that_is_cut_off_goes_on_where_it_stopped(site: Site) -> None:
    site.behaviour.cuts = [1_000_000, 500]
    assert "tries: 3" in site.retrieve()
    assert site.behaviour.ranges_asked == [None, "bytes=1000000-", "bytes=1000500-"]
    assert site.pauses == list(PAUSES[:2])
    assert site.arrived()


def test_the_next_run_goes_on_where_the_last_one_stopped(site: Site) -> None:
    site.behaviour.cuts = [1000] * TRIES
    assert "run again to go on where it stopped" in site.complaint()
    assert site.part.read_bytes() == CONTENTS[: 1000 * TRIES]
    site.retrieve()
    assert site.behaviour.ranges_asked[-1] == f"bytes={1000 * TRIES}-"
    assert site.arrived()


def test_a_server_that_ignores_ranges_sends_all_of_it_again(site: Site) -> None:
    site.behaviour.ranges = False
    site.behaviour.cuts = [1000]
    site.retrieve()
    assert site.behaviour.ranges_asked == [None, "bytes=1000-"]
    assert site.arrived()


def test_a_piece_from_elsewhere_is_not_used(site: Site) -> None:
    site.behaviour.shift = 7
    site.behaviour.cuts = [1000]
    site.retrieve()
    assert site.behaviour.ranges_asked == [None, "bytes=1000-", None]
    assert site.arrived()


@pytest.mark.parametrize("begun", [OTHER[:1000], OTHER, CONTENTS + b"more"])
def test_the_beginning_of_another_file_is_given_up(site: Site, begun: bytes) -> None:
    site.target.parent.mkdir()
    site.part.write_bytes(begun)
    site.retrieve()
    assert site.arrived()


def test_a_file_that_had_arrived_whole_is_not_asked_for_again(site: Site) -> None:
    site.target.parent.mkdir()
    site.part.write_bytes(CONTENTS)
    site.retrieve()
    assert site.behaviour.paths == []
    assert site.arrived()


def test_a_server_that_recovers_is_asked_again(site: Site) -> None:
    site.behaviour.statuses = [500, 503, 200]
    assert "tries: 3" in site.retrieve()
    assert site.pauses == list(PAUSES[:2])
    assert site.arrived()


def test_a_server_that_does_not_recover_is_given_up(site: Site) -> None:
    site.behaviour.statuses = [500]
    message = site.complaint()
    assert f"could not be retrieved in {TRIES} tries; the last ended with: the server answered 500" in message
    assert site.pauses == sorted(PAUSES) == list(PAUSES)


@pytest.mark.parametrize(
    ("status", "said"), [(404, "has no such file"), (401, "asks for an account"), (403, "asks for an account")]
)
def test_a_refusal_is_not_tried_again(site: Site, status: int, said: str) -> None:
    site.behaviour.statuses = [status]
    message = site.complaint(access="apply to the Institute,\n form 7")
    assert f"source `survey`, {site.address}: {said}" in message
    assert f"answered {status}" in message
    assert "put survey.csv into a folder and set RURALPANEL_MIRROR to that folder" in message
    assert "how to get it: apply to the Institute, form 7" in message
    assert len(site.behaviour.paths) == 1


def test_a_wrong_hash_names_both_and_leaves_nothing(site: Site) -> None:
    site.behaviour.sent = OTHER
    message = site.complaint()
    assert f"gave a file with the sha256 {digest(OTHER)}; the study expects {digest(CONTENTS)}" in message
    assert list(site.target.parent.iterdir()) == []
    assert "web page" not in message


def test_a_page_to_log_in_is_recognised(site: Site) -> None:
    site.behaviour.sent = b"\n<!DOCTYPE html><html><form></form></html>"
    assert "what came is a web page, perhaps to log in" in site.complaint()


def test_an_address_of_other_letters_is_asked_for(site: Site) -> None:
    address = site.address.replace("survey.csv", "村庄 表.csv?format=原#top").replace(" ", "%20")
    source = site.source(retrieve={"address": address, "sha256": digest(CONTENTS)})
    assert source.retrieve is not None
    assert source.retrieve.file_name == "村庄 表.csv"
    retrieve("survey", source, site.target, pause=site.pauses.append)
    assert [unquote(path) for path in site.behaviour.paths] == ["/files/村庄 表.csv?format=原"]


def test_a_mirror_takes_the_place_of_the_network(site: Site, mirror: Path) -> None:
    (mirror / "survey.csv").write_bytes(CONTENTS)
    assert "copied from" in site.retrieve(mirror)
    assert site.arrived()
    assert site.behaviour.paths == []


def test_what_was_retrieved_elsewhere_is_a_mirror_too(site: Site, mirror: Path) -> None:
    (mirror / digest(CONTENTS)).mkdir()
    (mirror / digest(CONTENTS) / "survey.csv").write_bytes(CONTENTS)
    (mirror / "survey.csv").write_bytes(OTHER)
    site.retrieve(mirror)
    assert site.arrived()


def test_a_mirror_with_another_file_of_that_name_is_an_error(site: Site, mirror: Path) -> None:
    (mirror / "survey.csv").write_bytes(OTHER)
    message = site.complaint(mirror)
    assert f"{mirror / 'survey.csv'}: has the sha256 {digest(OTHER)}" in message
    assert f"the source `survey` expects {digest(CONTENTS)}" in message
    assert site.behaviour.paths == []
    assert list(site.target.parent.iterdir()) == []


def test_a_mirror_without_the_file_leaves_it_to_the_network(site: Site, mirror: Path) -> None:
    site.retrieve(mirror)
    assert site.arrived()


def test_a_file_that_cannot_be_had_says_what_the_mirror_lacks(site: Site, mirror: Path) -> None:
    site.behaviour.statuses = [404]
    assert f"(it is set to {mirror}, which holds no file survey.csv)" in site.complaint(mirror)
    assert "which is not a folder" in site.complaint(mirror / "nowhere")


def test_no_network_at_all(site: Site) -> None:
    address = "http://127.0.0.1:9/survey.csv"  # the port that is kept for discarding what comes
    message = site.complaint(retrieve={"address": address, "sha256": digest(CONTENTS)}, access="ask the authors")
    assert f"source `survey`, {address}: could not be retrieved in {TRIES} tries" in message
    assert "Connection refused" in message
    assert "set RURALPANEL_MIRROR to that folder; how to get it: ask the authors" in message
    assert len(site.pauses) == TRIES - 1


def test_a_folder_that_cannot_be_written_is_an_error_in_words(site: Site) -> None:
    site.target.parent.write_text("a file where a folder should be")
    with pytest.raises(DataError, match="cannot be written or read"):
        site.retrieve()


def test_another_file_is_set_aside_under_its_own_hash_and_the_right_one_is_not(site: Site) -> None:
    wanted = site.source().retrieve
    assert wanted is not None
    assert set_aside_if_damaged(wanted, site.target) is None
    site.retrieve()
    assert set_aside_if_damaged(wanted, site.target) is None
    assert site.arrived()
    site.target.write_bytes(OTHER)
    aside = set_aside_if_damaged(wanted, site.target)
    assert aside == site.root / digest(OTHER) / "survey.csv"
    assert aside.read_bytes() == OTHER
    assert not site.target.exists()


def test_of_a_link_to_another_file_only_the_link_goes(site: Site, mirror: Path) -> None:
    (mirror / "newer.csv").write_bytes(OTHER)
    site.target.parent.mkdir()
    site.target.symlink_to(mirror / "newer.csv")
    site.retrieve()
    assert site.arrived()
    assert not site.target.is_symlink()
    assert (mirror / "newer.csv").read_bytes() == OTHER


def test_several_folders_are_looked_in_for_the_right_file(site: Site, mirror: Path, tmp_path: Path) -> None:
    other = tmp_path / "a folder with spaces"
    other.mkdir()
    (mirror / "survey.csv").write_bytes(OTHER)
    (other / "survey.csv").write_bytes(CONTENTS)
    assert f"copied from {other}" in site.retrieve(tmp_path / "nowhere", mirror, other)
    assert site.arrived()
    assert site.behaviour.paths == []


def test_every_folder_that_was_looked_in_is_named(site: Site, mirror: Path, tmp_path: Path) -> None:
    missing = f"{mirror}, which holds no file survey.csv; and to {tmp_path / 'nowhere'}, which is not a folder"
    assert f"(it is set to {missing})" in site.complaint(mirror, tmp_path / "nowhere", **without_address())
    (tmp_path / "second").mkdir()
    for folder in (mirror, tmp_path / "second"):
        (folder / "survey.csv").write_bytes(OTHER)
    message = site.complaint(mirror, tmp_path / "second")
    assert f"{mirror / 'survey.csv'}: has the sha256 {digest(OTHER)}" in message
    assert f"{tmp_path / 'second' / 'survey.csv'}: has the sha256 {digest(OTHER)}" in message


def test_folders_are_named_as_path_names_them(tmp_path: Path) -> None:
    one = tmp_path / f"one{os.pathsep}folder"
    one.mkdir()
    assert mirror_folders(None) == mirror_folders("") == []
    assert mirror_folders("a folder") == [Path("a folder")]
    assert mirror_folders(os.pathsep.join(["a folder", "", "/another"])) == [Path("a folder"), Path("/another")]
    assert mirror_folders(str(one)) == [one]


def test_what_is_read_must_have_the_declared_hash(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_bytes(OTHER)
    with pytest.raises(DataError, match=f"has the sha256 {digest(OTHER)}"):
        confirmed_digest("survey", site.source(), path)
    assert confirmed_digest("survey", site.source(path="survey.csv", retrieve=None), path) == digest(OTHER)


def without_address() -> dict[str, object]:
    declared = {"sha256": digest(CONTENTS), "file": "survey.csv"}
    return {"retrieve": declared, "access": "apply to the Institute,\nform 7"}


def test_a_file_without_an_address_is_taken_from_the_mirror(site: Site, mirror: Path) -> None:
    (mirror / "survey.csv").write_bytes(CONTENTS)
    assert "copied from" in site.retrieve(mirror, **without_address())
    assert site.arrived()


def test_a_file_without_an_address_and_not_at_hand_says_how_to_get_it(site: Site, mirror: Path) -> None:
    message = site.complaint(**without_address())
    assert "source `survey`: has no public address, and survey.csv is not at hand" in message
    assert "put survey.csv into a folder and set RURALPANEL_MIRROR to that folder" in message
    assert "how to get it: apply to the Institute, form 7" in message
    assert "which holds no file survey.csv" in site.complaint(mirror, **without_address())
    assert site.behaviour.paths == []


def test_another_file_in_place_of_one_without_an_address_is_an_error(site: Site, mirror: Path) -> None:
    (mirror / "survey.csv").write_bytes(OTHER)
    message = site.complaint(mirror, **without_address())
    assert message.endswith("→ put the right file there")


def test_files_are_absent_that_are_neither_kept_nor_in_the_mirror(tmp_path: Path) -> None:
    digest = hashlib.sha256(CONTENTS).hexdigest()
    common = {"key": ["village"], "columns": {"village": None}}
    sources = {
        name: Source.model_validate(
            {**common, "retrieve": {"address": f"https://example.org/{name}.csv", "sha256": digest}}
        )
        for name in ("kept", "mirrored", "nowhere")
    }
    sources["here"] = Source.model_validate({**common, "path": "here.csv"})
    kept = tmp_path / sources["kept"].retrieve.kept_as  # type: ignore[union-attr]
    kept.parent.mkdir(parents=True)
    kept.write_bytes(CONTENTS)
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    (mirror / "mirrored.csv").write_bytes(CONTENTS)
    assert absent_files(sources, tmp_path, [mirror]) == ["nowhere.csv"]
    assert absent_files(sources, tmp_path, []) == ["mirrored.csv", "nowhere.csv"]
