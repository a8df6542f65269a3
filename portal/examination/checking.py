"""Reading an exam pack without the portal: its sums, the fingerprints of its proofs, the chain of its seals.

Needs neither Django nor a database: `python -m portal.examination PACK.zip`.
"""

import hashlib
import json
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from fees.engine.inputs import stored_fingerprint
from portal.lib.fingerprint import fingerprint
from portal.lib.zipped import SUMS

BLOCK = 1 << 16
PROOFS, SEALS = "proofs/proofs.jsonl", "seals/seals.jsonl"


def check(pack: Path) -> tuple[dict[str, int], list[str]]:
    """How many files, proofs and seals were looked at, and what is wrong with the pack, a line each."""
    counts = {"files": 0, "proofs": 0, "seals": 0}
    try:
        with zipfile.ZipFile(pack) as zipped:
            names = set(zipped.namelist())
            problems = list(_sums(zipped, names, counts))
            problems += _proofs(zipped, counts) if PROOFS in names else [f"{PROOFS} is missing"]
            problems += _seals(zipped, counts) if SEALS in names else [f"{SEALS} is missing"]
    except (zipfile.BadZipFile, OSError) as broken:
        return counts, [f"it cannot be read as a zip: {broken}"]
    return counts, problems


def _sums(zipped: zipfile.ZipFile, names: set[str], counts: dict[str, int]) -> Iterator[str]:
    """Every file has its sum, and no other."""
    if SUMS not in names:
        yield f"{SUMS} is missing"
        return
    listed = {}
    for line in zipped.read(SUMS).decode("utf-8", "replace").splitlines():
        digest, _two, path = line.partition("  ")
        listed[path] = digest
    for path in sorted(listed.keys() - names):
        yield f"{path} is missing"
    for path in sorted(names - listed.keys() - {SUMS}):
        yield f"{path} has no sum"
    for path in sorted(listed.keys() & names):
        counts["files"] += 1
        try:
            if _digest(zipped, path) != listed[path]:
                yield f"{path} is not what was packed"
        except zipfile.BadZipFile:
            yield f"{path} is damaged"


def _digest(zipped: zipfile.ZipFile, path: str) -> str:
    found = hashlib.sha256()
    with zipped.open(path) as content:
        while block := content.read(BLOCK):
            found.update(block)
    return found.hexdigest()


def _lines(zipped: zipfile.ZipFile, path: str) -> Iterator[dict[str, Any]]:
    with zipped.open(path) as content:
        for line in content:
            yield json.loads(line)


def _proofs(zipped: zipfile.ZipFile, counts: dict[str, int]) -> Iterator[str]:
    """What was multiplied and what came out still has the fingerprint that was taken of it when it was charged."""
    for number, one in enumerate(_readable(zipped, PROOFS), start=1):
        counts["proofs"] += 1
        try:
            now = stored_fingerprint(
                account=one["account"],
                payee=one["payee"],
                method=one["method"],
                starts=date.fromisoformat(one["starts"]),
                ends=date.fromisoformat(one["ends"]),
                currency=one["currency"],
                exact=Decimal(one["exact"]),
                amount=Decimal(one["amount"]),
                inputs=one["inputs"],
            )
        except (KeyError, TypeError, ValueError, ArithmeticError):
            yield f"{PROOFS}, line {number}: it cannot be read"
            continue
        if now != one["fingerprint"]:
            yield f"{PROOFS}, line {number}: charge {one['charge']} is not what was charged"


def _seals(zipped: zipfile.ZipFile, counts: dict[str, int]) -> Iterator[str]:
    """Each seal comes to its digest, and names the one before it in the pack as the one before it."""
    firms: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for one in _readable(zipped, SEALS):
        counts["seals"] += 1
        firms[one.get("firm", 0)].append(one)
    for seals in firms.values():
        before = None
        for one in sorted(seals, key=lambda seal: str(seal.get("day"))):
            if _of(one) != one.get("digest"):
                yield f"{SEALS}: the seal of {one.get('day')} does not come to its digest"
            if before is not None and one.get("previous") != before.get("digest"):
                yield f"{SEALS}: the seal of {one.get('day')} does not follow that of {before.get('day')}"
            before = one


def _of(one: dict[str, Any]) -> str:
    """As the night has worked it out (fees.posting.seal)."""
    try:
        parts = [digest for _name, digest in one["parts"]]
        return fingerprint(
            [one["previous"] or None, one["firm"], date.fromisoformat(one["day"]), *parts, *one["counts"]]
        )
    except (KeyError, TypeError, ValueError):
        return ""


def _readable(zipped: zipfile.ZipFile, path: str) -> Iterator[dict[str, Any]]:
    """The lines up to the first that is none: the sum of the file tells of the rest."""
    try:
        for line in _lines(zipped, path):
            if isinstance(line, dict):
                yield line
    except (ValueError, zipfile.BadZipFile):
        return
