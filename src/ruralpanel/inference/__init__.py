"""How sure an estimate is: covariance estimators and their small-sample corrections."""
