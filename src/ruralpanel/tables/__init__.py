"""Typed tables of sources in, tables made of them out: stacked, with codes for names, constant codes, and grouped."""
