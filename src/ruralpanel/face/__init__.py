"""What ``import ruralpanel as rp`` offers to a notebook: estimators for a frame of one's own, and doors to studies.

A call is written down as a study of one block and goes the way of every study: the same checks, the same dating of
treatment, the same estimators. Nothing is estimated here.
"""
