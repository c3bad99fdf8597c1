"""The one name for the arrays that estimators, standard errors and sensitivity analyses compute with."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
"""Real numbers, of any shape."""

Codes = NDArray[np.signedinteger[Any]]
"""Whole numbers that stand for levels or rows."""
