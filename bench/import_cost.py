"""What `import paycore` costs, as a ratio to `import pluggy`: whole processes, in turn, one run."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time


def once(statement: str) -> float:
    """Return the seconds that a process with this one statement takes."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - started


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    runs = parser.parse_args().runs
    times: dict[str, list[float]] = {"pass": [], "import pluggy": [], "import paycore": []}
    for _ in range(runs):
        for statement, seconds in times.items():
            seconds.append(once(statement))
    medians = {statement: statistics.median(seconds) for statement, seconds in times.items()}
    ratio = medians["import paycore"] / medians["import pluggy"]
    print(json.dumps({"runs": runs, "median_s": medians, "paycore_to_pluggy": round(ratio, 2)}))
    return 0 if ratio <= 1.5 else 1


if __name__ == "__main__":
    sys.exit(main())
