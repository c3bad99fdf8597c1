"""List the licence of every locked package: `python .ci/licences.py` writes `.ci/licences.csv` from what is installed.

A licence is what a package's metadata say, as an expression of SPDX; where they say it in other words, `READ_AS` has
the expression, and where they say nothing, `READ_IN` has what is in the file of the licence.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
LISTED = TOP / ".ci/licences.csv"
COLUMNS = ("package", "version", "licence", "stated_in")

ALLOWED = (
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "ISC",
    "LicenseRef-Public-Domain",
    "MIT",
    "MIT-CMU",
    "MPL-2.0",
    "NCSA",
    "OFL-1.1",
    "PSF-2.0",
    "Zlib",
)
"""Licences under which what the program is run with may be used, changed and passed on by anybody. MPL-2.0 asks for the
changed files of a package alone; none is copyleft of the whole."""

READ_AS = {
    "Apache Software License": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "BSD 3-Clause License": "BSD-3-Clause",
    "BSD": "BSD-3-Clause",
    "2-clause BSD": "BSD-2-Clause",
    "BSD-3-Clause and Public-Domain": "BSD-3-Clause AND LicenseRef-Public-Domain",
    "MIT License": "MIT",
    "MIT license": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "SIL Open Font License 1.1 (OFL-1.1)": "OFL-1.1",
}
"""Words of metadata for a licence."""

READ_IN = {
    "conda-inject": "MIT",
    "docutils": "LicenseRef-Public-Domain AND BSD-2-Clause AND PSF-2.0",
    "snakemake-interface-common": "MIT",
    "snakemake-interface-logger-plugins": "MIT",
    "snakemake-interface-report-plugins": "MIT",
    "snakemake-interface-scheduler-plugins": "MIT",
    "snakemake-interface-storage-plugins": "MIT",
    "packaging": "Apache-2.0 OR BSD-2-Clause",
    "pyreadline3": "BSD-3-Clause",
}
"""Of packages whose metadata name none, or several without saying which goes for what: what their files say. Of
docutils one file that is not imported, an Emacs mode, is under the GPL."""


def locked(text: str) -> list[tuple[str, str]]:
    """Give the packages of a lock with their versions, of some of which there are several."""
    return re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", text, flags=re.MULTILINE)


def licence_of(package: Distribution) -> tuple[str, str]:
    """Give the licence that the metadata of a package state, and which field does."""
    metadata = package.metadata
    name = re.sub(r"[-_.]+", "-", str(metadata["Name"])).lower()
    if name in READ_IN:
        return READ_IN[name], "its files"
    if metadata.get("License-Expression"):
        return str(metadata["License-Expression"]), "expression"
    classes = [each.rsplit(" :: ", 1)[-1] for each in metadata.get_all("Classifier") or [] if "License ::" in each]
    stated = str(metadata.get("License") or "").strip().split("\n")[0].strip()
    if stated and (READ_AS.get(stated, stated) in ALLOWED or stated in READ_AS):
        return READ_AS.get(stated, stated), "licence"
    return " AND ".join(READ_AS.get(each, each) for each in classes), "classifier"


def not_allowed(expression: str) -> list[str]:
    """List the parts of an expression that are not allowed; of alternatives, one has to be."""
    parts = re.split(r" AND ", expression)
    return [part for part in parts if not any(each.strip(" ()") in ALLOWED for each in part.split(" OR "))]


def main() -> int:
    """Write the list; what is not installed here, as it is for another system, keeps the line it has."""
    before = {}
    if LISTED.is_file():
        with LISTED.open(encoding="utf-8", newline="") as stream:
            before = {row["package"]: row for row in csv.DictReader(stream)}
    rows = []
    for name, version in locked((TOP / "requirements.lock").read_text(encoding="utf-8")):
        try:
            licence, stated_in = licence_of(distribution(name))
        except PackageNotFoundError:
            known = before.get(name, {"licence": READ_IN.get(name, ""), "stated_in": "its files"})
            licence, stated_in = known["licence"], known["stated_in"]
        rows.append((name, version, licence, stated_in))
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([COLUMNS, *rows])
    LISTED.write_text(written.getvalue(), encoding="utf-8")
    refused = [
        f"{name} {version}: {licence or 'no licence'}" for name, version, licence, _ in rows if not_allowed(licence)
    ]
    print(f"{len(rows)} packages, {len(refused)} without a licence that is allowed", *refused, sep="\n  ")
    return bool(refused)


if __name__ == "__main__":
    sys.exit(main())
