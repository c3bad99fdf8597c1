"""pandas (https://pypi.org/project/pandas): reading alone, with nothing checked."""

import pandas as pd


def _mean(frame):
    return float(frame["y"].mean()), float("nan")


def reading_csv(path):
    return _mean(pd.read_csv(path))


def reading_parquet(path):
    return _mean(pd.read_parquet(path))
