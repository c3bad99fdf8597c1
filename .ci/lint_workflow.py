"""Run Snakemake's linter and fail on anything but the exceptions documented here."""

import re
import subprocess
import sys

EXCEPTIONS = {
    "Specify a conda environment or container for each rule.": (
        "all rules share the one environment that ./run builds from the lock, so that every number of a run comes "
        "from the same software; a conda environment a rule would be another one"
    ),
}

command = [sys.executable, "-m", "snakemake", "--workflow-profile", "none", "--lint"]
printed = subprocess.run(command, capture_output=True, text=True, check=False)
text = printed.stdout + printed.stderr
rules = re.findall(r"^Lints for (.+) \(line", text, flags=re.MULTILINE)
titles = re.findall(r"^    \* (.+?):?$", text, flags=re.MULTILINE)
if not (rules and titles) and "Congratulations" not in text:
    sys.exit(f"snakemake --lint printed no result:\n{text}")
unexpected = sorted({title for title in titles if title.rstrip(":") not in EXCEPTIONS})
if unexpected:
    sys.exit(f"{text}\nNot among the documented exceptions: {'; '.join(unexpected)}")
print(f"{len(rules)} rules; nothing but the documented exceptions: {'; '.join(EXCEPTIONS)}")
