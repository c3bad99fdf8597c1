"""What a user declares: the typed, strict model of a study file, and its error messages."""

from ruralpanel.study.load import find_study, load_study
from ruralpanel.study.model import Study

__all__ = ["Study", "find_study", "load_study"]
