"""What exhibits read: the files of earlier stages, as frames under the names that the kinds of exhibits declare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from ruralpanel.estimation.estimates import load_estimates
from ruralpanel.sensitivity.results import load_results
from ruralpanel.storage import load_table


def load_inputs(files: Mapping[str, Sequence[str | Path] | str | Path]) -> dict[str, pd.DataFrame]:
    """Load what an exhibit reads.

    Parameters
    ----------
    files
        By the name of the input, its file or files: those of :attr:`ruralpanel.study.exhibits.Exhibit.reads`.

    Returns
    -------
    dict of str to pandas.DataFrame
        One frame an input; several files of one input are put below one another.
    """
    frames = {}
    for name, paths in files.items():
        listed = [paths] if isinstance(paths, str | Path) else list(paths)
        if name == "estimates":
            frames[name] = load_estimates(listed)
        elif name == "draws":
            # The rows that draws belong to are counted within a block, whose name is that of the file.
            parts = [load_table(path).assign(block=Path(path).name.split(".")[0]) for path in listed]
            frames[name] = pd.concat(parts, ignore_index=True)
        elif name == "sensitivity":
            frames[name] = load_results(listed)
        else:
            frames[name] = pd.concat([load_table(path) for path in listed], ignore_index=True)
    return frames
