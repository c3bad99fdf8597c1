"""Run a fuzzer: ``python -m tests.fuzz panels --seed 1 --cases 20``. Every case is its seed; findings end it with 1."""

from __future__ import annotations

import argparse
import secrets
import sys

from tests.fuzz import decisions, expressions, formulas, kills, panels, papers, raws, studies

FUZZERS = {
    "panels": panels.case,
    "studies": studies.case,
    "raws": raws.case,
    "kills": kills.case,
    "expressions": expressions.case,
    "formulas": formulas.case,
    "papers": papers.case,
    "decisions": decisions.case,
}


def main(arguments: list[str]) -> int:
    """Try cases one after the other, and print each finding when it is found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("fuzzer", choices=FUZZERS)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="of the first case; else drawn")
    parser.add_argument("--cases", type=int, default=10)
    parser.add_argument("--only", default="", help="one estimator, format or key")
    given = parser.parse_args(arguments)
    print(f"{given.fuzzer}: {given.cases} cases from seed {given.seed}", flush=True)
    count = 0
    for seed in range(given.seed, given.seed + given.cases):
        for finding in FUZZERS[given.fuzzer](seed, given.only):
            count += 1
            print(finding, flush=True)
    print(f"{count} findings")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
