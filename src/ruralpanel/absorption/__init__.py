"""Fixed effects taken out of columns: the engine behind every estimator by least squares that absorbs them."""
