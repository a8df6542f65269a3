"""Which task a proof of identity is for: the person's whole wish as a fingerprint, so that no other wish can use it."""

import json
from collections.abc import Iterable, Set

from portal.lib.fingerprint import fingerprint
from portal.lib.jsontext import parsed

# Names of the form fields that prove who asks; pages carry them beside the task's own.
NAME_FIELD = "_username"
PASSWORD_FIELD = "_password"  # noqa: S105 (the name of a form field)
CHALLENGE_FIELD = "_challenge"
CODE_FIELD = "_code"
DEVICE_FIELD = "_device"
AGAIN_FIELD = "_again"
PROVING = frozenset({NAME_FIELD, PASSWORD_FIELD, CHALLENGE_FIELD, CODE_FIELD, DEVICE_FIELD, AGAIN_FIELD})
NOT_PART_OF_THE_TASK = PROVING | {"csrfmiddlewaretoken"}
# Both encodings of a form say the same fields; the page that asks repeats an upload's form without its files.
FORM = "form"
FORM_TYPES = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


def task_of(
    *,
    method: str,
    path: str,
    content_type: str,
    fields: Iterable[tuple[str, list[str]]] = (),
    files: Iterable[tuple[str, str, str]] = (),
    body: str = "",
) -> str:
    """64 hex characters over the method, the address with its query, and everything that was sent.

    A form sends fields and files (field, name, digest), anything else a body, of which `body` is the digest.
    """
    said = sorted((name, value) for name, values in fields if name not in NOT_PART_OF_THE_TASK for value in values)
    sent = sorted(files)
    kind = FORM if content_type in FORM_TYPES else content_type
    parts = [method, path, kind, body, str(len(said)), *(part for pair in said for part in pair)]
    return fingerprint([*parts, *(part for one in sent for part in one)])


def without(body: bytes, secrets: Set[str]) -> bytes:
    """What a program sent, the fields that are proofs themselves left out; of anything but an object nothing at all."""
    try:
        said = parsed(body)
    except ValueError:
        return b""
    if not isinstance(said, dict):
        return b""
    return json.dumps({name: said[name] for name in sorted(said.keys() - secrets)}, default=str).encode()
