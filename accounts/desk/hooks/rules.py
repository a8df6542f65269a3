"""How webhooks are signed, when they are tried again, and which addresses they may never reach."""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from accounts.ground.lines import rules
from accounts.ground.lines.rules import LineProblem, Network

PURPOSE = b"webhook secret"
LONGEST_URL = 500
PORTS = (443, 8443)
MOST_HOOKS = 10
# After each failed try; the last one gives up. About two days in all.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720, 1440))
# So many tries in a row that failed stop the address.
MOST_FAILURES = 20
BOTH_SECRETS = timedelta(hours=24)

# A sentence a person can read: why this cannot be done.
HookProblem = LineProblem


def signature(body: str, at: int, secrets: Iterable[str]) -> str:
    """What stands in the header: the moment, and for each secret an HMAC over moment and body."""
    text = f"{at}.{body}".encode()
    marks = [hmac.new(secret.encode(), text, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={at}", *(f"v1={mark}" for mark in marks)])


def parts_of(url: str, trusted: Iterable[Network] = ()) -> tuple[str, str, int, str]:
    """Scheme, host, port and path of an address that a message may go to. Raises `HookProblem`.

    Without `trusted` networks, which only an installation's own settings name, it is https on one of two ports; with
    them `checked` says whether the machine lies in one of them and may be written to otherwise.
    """
    plain = any(True for _one in trusted)
    try:
        found = urlsplit(url)
        host, port = (found.hostname or "").encode("idna").decode("ascii"), found.port
    except (UnicodeError, ValueError) as problem:
        raise HookProblem(_("This is no address.")) from problem
    is_odd = len(url) > LONGEST_URL or any(ord(one) <= 32 or ord(one) == 127 for one in url)
    if is_odd or not host or found.username is not None or found.password is not None or found.fragment:
        raise HookProblem(_("Give a plain https address, without a name, a password or a part after #."))
    if found.scheme != "https" and not (plain and found.scheme == "http"):
        raise HookProblem(_("Only https addresses are written to."))
    port = port or (443 if found.scheme == "https" else 80)
    if port not in PORTS and not plain:
        raise HookProblem(_("Only the ports 443 and 8443 are written to."))
    path = (found.path or "/") + (f"?{found.query}" if found.query else "")
    return found.scheme, host, port, path.encode("ascii", "ignore").decode()


def is_usual(scheme: str, port: int) -> bool:
    """Whether a message goes as it goes to everybody on the internet."""
    return scheme == "https" and port in PORTS


def checked(found: Iterable[str], trusted: Iterable[Network] = (), *, usual: bool = True) -> list[str]:
    """The addresses of a name, once every one of them may be reached. Raises `HookProblem` if one may not.

    What is not `usual` goes to trusted networks alone.
    """
    refusal = "" if usual else _("On the public internet only https at the ports 443 and 8443 is written to.")
    return rules.checked(found, trusted, refusal=refusal)
