"""Capacities measured by proxies: one value for each unit, indices of them, and how well they hang together."""
