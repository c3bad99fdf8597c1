"""What a person sees while the workflow runs: which stage, how many of how many, elapsed, and where to look."""

from __future__ import annotations

import re
import shlex
import sys
import threading
import time
from logging import ERROR, WARNING, LogRecord
from pathlib import Path
from typing import Any, TextIO

from ruralpanel.commands import command_names
from ruralpanel.errors import OF_MEMORY, closest
from ruralpanel.stage import FOR_MEMORY, fault_of_the_machine, steps_of
from ruralpanel.verification.summary import summary_of

CLOCK = re.compile(
    r"Output (?P<made>.+) has older modification time \(.+?\) than input (?P<before>.+) \((?P<then>[\d-]+ [\d:]+)"
)
"""What Snakemake says of files whose times are not in their order."""

OF_THE_SYSTEM = re.compile(r"^\w*Error: \[Errno (\d+)\] ([^:\n]+)(?:: '(.+)')?$", re.MULTILINE)
"""How an error of the system is written, of which Snakemake says the whole traceback."""

QUIET_FAILURES = (
    "CalledProcessError",
    "At least one job did not complete",
    "Exiting because a job execution failed",
    "no backup found",  # nothing had been retrieved before the job that failed
)
"""What Snakemake says after a failed job, which has been shown with its own message by then."""


STOPPING = "Terminating processes on user request"
"""What Snakemake says first when it is told to stop."""


TARGETS = ("all", "verify", "monte_carlo", "lead_tests")
"""Rules that only gather others."""


RULES_BY_NAME = ("toponymy",)
"""Rules that are run only where somebody names them."""


PUBLISHING = "publish"
"""How the names of rules begin that keep something as published; their logs name the files."""


VERDICT = "accept"
"""The rule that fails when a published number does not reproduce; the run has finished all the same."""


