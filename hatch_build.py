"""Put what the installed program needs of a checkout into the wheel: the workflow, the lock, plans, the reference."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class TakeAlong(BuildHookInterface):
    """Add the files that ``src/ruralpanel/installation.py`` names; an editable installation finds them at the top."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Say which files go where in a wheel."""
        if version == "editable":
            return
        top = Path(self.root)
        installation = runpy.run_path(str(top / "src/ruralpanel/installation.py"))
        inside = installation["SHIPPED"].relative_to(installation["PACKAGE"].parent).as_posix()
        build_data["force_include"] |= {name: f"{inside}/{name}" for name in installation["shipped_files"](top)}
