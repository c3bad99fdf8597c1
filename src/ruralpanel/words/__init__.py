"""The room that turns what stages found into sentences: rows, reasons, samples, fixed effects, variances."""
