"""Look for known flaws in the locked packages: `python .ci/audit.py`, and `--offline` never to ask a network.

Where pip-audit is installed and its database can be reached, it is asked. Elsewhere the lock is held to the advisories
that `.ci/advisories.json` lists, which is complete until the date in it and no later; what is printed says which of the
two was done, and how old the list is. `--database FOLDER` holds it to a copy of PyPA's advisory database too
(https://github.com/pypa/advisory-database), and says of which day its newest advisory is. Ends with 1
where a locked version has a flaw that `accepted` does not name, with the reason why it does no harm here.
"""

from __future__ import annotations

import datetime
import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from packaging.specifiers import SpecifierSet
from packaging.version import Version

TOP = Path(__file__).resolve().parent.parent
LOCK, LISTED = TOP / "requirements.lock", TOP / ".ci/advisories.json"
OLD = 180
"""The days after which the list is called old."""


def locked(text: str) -> list[tuple[str, str]]:
    """Give the packages of a lock with their versions."""
    return re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", text, flags=re.MULTILINE)


def flaws(packages: list[tuple[str, str]], listed: dict[str, Any]) -> list[str]:
    """Say which locked versions have an advisory that is not accepted."""
    found = []
    for name, version in packages:
        for each in listed["advisories"]:
            hit = each["package"] == name and SpecifierSet(each["versions"]).contains(version, prereleases=True)
            if hit and each["id"] not in listed["accepted"]:
                found.append(f"{name} {version}: {each['id']}, {each['what']} ({each['versions']})")
    return found


def is_affected(version: str, affected: dict[str, Any]) -> bool:
    """Tell whether a version is among those that an advisory in the form of OSV is about."""
    if version in map(str, affected.get("versions", [])):
        return True
    for each in affected.get("ranges", []):
        hit = False
        for event in each["events"] if each["type"] == "ECOSYSTEM" else []:  # in the order of versions
            ((kind, at),) = list(event.items())[:1]
            reached = str(at) == "0" or Version(version) >= Version(str(at))
            if kind == "last_affected":
                hit = hit and not Version(version) > Version(str(at))
            elif reached:
                hit = kind == "introduced"
        if hit:
            return True
    return False


def flaws_in(packages: list[tuple[str, str]], database: Path, accepted: dict[str, str]) -> tuple[list[str], int, str]:
    """Say which locked versions have an advisory in a copy of PyPA's database, of how many, and the newest's day."""
    found, newest, number = [], "", 0
    for name, version in packages:
        for path in sorted((database / "vulns" / name).glob("*.yaml")):
            told, number = yaml.safe_load(path.read_text(encoding="utf-8")), number + 1
            names = {told["id"], *told.get("aliases", [])}
            newest = max(newest, str(told.get("published") or told["modified"])[:10])
            if not told.get("withdrawn") and not names & set(accepted):
                hit = any(is_affected(version, each) for each in told["affected"])
                found += [f"{name} {version}: {told['id']}, {', '.join(sorted(names - {told['id']}))}"] if hit else []
    return found, number, newest


def asked_online() -> subprocess.CompletedProcess[str] | None:
    """Ask pip-audit; None where it is not installed, or could not look at every package."""
    if importlib.util.find_spec("pip_audit") is None:
        return None
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(LOCK), "--require-hashes", "--disable-pip"]
    answer = subprocess.run(
        [*command, "--strict", "--progress-spinner", "off"], capture_output=True, text=True, check=False
    )
    return answer if answer.returncode == 0 or "Found " in answer.stderr else None


def main(arguments: list[str], today: datetime.date) -> int:
    """Print what was looked at and what was found."""
    if not {"--offline", "--database"} & set(arguments) and (answer := asked_online()) is not None:
        print(f"pip-audit, {today}:\n{answer.stdout}{answer.stderr}".strip())
        return answer.returncode
    listed = json.loads(LISTED.read_text(encoding="utf-8"))
    packages = locked(LOCK.read_text(encoding="utf-8"))
    age = (today - datetime.date.fromisoformat(listed["complete_until"])).days
    print(
        f"{len(packages)} locked packages against {len(listed['advisories'])} advisories of .ci/advisories.json, "
        f"complete until {listed['complete_until']}, {age} days ago"
        + ("; it is old: install pip-audit" if age > OLD else "")
    )
    found = flaws(packages, listed)
    if "--database" in arguments:
        database = Path(arguments[arguments.index("--database") + 1])
        also, number, newest = flaws_in(packages, database, listed["accepted"])
        print(f"and against {number} advisories on them in {database}, the newest of {newest or 'no day'}")
        found += also
    print(*(found or ["none of them is known to have a flaw"]), sep="\n")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], datetime.datetime.now(datetime.UTC).date()))
