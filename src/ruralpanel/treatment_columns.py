"""What the panel's columns of a treatment are called, beside the indicator, which has the treatment's name."""

from __future__ import annotations


def cohort_column(treatment: str) -> str:
    """Name the column with the first period treated; it is missing for the never treated."""
    return f"{treatment}_cohort"


def event_time_column(treatment: str) -> str:
    """Name the column with the periods since treatment began; it is missing for the never treated."""
    return f"{treatment}_event_time"
