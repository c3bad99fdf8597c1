"""What `./run` does beside the workflow: one module a command, found by its name, with a function ``main``."""

from pathlib import Path


def command_names() -> list[str]:
    """Name the commands there are, as they are typed."""
    modules = Path(__path__[0]).glob("*.py")
    return sorted(path.stem.replace("_", "-") for path in modules if path.stem != "__init__")
