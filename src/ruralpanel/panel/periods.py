"""Write periods for a reader."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def spans(periods: Iterable[int], steps: Sequence[int] | None = None) -> str:
    """Write periods in order, runs of them by their ends: ``2013 to 2017, 2019``.

    Parameters
    ----------
    periods
        The periods.
    steps
        All periods there are, in order, where they are uneven (2010, 2012, 2016): two of them that follow on each other
        are a run. Left out: every whole number is a period.
    """
    position = {period: index for index, period in enumerate(steps)} if steps is not None else None
    runs: list[list[int]] = []
    for period in sorted(periods):
        follows = bool(runs) and (
            runs[-1][-1] == period - 1 if position is None else position[runs[-1][-1]] == position[period] - 1
        )
        if follows:
            runs[-1].append(period)
        else:
            runs.append([period])
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
