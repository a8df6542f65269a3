"""python -m portal.examination PACK.zip: whether a pack is what was packed; exits with 1 where it is not."""

import sys
from pathlib import Path

from portal.examination.checking import check


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0].startswith("-"):
        sys.stderr.write("usage: python -m portal.examination PACK.zip\n")
        return 2
    counts, problems = check(Path(arguments[0]))
    for problem in problems:
        sys.stdout.write(f"{problem}\n")
    looked_at = ", ".join(f"{number} {name}" for name, number in counts.items())
    sys.stdout.write(f"{looked_at}: {'not whole' if problems else 'whole'}\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
