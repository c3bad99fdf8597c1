"""Village names → what they tell of a county's past: the shares of names that follow a pattern."""
