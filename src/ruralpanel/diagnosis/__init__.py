"""Looks for what could be wrong with the effects of a study, without being asked."""
