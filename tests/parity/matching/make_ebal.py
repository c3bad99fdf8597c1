"""What PyPI's ebal makes of the counties of mpdta in 2003, by whether they ever raise their minimum wage."""

import numpy as np
import pandas as pd
from ebal import ebal_bin

panel = pd.read_csv("tests/parity/staggered/mpdta.csv")
rows = panel[panel["year"] == 2003].sort_values("village").reset_index(drop=True)
treated = (rows["cohort"] > 0).to_numpy().astype(int)
values = rows[["lpop", "y"]].to_numpy()
values = (values - values.mean(axis=0)) / values.std(axis=0)  # with raw squares, its steps do not converge
squares = np.hstack([values, values**2])
own = 1.0 + rows["village"].to_numpy() % 3
found = {"village": rows["village"]}
for name, balanced, base in (
    ("means", values, None),
    ("means and variances", squares, None),
    ("weighted means", values, own[treated == 0]),
):
    model = ebal_bin(effect="ATT", max_iterations=500, constraint_tolerance=1e-12, print_level=-1)
    result = model.ebalance(treated, balanced, rows["y"].to_numpy(), base_weight=base)
    assert result["converged"], name
    found[name] = np.where(treated == 1, 0.0, result["w"])
pd.DataFrame(found).to_csv("tests/parity/matching/ebal_weights.csv", index=False)
