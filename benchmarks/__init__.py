"""What ruralpanel costs, beside other programs that print the same numbers; ``python -m benchmarks`` measures."""
