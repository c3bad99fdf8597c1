"""The sensitivity stage: what could be wrong with an estimate, and how wrong it would have to be."""
