"""Typed tables in, one panel out: joins, derived columns, designation timing and the sample, with a ledger."""
