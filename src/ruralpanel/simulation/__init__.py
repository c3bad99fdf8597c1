"""A village economy with known truth, written as raw files that a study reads like any others."""
