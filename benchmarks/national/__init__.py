"""A national panel, from raw files to a verdict; `python -m benchmarks.national` measures."""
