"""Typed tables of sources in, tables made of them out: stacked, with constant codes, and grouped."""
