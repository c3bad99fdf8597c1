"""From the raw files of a village panel to a checked paper.

The folders are the stages the data flow through: ``study`` (what a user declares), ``sources``, ``panel``,
``estimation`` with ``inference``, ``exhibits``, ``report`` and ``verification``; ``frames`` holds the tools that they
share, and ``simulation`` makes a village economy with known truth. Each stage is a pure function over frames and the part of the study it needs, so it
can be called from a notebook as well as from the workflow.
"""

__version__ = "0.1.0"
