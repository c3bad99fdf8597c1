"""Periods: how years, quarters, months and others are written, counted and shown to a reader."""
