"""The door between the workflow and a stage: where messages go, and how a stage ends when the user can mend it."""

from __future__ import annotations

import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

from ruralpanel.errors import ProblemsFound


@contextmanager
def stage(log: Path | str) -> Iterator[None]:
    """Run a stage with all it prints going to its log.

    A mistake in the study or the data ends the process with status 1 and the message in the log, from where the
    workflow shows it; a fault of the program leaves its traceback there.

    Parameters
    ----------
    log
        The job's log file.
    """
    path = Path(log)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # where a link is in its place, what it points to stays as it is
    with path.open("w", encoding="utf-8") as stream, redirect_stdout(stream), redirect_stderr(stream):
        warnings.simplefilter("default")
        try:
            yield
        except ProblemsFound as error:
            print(error, file=stream)
            sys.exit(1)
        except Exception:
            traceback.print_exc(file=stream)
            print(
                "\nThis is a fault of ruralpanel, not of your data or study. Please report it with this log.",
                file=stream,
            )
            sys.exit(1)
