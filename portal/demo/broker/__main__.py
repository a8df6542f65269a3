"""python -m portal.demo.broker: write statements from the command line."""

import argparse
import json
import sys
from datetime import date
from pathlib import Path

from .roster import plan
from .writer import write

_ABOUT = "Write believable broker statements of invented accounts."


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m portal.demo.broker", description=_ABOUT)
    parser.add_argument("--accounts", type=int, default=200, help="clients; masters and trading groups come on top")
    parser.add_argument("--from", dest="first", type=date.fromisoformat, required=True, metavar="DAY")
    parser.add_argument("--to", dest="last", type=date.fromisoformat, required=True, metavar="DAY")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument(
        "--since", type=date.fromisoformat, metavar="DAY", help="first day of history, --from if left out"
    )
    parser.add_argument("--per", choices=("day", "month", "all"), default="day", help="the span of one file")
    parser.add_argument("--second-level", type=int, default=2)
    parser.add_argument("--stl-groups", type=int, default=1)
    parser.add_argument("--lean", action="store_true", help="leave out positions, instruments and rates")
    parser.add_argument("--csv", action="store_true", help="also a plain table of daily values")
    parser.add_argument("--csv-only", action="store_true", help="the table alone")
    asked = parser.parse_args(arguments)
    tree = plan(asked.seed, asked.accounts, asked.second_level, asked.stl_groups, since=asked.since or asked.first)
    done = write(
        tree,
        asked.out,
        first=asked.first,
        last=asked.last,
        per=asked.per,
        xml=not asked.csv_only,
        csv=asked.csv or asked.csv_only,
        detail="lean" if asked.lean else "full",
    )
    sys.stdout.write(json.dumps(done.summary()) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
