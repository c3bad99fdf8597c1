"""How claims are judged: by their sign, and by what could be wrong with it."""
