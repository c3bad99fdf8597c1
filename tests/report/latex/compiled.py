"""LaTeX, where it is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

STICKS_OUT = 20.0
"""Points by which a line may be too wide."""

needs_latex = pytest.mark.skipif(
    shutil.which("pdflatex") is None or shutil.which("bibtex") is None,
    reason="LaTeX is not installed: on Debian, texlive-latex-recommended and texlive-fonts-recommended",
)


def compiled(folder: Path, name: str = "main") -> str:
    """Compile a document with its works, and give the log of the last time; errors and wide lines fail."""
    for program in ("pdflatex", "bibtex", "pdflatex", "pdflatex"):
        if program == "bibtex" and not (folder / "works.bib").is_file():
            continue
        options = ["-interaction=nonstopmode", "-halt-on-error"] if program == "pdflatex" else []
        done = subprocess.run([program, *options, name], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-3000:]
    log = (folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")
    wide = [float(points) for points in re.findall(r"Overfull \\hbox \(([\d.]+)pt too wide\)", log)]
    assert max(wide, default=0) <= STICKS_OUT, re.findall(r"Overfull .*", log)
    return log
