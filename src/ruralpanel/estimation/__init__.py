"""One panel in, tidy estimates out: one module an estimator, one shape of result for all."""
