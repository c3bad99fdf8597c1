"""The page of a study over a loopback address, told of every change; what is on disk stays as it is."""

from __future__ import annotations

import json
import mimetypes
import os
import threading
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ruralpanel.placement import is_within, stays_inside

PAGE = "report/index.html"

ADDRESS = "127.0.0.1"
"""Nobody but this machine is served."""

EVENTS = "/.watch/events"

HEARTBEAT = 5.0
"""Seconds after which a line is written to whoever listens, so that one who left is noticed."""

SCRIPT = """
<script>
(() => {
  const box = document.createElement("div");
  box.id = "watch-problems";
  box.setAttribute("role", "alert");
  box.style.cssText = "position:fixed;inset:auto 0 0 0;max-height:60vh;overflow:auto;z-index:9999;display:none;" +
    "background:#3b0a12;color:#fff;font:13px/1.45 ui-monospace,monospace;white-space:pre-wrap;padding:14px 18px;" +
    "border-top:4px solid #ff5a6e;overflow-wrap:anywhere";
  document.body.append(box);
  let version = null;
  const source = new EventSource("EVENTS");
  source.onmessage = event => {
    const state = JSON.parse(event.data);
    if (version !== null && state.version !== version) { location.reload(); return; }
    version = state.version;
    box.textContent = state.problems || state.working;
    box.style.display = box.textContent ? "block" : "none";
    box.style.background = state.problems ? "#3b0a12" : "#1d2b3a";
    box.style.borderColor = state.problems ? "#ff5a6e" : "#6db3f2";
  };
})();
</script>
""".replace("EVENTS", EVENTS)
"""Reloads the page when it is new, and shows what is wrong over the one that was good. Only in what is served."""


@dataclass
class State:
    """What whoever looks at the page is told; changes wake those who wait.

    Parameters
    ----------
    folder
        The results of the study, and all that is served.
    """

    folder: Path
    version: int = 0
    problems: str = ""
    working: str = ""
    ended: bool = False
    page: bytes | None = None
    changed: threading.Condition = field(default_factory=threading.Condition)

    def tell(self, problems: str = "", working: str = "", is_new: bool = False) -> None:
        """Say how things are.

        Parameters
        ----------
        problems
            What is wrong; empty for nothing.
        working
            What is being done.
        is_new
            Whether there is another page, which is kept for when there is none.
        """
        with self.changed:
            self.problems, self.working = problems, working
            if is_new or self.page is None:
                self.keep_page()
            self.version += is_new
            self.changed.notify_all()

    def keep_page(self) -> None:
        """Read the page that is on disk, where there is one."""
        path = self.folder / PAGE
        if path.is_file():
            self.page = path.read_bytes()

    def end(self) -> None:
        """Let go of all who wait."""
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def message(self) -> str:
        """Write it as whoever looks at the page reads it."""
        return json.dumps({"version": self.version, "problems": self.problems, "working": self.working})


def served_file(folder: Path, asked: str) -> Path | None:
    """Find the file that an address means.

    Parameters
    ----------
    folder
        What is served.
    asked
        The path of the address, as it came.

    Returns
    -------
    pathlib.Path or None
        A file in the folder; none for whatever leads out of it, by dots, by a drive or by a link.
    """
    relative = unquote(asked).lstrip("/")
    if not relative or not stays_inside(relative):
        return None
    path = folder / relative
    return path if path.is_file() and is_within(path, folder) else None


def serve(state: State, port: int = 0) -> ThreadingHTTPServer:
    """Serve the results of a study until the server is shut down.

    Parameters
    ----------
    state
        What is told, and the folder.
    port
        The port of the loopback address; 0 for one that is free.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            host = (self.headers.get("Host") or "").rsplit(":", 1)[0]
            if host not in (ADDRESS, "localhost"):  # a name of somebody else's that leads here
                self._answer(403, b"", "text/plain")
                return
            path = urlsplit(self.path).path
            if path == "/":
                self.send_response(302)
                self.send_header("Location", f"/{PAGE}")
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif path == EVENTS:
                self._events()
            elif path == f"/{PAGE}":
                self._page()
            else:
                found = served_file(state.folder, path)
                kind = mimetypes.guess_type(found.name)[0] if found else None
                body = found.read_bytes() if found else b"There is no such file."
                self._answer(
                    200 if found else 404, body, kind or ("application/octet-stream" if found else "text/plain")
                )

        def _page(self) -> None:
            body = state.page
            if body is None:
                words = escape(state.problems or "The page is being made.")
                body = f"<!doctype html><title>{words[:60]}</title><body><p>Waiting for the page.</p></body>".encode()
            body = body.replace(b"default-src 'none';", b"default-src 'none'; connect-src 'self';", 1)
            head, end, tail = body.rpartition(b"</body>")
            whole = head + SCRIPT.encode() + end + tail if end else body + SCRIPT.encode()
            self._answer(200, whole, "text/html; charset=utf-8")

        def _events(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Cache-Control", "no-store")
            self.send_header("Connection", "close")
            self.end_headers()
            self.close_connection = True
            told = ""
            try:
                while not state.ended:
                    with state.changed:
                        now = state.message()
                        if now == told:
                            state.changed.wait(HEARTBEAT)
                            now = state.message()
                    self.wfile.write(f"data: {now}\n\n".encode() if now != told else b": still here\n\n")
                    self.wfile.flush()
                    told = now
            except (ConnectionError, OSError):
                return  # whoever listened left

        def _answer(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: the terminal is the run's."""

    server = ThreadingHTTPServer((ADDRESS, port), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    return server


def stamps(paths: list[Path]) -> dict[str, tuple[int, int]]:
    """Tell by time and size whether files are as they were.

    Parameters
    ----------
    paths
        Files; one that is not there has no stamp.
    """
    found = {}
    for path in paths:
        try:
            facts = os.stat(path)
        except OSError:
            continue
        found[str(path)] = (facts.st_mtime_ns, facts.st_size)
    return found
