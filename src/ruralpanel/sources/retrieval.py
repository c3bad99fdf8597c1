"""A raw file at a public address or in a mirror → the same file here, checked by its sha256 and kept for all."""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from ruralpanel.errors import DataError, Problem, RetrievalError
from ruralpanel.lineage import file_digest
from ruralpanel.study.retrieval import Retrieval
from ruralpanel.study.sources import Source
from ruralpanel.study.yaml_file import is_directory, is_file

MIRROR = "RURALPANEL_MIRROR"
"""The environment variable that names folders from which files are taken in place of the network, as ``PATH`` does."""

PAUSES = (1.0, 5.0, 25.0)
"""Seconds before the second try, the third and the fourth, which is the last."""

SILENCE = 60.0
"""Seconds without a sign of the server after which a try is given up."""

PIECE = 1 << 20
"""Bytes that are read at a time, so that a file may be larger than memory."""

SLOWEST = 1024.0
"""Bytes a second, over :data:`SILENCE` seconds, below which a try is given up."""

LARGEST = 50 << 30
"""Bytes after which a file is given up: a server that never ends sends more."""


class _MayPass(Exception):
    """The network or the server failed in a way that may pass."""


class _Refused(Exception):
    """The server answered, and would answer the same again."""


def mirror_folders(setting: str | None) -> list[Path]:
    """Read what :data:`MIRROR` is set to.

    Parameters
    ----------
    setting
        Folders with the separator of ``PATH`` between them, ``:`` or on Windows ``;``, or one folder, whose name may
        hold that character.

    Returns
    -------
    list of pathlib.Path
        In their order; none where nothing is set.
    """
    if not setting:
        return []
    if is_directory(Path(setting)):
        return [Path(setting)]
    return [Path(each) for each in setting.split(os.pathsep) if each]


def retrieve(
    name: str,
    source: Source,
    target: Path,
    mirrors: Sequence[Path] = (),
    pause: Callable[[float], object] = time.sleep,
) -> str:
    """Put a source's raw file in place, from where it is kept already, from a mirror or from its address.

    Parameters
    ----------
    name
        The source's name in the study.
    source
        Its declaration, with `retrieve`.
    target
        Where the file is to be; what has arrived of it is kept beside it until it is whole.
    mirrors
        Folders that are looked in before the network is touched, in their order.
    pause
        What waits for a number of seconds between two tries.

    Returns
    -------
    str
        How the file came here, in a sentence.

    Raises
    ------
    RetrievalError
        If the file cannot be had, or has another hash than the study says; then there is no file in place. The same
        where it has no address and the mirror does not hold it.
    """
    wanted = source.retrieve
    assert wanted is not None
    if is_file(target) and file_digest(target) == wanted.sha256:
        return f"{target} is in place"
    try:
        set_aside_if_damaged(wanted, target)
        target.parent.mkdir(parents=True, exist_ok=True)
        copied_from = in_mirror(wanted, mirrors)
        if copied_from is not None:
            _copy(name, wanted, copied_from, mirrors, target)
            return f"{target} copied from {copied_from}"
        if wanted.address is None:
            what = f"has no public address, and {wanted.file_name} is not at hand"
            raise RetrievalError([Problem(f"source `{name}`", what, hint=_another_way(source, wanted, mirrors))])
        tries = _download(name, source, wanted, wanted.address, target, mirrors, pause)
    except OSError as error:  # a full disk, a folder without permission; the network's errors do not come this far
        what = f"cannot be written or read: {error.strerror or error}"
        raise RetrievalError([Problem(str(error.filename or target), what)]) from None
    return f"{target} retrieved from {wanted.address}, tries: {tries}"


def absent_files(sources: Mapping[str, Source], root: Path, mirrors: Sequence[Path]) -> list[str]:
    """List the retrieved files of a study that are neither kept nor in a mirror.

    Parameters
    ----------
    sources
        The study's sources.
    root
        The top of the repository.
    mirrors
        Folders of files, if there are any.

    Returns
    -------
    list of str
        The names of the files that a run would ask the network for, or the user where a file has no address.
    """
    wanted = [source.retrieve for source in sources.values() if source.retrieve is not None]
    return sorted(
        each.file_name for each in wanted if not is_file(root / each.kept_as) and in_mirror(each, mirrors) is None
    )


def set_aside_if_damaged(wanted: Retrieval, target: Path) -> Path | None:
    """Make room for a file where another is kept in its place, which may be one that somebody put there by hand.

    Parameters
    ----------
    wanted
        The declaration of the retrieval.
    target
        Where the file is kept.

    Returns
    -------
    pathlib.Path or None
        Where the other file is now: beside, in a folder called by its own sha256. None where nothing had to be done.
    """
    if not is_file(target):
        target.unlink(missing_ok=True)  # a link to nowhere
        return None
    found = file_digest(target)
    if found == wanted.sha256:
        return None
    if target.is_symlink():
        aside = target.resolve()
        target.unlink()
        return aside
    aside = target.parent.parent / found / target.name
    aside.parent.mkdir(parents=True, exist_ok=True)
    os.replace(target, aside)
    return aside


