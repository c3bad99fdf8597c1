"""What `./run` does beside the workflow: one module a command, found by its name, with a function ``main``."""
