"""Every run, and every job of it, begins by reading the workflow: nothing that is slow to load belongs there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

HEAVY = ["numpy", "pandas", "scipy", "matplotlib", "statsmodels", "linearmodels"]


def test_reading_the_workflow_and_a_study_loads_no_library_of_numbers(root: Path) -> None:
    rules = "\n".join(path.read_text(encoding="utf-8") for path in (root / "workflow/rules").glob("*.smk"))
    imports = re.findall(r"^from ruralpanel\S* import (?:\([^)]+\)|.+$)", rules, re.MULTILINE)
    assert imports
    program = [
        *imports,
        "import sys",
        "study = load_study('taobao_villages')",
        "[declared(study, name) for name in study.exhibits]",
        f"print([name for name in {HEAVY} if name in sys.modules])",
    ]
    said = subprocess.run(
        [sys.executable, "-c", "\n".join(program)], cwd=root, capture_output=True, text=True, check=False
    )
    assert said.stdout.strip() == "[]", said.stdout + said.stderr
