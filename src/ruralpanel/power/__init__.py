"""What a design could find before there is an outcome: standard errors and detectable effects from assumptions."""
