"""Lists the known vulnerabilities of the locked versions: `make audit`.

pip-audit asks a public database for each version. It is not part of the locks, because what is known
changes by the day, and so does pip-audit; uv fetches it for this one run. Ends with 1 where something
is known, and with 2 where that could not be found out.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LOCKS = Path(__file__).parent.parent / "requirements"
SKIPPED = "could not be audited"
UNREACHABLE = ("ConnectionError", "ServiceError", "Max retries", "Temporary failure", "HTTPError")


def main() -> None:
    """Audit each lock."""
    status = 0
    for lock in sorted(LOCKS.glob("*.txt")):
        print(f"{lock.name}:", flush=True)
        status = max(status, audit(lock))
    sys.exit(status)


def audit(lock: Path) -> int:
    """Audit one lock; returns 0 where nothing is known, 1 where something is, 2 where that is open."""
    uv = Path(sys.executable).with_name("uv")
    command = [uv, "tool", "run", "pip-audit", "--no-deps", "--disable-pip", "--requirement", lock]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    skipped = done.stdout.count(SKIPPED)
    if skipped:
        print(f"of {skipped} packages nothing can be found out here: the database is out of reach")
        return 2
    print(done.stdout, end="")
    if done.returncode == 0:
        print("nothing is known")
        return 0
    if done.stdout.strip() and not any(sign in done.stderr for sign in UNREACHABLE):
        return 1
    reason = done.stderr.strip().splitlines()[-1:] or ["no reason was given"]
    print(f"cannot be found out here: the database or pip-audit is out of reach ({reason[0]})")
    return 2


if __name__ == "__main__":
    main()
