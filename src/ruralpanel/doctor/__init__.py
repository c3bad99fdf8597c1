"""What can go wrong before a run begins: the machine, the raw files, and what a repository should not hold."""
