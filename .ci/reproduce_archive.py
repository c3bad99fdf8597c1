"""Unpack a replication archive into an empty folder, check its manifest, and do there what its README says."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))

from ruralpanel.simulation.marker import MARKER
from tests.archive.unpacking import run_there, unpacked

with TemporaryDirectory() as folder:
    top = unpacked(Path(sys.argv[1]), Path(folder))
    if (top / MARKER).exists():
        sys.exit(f"{MARKER}: the archive of a study without restricted sources holds twins")
    result = run_there(top)
print(result.stderr)
sys.exit(result.returncode or "Verdict: MATCH" not in result.stderr)
