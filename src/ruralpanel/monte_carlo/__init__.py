"""Monte Carlo: what estimators and standard errors do in simulated economies whose truth is known."""
