"""Pages that follow from the program: what study files hold, what commands say, and which estimator is for what."""

from __future__ import annotations

import re
from contextlib import redirect_stdout, suppress
from io import StringIO
from typing import Any
from unittest.mock import patch

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from ruralpanel.__main__ import main
from ruralpanel.reference import reference_text
from ruralpanel.study.estimators import ESTIMATORS

KEYS_BEGIN = "\n## The study\n"
"""The heading in config/README.md with which the tables of keys begin."""

HELP = re.compile(r"^<!-- help of (\S+) -->$", re.MULTILINE)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add config/README.md, as it is written from the model, in two pages: the guide and the keys."""
    guide, keys = reference_text().split(KEYS_BEGIN)
    guide = guide.split("-->\n", 1)[1]
    lead = "# Keys of a study file\n\nAll keys of all sections. [Study files](study-files.md) shows them in use.\n"
    keys = f"{lead}{KEYS_BEGIN}{keys}"
    for name, text in {"study-files": guide, "keys": keys}.items():
        files.append(File.generated(config, f"reference/{name}.md", content=text))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put what a command says of itself, and the table of estimators, where a page asks for it."""
    markdown = HELP.sub(lambda found: f"```text\n{help_of(found[1])}```", markdown)
    return markdown.replace("<!-- estimators -->", estimator_table())


def estimator_table() -> str:
    """Say which question each estimator answers, and which page is on it; those with the same in one row."""
    rows: dict[tuple[str, str], list[str]] = {}
    for name, each in ESTIMATORS.items():
        rows.setdefault((each.question, each.page), []).append(f"`{name}`")
    lines = [f"| {question} | {', '.join(names)} | {page} |" for (question, page), names in rows.items()]
    return "\n".join(["| The question | `estimators` | Page |", "|---|---|---|", *lines])


def help_of(command: str) -> str:
    """Give what ``./run COMMAND --help`` prints.

    Parameters
    ----------
    command
        The name of a command.
    """
    said = StringIO()
    with redirect_stdout(said), suppress(SystemExit), patch.dict("os.environ", {"COLUMNS": "88", "NO_COLOR": "1"}):
        main([command, "--help"])
    return said.getvalue()
