"""Exhibits, ledger and verdict in, one page out."""
