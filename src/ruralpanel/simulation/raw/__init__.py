"""The economy's raw files, one module a kind, with the quirks of real ones and the same bytes every time."""
