"""A paper of one's own: the folder that ``ruralpanel init`` makes, with a small simulated study to begin from."""
