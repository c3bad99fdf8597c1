"""Write what rdrobust and rddensity print for the rows of threshold_panels.

Run with rdrobust 2.1.1 and rddensity 3.0, and this repository's root on the path:
python -m tests.parity.thresholds.make_reference
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from rddensity import rddensity
from rdrobust import rdrobust

from tests.parity.threshold_panels import CALLS, DATA, rows


def jumps() -> pd.DataFrame:
    """Bandwidths, and estimates with their errors, plain and corrected."""
    found = []
    for data in DATA:
        frame = rows(data)
        for call, stated in CALLS.items():
            more = {"fuzzy": frame["took"], "sharpbw": True} if stated.get("design") == "fuzzy" else {}
            more |= {"cluster": frame["county"]} if "cluster" in stated else {}
            more |= {"h": stated["bandwidth"]} if "bandwidth" in stated else {}
            if "bandwidth" in stated:
                more["b"] = stated.get("bias_bandwidth", stated["bandwidth"])
            kernel, order = stated.get("kernel", "triangular"), stated.get("order", 1)
            fit = rdrobust(frame["y"], frame["sales"], c=1, p=order, kernel=kernel, **more)
            (plain, corrected, _), (error, _, robust) = fit.coef.iloc[:, 0], fit.se.iloc[:, 0]
            widths = fit.bws.iloc[:, 0]
            found.append((data, call, widths.iloc[0], widths.iloc[1], plain, error, corrected, robust))
    names = ["data", "call", "bandwidth", "bias_bandwidth", "plain", "plain_error", "corrected", "corrected_error"]
    return pd.DataFrame(found, columns=names)


def densities() -> pd.DataFrame:
    """Densities on both sides at given bandwidths, and the error of their difference."""
    found = []
    for bandwidth in (0.4, 0.8):
        fit = rddensity(rows("smooth")["sales"], c=1, h=[bandwidth, bandwidth])
        found.append((bandwidth, fit.hat["left"], fit.hat["right"], fit.sd_jk["diff"]))
    return pd.DataFrame(found, columns=["bandwidth", "below", "above", "error"])


if __name__ == "__main__":
    jumps().to_csv(Path(__file__).parent / "reference.csv", index=False)
    densities().to_csv(Path(__file__).parent / "densities.csv", index=False)
