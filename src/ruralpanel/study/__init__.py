"""What a user declares: the typed, strict model of a study file, and its error messages."""
