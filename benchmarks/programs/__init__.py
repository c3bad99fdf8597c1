"""One module a program: a function for each work that it can do, from a panel to an estimate and its standard error."""
