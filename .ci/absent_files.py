"""Print the retrieved files of a study that a run would have to ask the network for: none, when it needs none."""

import os
import sys
from pathlib import Path

from ruralpanel.sources.retrieval import MIRROR, absent_files, mirror_folders
from ruralpanel.study.load import load_study

mirrors = mirror_folders(os.environ.get(MIRROR))
print(", ".join(absent_files(load_study(sys.argv[1]).sources, Path("."), mirrors)))
