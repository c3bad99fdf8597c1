"""Raw files → the draft of a study file, with everything that was guessed marked and the evidence beside it."""
