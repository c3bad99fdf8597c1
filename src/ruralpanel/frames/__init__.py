"""Tools that every stage works with: expressions, keys, periods, places on a sphere, storage and the ledger."""