class Progress:
    """Turn Snakemake's events into a few lines a person can follow.

    Parameters
    ----------
    stream
        Where to write.
    dry
        Whether nothing is run: the jobs that would be are listed, once.
    patience
        Seconds that a job may take before its steps are told, and between one telling and the next.
    """

    def __init__(self, stream: TextIO | None = None, dry: bool = False, patience: float = 20.0) -> None:
        self.patience = patience
        self.dry = dry
        self.stream = stream or sys.stderr
        self.started = time.monotonic()
        self.done = 0
        self.total = 0
        self.running: dict[int, str] = {}
        self.results: Path | None = None
        self.has_run = False
        self.status_shown = self.stopped = False
        self.failed: list[str] = []
        self.logs: dict[int, list[str]] = {}
        self.kept: list[str] = []
        self.steps: dict[int, Path] = {}
        self.told: dict[int, float] = {}
        self.lock = threading.RLock()
        self.closing = threading.Event()

    def watch(self) -> None:
        """Tell what long jobs are at, from now on until the run is closed."""
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while not self.closing.wait(1.0):
            self.tell_steps()

    def tell_steps(self) -> None:
        """Tell what jobs are at that have taken longer than the patience since they were last heard of."""
        with self.lock:
            now = time.monotonic()
            for job, name in self.running.items():
                step = self.step_of(job)
                if step and now - self.told[job] >= self.patience:
                    self.told[job] = now
                    self.line(f"{'':{2 * len(str(self.total)) + 3}} {self.elapsed():>6}  {name}: {step}")
            self.status()

    def step_of(self, job: int) -> str:
        """Give what a job says it is at; nothing if it says nothing."""
        try:
            return self.steps[job].read_text(encoding="utf-8")
        except (KeyError, OSError):
            return ""

    def handle(self, record: LogRecord) -> None:
        """Show one event, or keep what it says for later."""
        with self.lock:
            self._handle(record)

    def _handle(self, record: LogRecord) -> None:
        event = getattr(record, "event", None)
        facts: dict[str, Any] = record.__dict__
        if "ruralpanel_results" in facts:
            self.results = Path(facts["ruralpanel_results"])
            self.line(record.getMessage())
        elif event == "run_info":
            stats = facts.get("stats", {})
            self.total = int(stats.get("total", 0)) - sum(int(stats.get(target, 0)) for target in TARGETS)
            self.has_run = not self.dry
        elif event == "job_info" and self.dry:
            if facts["rule_name"] not in TARGETS:
                self.line(f"would run  {facts.get('rule_msg') or facts['rule_name']}")
        elif event == "job_info":
            self.running[int(facts["jobid"])] = str(facts.get("rule_msg") or facts["rule_name"])
            self.told[int(facts["jobid"])] = time.monotonic()
            if facts.get("log"):
                self.steps[int(facts["jobid"])] = steps_of(Path(facts["log"][0]))
            if str(facts["rule_name"]).startswith(PUBLISHING):
                self.logs[int(facts["jobid"])] = list(facts.get("log") or [])
            self.status()
        elif event == "job_finished":
            name = self.running.pop(int(facts["job_id"]), None)
            if name and name not in TARGETS:
                self.done += 1
                self.line(f"[{self.done:>{len(str(self.total))}}/{self.total}] {self.elapsed():>6}  {name}")
            for log in self.logs.pop(int(facts["job_id"]), []):
                self.kept += Path(log).read_text(encoding="utf-8").split("\n")[:-1]
            self.status()
        elif event == "job_error":
            if not self.stopped:
                self.failure(facts)
        elif str(record.msg).startswith(STOPPING):
            self.stopped = True
            self.line("\nStopping; what was under way is done again by the next run.")
        elif record.levelno >= WARNING and event in (None, "error"):
            self.other(record)
        elif str(record.msg).startswith("Nothing to be done"):
            self.has_run = True
            self.line("Everything is up to date.")

    def failure(self, facts: dict[str, Any]) -> None:
        """Show why a job failed, from its own log."""
        name = self.running.pop(int(facts["jobid"]), str(facts["rule_name"]))
        self.failed.append(str(facts["rule_name"]))
        self.line(f"\nFailed: {' '.join(name.split())}")
        for log in facts.get("log") or []:
            path = Path(log)
            text = path.read_text(encoding="utf-8", errors="replace").strip() if path.is_file() else ""
            shown = text.splitlines()[-60:]
            for each in shown:
                self.line(f"  {each}")
            if (step := steps_of(path)).is_file():  # which a job takes away that ends by itself
                at = step.read_text(encoding="utf-8", errors="replace").strip()
                step.unlink(missing_ok=True)
                where = f" at: {at}" if at else ""
                self.line(f"  It was ended{where} before it could say why. Where memory was short, {FOR_MEMORY}.")
            self.line(f"  (log: {path})\n" if shown else f"  it left no message (log: {path})\n")

    def other(self, record: LogRecord) -> None:
        """Pass on warnings and errors that do not come from a job."""
        text = str(record.getMessage())
        if "cannot be locked" in text or "LockException" in text:
            text = "Another run is at work here, or one was cut off and left its lock, which the next run takes over."
        if skewed := CLOCK.search(text):
            before, then, made = skewed["before"], skewed["then"], skewed["made"]
            text = (
                f"{before} is dated {then}, later than {made}, which was just made from it: the clock was set back, or "
                "the file comes from a machine whose clock is ahead. Set the clock, date the file anew "
                f"(touch {shlex.quote(before)}), and run again"
            )
        if found := OF_THE_SYSTEM.findall(text):
            number, words, file = found[-1]
            text = fault_of_the_machine(OSError(int(number), words, file or None)) or text
        if any(each in text for each in OF_MEMORY):
            text = f"Out of memory. Where memory was short, {FOR_MEMORY}."
        if "Another run is at work" in text:
            text = text.partition("\n  File ")[0]  # where in the program that was found
        if "MissingRuleException" in text and (unknown := re.search(r"No rule to produce (\S+)", text)):
            text = f"`{unknown[1]}` is no command, no rule, and no file that a rule makes"
            meant = closest(unknown[1], ["test", *command_names(), *TARGETS, *RULES_BY_NAME])
            text += f"; did you mean “{meant}”?" if meant else "; README.md lists the commands, ./run -l the rules"
        if text.strip() and not any(phrase in text for phrase in QUIET_FAILURES):
            self.line(text if record.levelno >= ERROR else f"Warning: {text}")

    def close(self) -> None:
        """Say where to look and what the verdict is."""
        self.closing.set()
        self.clear()
        if self.has_run and self.results is not None:
            self.has_run = False
            if self.stopped:
                self.line(f"Stopped after {self.elapsed()}. The same command goes on from here.")
            elif set(self.failed) - {VERDICT}:
                self.line(
                    f"\nThe run did not finish. What {self.results.as_posix()} holds may be from an earlier run; "
                    f"mend what is said above and run again. Elapsed {self.elapsed()}."
                )
            elif self.kept:  # the verdict of the results is one on what was published before
                self.line("\nKept as published:\n" + "\n".join(f"  {path}" for path in self.kept))
                self.line(f"`./run` compares with it from now on. Elapsed {self.elapsed()}.")
            else:
                self.line(f"\n{summary_of(self.results)}\nElapsed {self.elapsed()}.")

    def elapsed(self) -> str:
        """Give the time since the start as minutes and seconds."""
        seconds = int(time.monotonic() - self.started)
        return f"{seconds // 60}:{seconds % 60:02d}"

    def line(self, text: str) -> None:
        """Write a line above the status."""
        self.clear()
        print(text, file=self.stream, flush=True)

    def status(self) -> None:
        """Show what runs now, on a terminal only, in a line that the next one replaces."""
        if self.stream.isatty() and self.running:
            steps = {job: self.step_of(job) for job in self.running}
            names = ", ".join(
                " ".join(name.split()) + (f" ({steps[job]})" if steps[job] else "")
                for job, name in self.running.items()
            )
            self.clear()
            print(f"{self.elapsed()} running: {names}"[:78], end="", file=self.stream, flush=True)
            self.status_shown = True

    def clear(self) -> None:
        """Take the status line away."""
        if self.status_shown:
            print("\r\033[2K", end="", file=self.stream)
            self.status_shown = False
