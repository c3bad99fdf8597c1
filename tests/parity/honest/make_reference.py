"""Print the intervals that a second library has for the event studies in this folder; README.md says how to run it."""

from pathlib import Path

import numpy as np
import pandas as pd
from moderndid.didhonest.delta.rm import rm
from moderndid.didhonest.fixed_length_ci import compute_flci

FOLDER = Path(__file__).parent
POINTS, REACH = 201, 8

print("event_study,weights,restriction,bound,low,high,step")
for name in ("medicaid", "minimum_wage", "township_officials"):
    study = pd.read_csv(FOLDER / f"{name}.csv")
    estimates, covariance = study["estimate"].to_numpy(), study.iloc[:, 2:].to_numpy()
    before, after = int((study["event_time"] < -1).sum()), int((study["event_time"] >= 0).sum())
    for words, weights in (("first", np.eye(after)[0]), ("average", np.full(after, 1 / after))):
        deviation = float(np.sqrt(weights @ covariance[before:, before:] @ weights))
        middle = float(weights @ estimates[before:])
        for scale in (0.0, 0.5, 1.0):
            bound = scale * deviation
            found = compute_flci(
                beta_hat=estimates,
                sigma=covariance,
                smoothness_bound=bound,
                n_pre_periods=before,
                n_post_periods=after,
                post_period_weights=weights,
                alpha=0.05,
            )
            ends = f"{float(found.flci[0])!r},{float(found.flci[1])!r}"
            print(f"{name},{words},smoothness,{float(bound)!r},{ends},", flush=True)
        for bound in (1.0,):  # a minute each
            low, high = middle - REACH * deviation, middle + REACH * deviation
            found = rm.compute_conditional_cs_rm(
                betahat=estimates,
                num_pre_periods=before,
                num_post_periods=after,
                sigma=covariance,
                l_vec=weights,
                m_bar=bound,
                alpha=0.05,
                grid_points=POINTS,
                grid_lb=low,
                grid_ub=high,
            )
            accepted = found["grid"][found["accept"] > 0]
            step = float(high - low) / (POINTS - 1)
            ends = f"{float(accepted[0])!r},{float(accepted[-1])!r}"
            print(f"{name},{words},relative magnitudes,{bound},{ends},{step!r}", flush=True)