def confirmed_digest(name: str, source: Source, path: Path) -> str:
    """Compute a raw file's sha256, and insist on the declared one where the study has one.

    Parameters
    ----------
    name
        The source's name in the study.
    source
        Its declaration.
    path
        The raw file.

    Returns
    -------
    str
        The sha256 of the file, in hexadecimal.

    Raises
    ------
    RetrievalError
        If the study declares another.
    """
    found = file_digest(path)
    if source.retrieve is not None and found != source.retrieve.sha256:
        what = f"has the sha256 {found}; the source `{name}` expects {source.retrieve.sha256}"
        raise RetrievalError([Problem(str(path), what, hint="run again, and it is retrieved anew")])
    return found


def refuse_changed_while_read(name: str, path: Path, before: os.stat_result) -> None:
    """Refuse a raw file that somebody has written to since reading began, for what was read may be of two states.

    Parameters
    ----------
    name
        The source's name in the study.
    path
        The raw file.
    before
        What the system said of it before.

    Raises
    ------
    DataError
        If its size, its time or its place on the disk is another.
    """
    now = path.stat() if path.is_file() else None
    kept = ("st_size", "st_mtime_ns", "st_ino")
    if now is None or any(getattr(now, each) != getattr(before, each) for each in kept):
        what = f"was written to while the source `{name}` was read"
        raise DataError([Problem(str(path), what, hint="run again once nobody writes to it")])


def in_mirror(wanted: Retrieval, mirrors: Sequence[Path]) -> Path | None:
    """Find the file in the mirrors: the right one, if there are several of its name, or else the first."""
    found = _of_its_name(wanted, mirrors)
    right = (place for place in found if len(found) > 1 and file_digest(place) == wanted.sha256)
    return next(right, found[0] if found else None)


def _of_its_name(wanted: Retrieval, mirrors: Sequence[Path]) -> list[Path]:
    """List what mirrors hold of a file's name, in a folder called by its hash, where names are shared, or as it is."""
    places = [place for mirror in mirrors for place in (mirror / wanted.sha256, mirror)]
    return [place / wanted.file_name for place in places if is_file(place / wanted.file_name)]


def _copy(name: str, wanted: Retrieval, copied_from: Path, mirrors: Sequence[Path], target: Path) -> None:
    """Copy a file of a mirror and put the copy in place once its hash is right."""
    copy = target.with_name(f"{target.name}.copy")
    try:
        shutil.copyfile(copied_from, copy)
        if file_digest(copy) != wanted.sha256:
            hint = "put the right file there"
            if wanted.address is not None:
                hint += f", or take {MIRROR} away to have it retrieved from {wanted.address}"
            expected = f"the source `{name}` expects {wanted.sha256}"
            raise RetrievalError(
                Problem(str(each), f"has the sha256 {file_digest(each)}; {expected}", hint=hint)
                for each in _of_its_name(wanted, mirrors)
            )
        os.replace(copy, target)
    finally:
        copy.unlink(missing_ok=True)


def _download(
    name: str,
    source: Source,
    wanted: Retrieval,
    address: str,
    target: Path,
    mirrors: Sequence[Path],
    pause: Callable[[float], object],
) -> int:
    """Download a file and put it in place once its hash is right; count the tries."""
    part = target.with_name(f"{target.name}.part")
    where = f"source `{name}`, {address}"
    if is_file(part) and file_digest(part) == wanted.sha256:  # a run was cut off just before the end
        os.replace(part, target)
        return 0
    try:
        tries, resumed = _tried_again(address, part, pause)
        found = file_digest(part)
        if resumed and found != wanted.sha256:  # its beginning may be of another file than its end
            part.unlink()
            more, _ = _tried_again(address, part, pause)
            tries += more
            found = file_digest(part)
    except _MayPass as error:
        what = f"could not be retrieved in {len(PAUSES) + 1} tries; the last ended with: {error}"
        kept = "run again to go on where it stopped, or " if is_file(part) else "run again later, or "
        raise RetrievalError([Problem(where, what, hint=kept + _another_way(source, wanted, mirrors))]) from None
    except _Refused as error:
        raise RetrievalError([Problem(where, str(error), hint=_another_way(source, wanted, mirrors))]) from None
    if found != wanted.sha256:
        page = "what came is a web page, perhaps to log in; " if _is_web_page(part) else ""
        part.unlink()
        what = f"gave a file with the sha256 {found}; the study expects {wanted.sha256}"
        hint = f"{page}either the file has been replaced there or the study's hash is wrong; to use the right file, "
        raise RetrievalError([Problem(where, what, hint=hint + _another_way(source, wanted, mirrors))])
    os.replace(part, target)
    return tries


