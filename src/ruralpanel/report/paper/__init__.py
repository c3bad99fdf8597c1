"""The paper: the author's text with the numbers of the run, its exhibits and its works, typeset."""
