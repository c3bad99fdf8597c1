"""A study's blocks written in R and Stata, run where these are, and compared with what was estimated here."""