def _tried_again(address: str, part: Path, pause: Callable[[float], object]) -> tuple[int, bool]:
    """Receive a file in as many tries as it takes; tell how many and whether the last one sent a piece."""
    for number, seconds in enumerate((*PAUSES, None), start=1):
        try:
            return number, _receive(address, part)
        except _MayPass:
            if seconds is None:
                raise
            pause(seconds)
    raise AssertionError("the last try returns or raises")


def _receive(address: str, part: Path) -> bool:
    """Receive what is missing of a file, or all of it where the server sends no pieces; tell whether it was a piece."""
    here = part.stat().st_size if part.is_file() else 0
    headers = {"User-Agent": "ruralpanel", "Accept-Encoding": "identity"}
    if here:
        headers["Range"] = f"bytes={here}-"
    try:
        opener = build_opener(_Redirects)
        response = opener.open(Request(_as_sent(address), headers=headers), timeout=SILENCE)
    except HTTPError as error:
        error.close()
        if here and error.code == 416:  # there is nothing after what is here, so it belongs to another file
            part.unlink()
            return _receive(address, part)
        if error.code >= 500:
            raise _MayPass(f"the server answered {error.code} ({error.reason})") from None
        raise _Refused(_refusal(error.code, str(error.reason))) from None
    except (OSError, HTTPException) as error:
        raise _MayPass(_reason(error)) from None
    with response:
        is_piece = response.status == 206
        if here and is_piece and not response.headers.get("Content-Range", "").startswith(f"bytes {here}-"):
            part.unlink()  # a piece from elsewhere: not what was asked for
            return _receive(address, part)
        with part.open("ab" if here and is_piece else "wb") as stream:
            received = since = 0
            began = time.monotonic()
            while piece := _next_piece(response):
                stream.write(piece)
                received += len(piece)
                since += len(piece)
                if received > LARGEST:
                    part.unlink(missing_ok=True)
                    raise _Refused(f"sends more than {LARGEST:,} bytes, and was not listened to any longer")
                if (took := time.monotonic() - began) > SILENCE:
                    if since < SLOWEST * took:
                        raise _MayPass(f"the server sent {since:,} bytes in {took:.0f} seconds")
                    began, since = time.monotonic(), 0
    announced = response.headers.get("Content-Length", "")
    if announced.isdigit() and received < int(announced):
        raise _MayPass(f"the connection ended after {received:,} of {int(announced):,} bytes")
    return bool(here) and is_piece


class _Redirects(HTTPRedirectHandler):
    """Follows a server that sends on to another one, and to none within the machine or its network."""

    def redirect_request(self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Request | None:
        """Refuse what a server on the web could not reach itself."""
        parts = urlsplit(newurl)
        if parts.scheme not in ("http", "https"):
            raise _Refused(f"sends on to {newurl}, which is no address on the web")
        if is_inside(parts.hostname or "") and not is_inside(urlsplit(req.full_url).hostname or ""):
            raise _Refused(f"sends on to {newurl}, which is within this machine or its network")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def is_inside(host: str) -> bool:
    """Tell whether a name or number is of this machine or of the network around it; one that nobody knows is not."""
    try:
        found = {str(each[4][0]) for each in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return any(not ipaddress.ip_address(each.partition("%")[0]).is_global for each in found)


def _next_piece(response: HTTPResponse) -> bytes:
    try:
        return response.read1(PIECE)
    except (OSError, HTTPException) as error:
        raise _MayPass(_reason(error)) from None


def _as_sent(address: str) -> str:
    """Write an address as it goes over the wire: without a fragment, and with nothing but ASCII."""
    parts = urlsplit(address)
    host = parts.netloc.encode("idna").decode()
    path, query = (quote(text, safe="%/:=&?~+!$,;'@()*[]") for text in (parts.path, parts.query))
    return urlunsplit((parts.scheme, host, path or "/", query, ""))


def _refusal(status: int, reason: str) -> str:
    if status in (401, 403):
        return f"asks for an account: the server answered {status} ({reason})"
    if status in (404, 410):
        return f"has no such file: the server answered {status} ({reason})"
    return f"cannot be retrieved: the server answered {status} ({reason})"


def _reason(error: Exception) -> str:
    """Say why the network failed, without the numbers that mean something to programs only."""
    cause = error.reason if isinstance(error, URLError) else error
    words = getattr(cause, "strerror", None) or str(cause)
    return str(words or type(cause).__name__)


def _another_way(source: Source, wanted: Retrieval, mirrors: Sequence[Path]) -> str:
    """Say how to do without the network, and what the study says on getting the file."""
    words = f"put {wanted.file_name} into a folder and set {MIRROR} to that folder"
    looked_in = [
        f"{mirror}, which " + (f"holds no file {wanted.file_name}" if is_directory(mirror) else "is not a folder")
        for mirror in mirrors
    ]
    words += f" (it is set to {'; and to '.join(looked_in)})" if looked_in else ""
    return words + (f"; how to get it: {' '.join(source.access.split())}" if source.access else "")


def _is_web_page(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(500).lstrip().lower().startswith((b"<!doctype html", b"<html"))
