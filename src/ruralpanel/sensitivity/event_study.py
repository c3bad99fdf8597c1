"""The coefficients of an event study with their covariance, as sensitivity analyses need them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class EventStudy:
    """Coefficients before and after a reference that is zero, one for each period without gaps.

    Parameters
    ----------
    leads
        Before the reference, the earliest first.
    effects
        After it.
    covariance
        Of leads and effects, in this order.
    """

    leads: Numbers
    effects: Numbers
    covariance: Numbers

    @property
    def coefficients(self) -> Numbers:
        """Leads and effects."""
        return np.concatenate([self.leads, self.effects])

    @property
    def differences_before(self) -> Numbers:
        """Weights of the coefficients in differences between neighbouring periods up to the reference, one a row."""
        return self._differences()[: len(self.leads)]

    @property
    def differences_after(self) -> Numbers:
        """The same from the reference on."""
        return self._differences()[len(self.leads) :]

    def _differences(self) -> Numbers:
        return np.diff(np.insert(np.eye(len(self.coefficients)), len(self.leads), 0.0, axis=0), axis=0)

    def effect_weights(self, weights: Numbers) -> Numbers:
        """Give the weights of all coefficients in an average of the effects."""
        return np.concatenate([np.zeros(len(self.leads)), weights])
