"""What is tried in seconds on what a run has made: a regression, a picture of the data, a page that is watched, a curve
of specifications to choose from.

Nothing is estimated or drawn otherwise than in a run: what is tried is a block of the study
that is not in its file yet.
"""
