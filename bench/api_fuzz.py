"""Does the API keep what docs/openapi.yaml says? Asks schemathesis, against a running server.

    [DATABASE_URL=postgresql://...] python bench/api_fuzz.py [--examples 200] [--seeds 1 2 3] [more]

`more` goes to `st run`. Every operation with every check, made-up and broken requests, one after the other
and in chains (stateful). bench/schemathesis.toml says what is no failure.
Prints for each seed how many requests were made and what failed; exit code 1 where anything did.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from live import ROOT, live

CONFIGURATION = ROOT / "bench" / "schemathesis.toml"
PHASES = "examples,coverage,fuzzing,stateful"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--examples", type=int, default=200, help="of each operation and chain")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--phases", default=PHASES)
    asked, more = parser.parse_known_args()
    failed = []
    for seed in asked.seeds:
        began = time.monotonic()
        with live() as product:
            done = subprocess.run(
                [
                    *(str(Path(sys.executable).with_name("st")), "--config-file", str(CONFIGURATION)),
                    *("run", str(ROOT / "docs" / "openapi.yaml")),
                    *("--url", product.url, "--header", f"Authorization: Bearer {product.token}"),
                    *("--checks", "all", "--phases", asked.phases, "--seed", str(seed)),
                    *("--max-examples", str(asked.examples), "--workers", "2", "--continue-on-failure"),
                    *("--request-timeout", "30", "--suppress-health-check", "all", "--warnings", "off"),
                    *more,
                ],
                cwd=ROOT,
                env=os.environ
                | {
                    "SCHEMATHESIS_HOOKS": "bench.api_hooks",
                    "PYTHONPATH": str(ROOT),
                    "OKR_URL": product.url,
                    "OKR_TOKEN": product.token,
                },
            )
            broke = product.server_errors()
            print(
                f"{product.database}, seed {seed}: exit {done.returncode}, {len(broke)} tracebacks, ", end=""
            )
            print(f"{time.monotonic() - began:.0f} s", flush=True)
            if done.returncode or broke:
                failed.append(seed)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
