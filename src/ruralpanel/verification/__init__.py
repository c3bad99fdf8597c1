"""Estimates against published values: a verdict for every printed number."""
