"""Pure decisions about contacts that are probably one: who looks like whom, and what becomes of two records."""

import re
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from crm.contacts.fields import BY_KEY, Field
from crm.contacts.rules import alike, trigrams
from portal.lib.words import gettext_noop

SAME_MAIL = gettext_noop("the same e-mail address")
SAME_PHONE = gettext_noop("the same phone number")
SAME_NAME = gettext_noop("the same name")
NEAR_NAME = gettext_noop("nearly the same name")
# Longer names with one slip are still alike; of short ones every second would be.
SHORTEST_NAME, NEAR = 8, 0.45
# More who share a switchboard's number or a family's address are not looked at as pairs.
MOST_OF_ONE = 6
DIGITS = 9


@dataclass(frozen=True)
class Face:
    """What is compared of a contact; the name is folded already."""

    key: Hashable
    name: str
    email: str
    phone: str


def pairs(faces: Iterable[Face]) -> dict[tuple[Hashable, Hashable], str]:
    """Who is probably the same as whom, and why; the surest reason is told."""
    known = list(faces)
    found: dict[tuple[Hashable, Hashable], str] = {}
    names = {one.key: _name(one.name) for one in known}
    for why, groups in (
        (SAME_MAIL, _together((one.email.casefold(), one.key) for one in known if one.email)),
        (SAME_PHONE, _together((_digits(one.phone), one.key) for one in known if len(_digits(one.phone)) == DIGITS)),
        (SAME_NAME, _together((name, key) for key, name in names.items() if name)),
        (NEAR_NAME, _slips(names)),
    ):
        for group in groups:
            if len(group) > MOST_OF_ONE:
                continue
            for one, other in combinations(group, 2):
                if why != NEAR_NAME or alike(trigrams(names[one]), trigrams(names[other])) >= NEAR:
                    found.setdefault((one, other), why)
    return found


def _together(values: Iterable[tuple[str, Hashable]]) -> list[list[Hashable]]:
    """The keys that share a value, in the order in which they came."""
    groups: dict[str, dict[Hashable, None]] = defaultdict(dict)
    for value, key in values:
        groups[value][key] = None
    return [list(keys) for keys in groups.values() if len(keys) > 1]


def _slips(names: Mapping[Hashable, str]) -> Iterator[list[Hashable]]:
    """Those whose names differ by a slip of the pen: two that share one half, and a name with one letter left out.

    A slip leaves one half as it is. So only names that share one are compared letter by letter, and what that takes
    is forgotten with each half: a long book needs little memory.
    """
    halves: dict[tuple[bool, str], list[Hashable]] = defaultdict(list)
    for key, name in names.items():
        if len(name) >= SHORTEST_NAME:
            # Two that differ by a letter's length share a half of one length or the other.
            for size in {len(name) // 2 - 1, (len(name) + 1) // 2 - 1}:
                halves[False, name[:size]].append(key)
                halves[True, name[-size:]].append(key)
    for keys in halves.values():
        if len(keys) > 1:
            yield from _together(_shortened((key, names[key]) for key in keys))


def _shortened(names: Iterable[tuple[Hashable, str]]) -> Iterable[tuple[str, Hashable]]:
    """Each name, and each with every letter left out once."""
    for key, name in names:
        yield name, key
        for place in range(len(name)):
            yield name[:place] + name[place + 1 :], key


def _name(folded: str) -> str:
    """The words of a name in one order, whichever came first."""
    return " ".join(sorted(re.findall(r"\w+", folded)))


def _digits(phone: str) -> str:
    return re.sub(r"\D", "", phone)[-DIGITS:]


@dataclass(frozen=True)
class Line:
    """One field of which at least one of two records says something."""

    key: str
    label: object
    kept: str
    gone: str

    @property
    def differs(self) -> bool:
        """Whether somebody has to choose."""
        return bool(self.kept and self.gone and self.kept != self.gone)


def merged(
    kept: Mapping[str, str], gone: Mapping[str, str], *, fields: Mapping[str, Field], taken: Collection[str]
) -> dict[str, str]:
    """One record of two: what only one says is kept, of what differs the chosen one; the other goes to the notes."""
    whole, notes = dict(kept), []
    for key, value in gone.items():
        mine = whole.get(key, "")
        if not value or value == mine or key == "about":
            continue
        field = fields.get(key)
        if field is not None and field.form == "share":
            continue  # sources of wealth total 100 in one of the two, never in a mixture
        if not mine:
            whole[key] = value
        elif field is not None and field.form == "long":
            whole[key] = f"{mine}\n{value}" if value not in mine else mine
        else:
            left = mine if key in taken else value
            whole[key] = value if key in taken else mine
            notes.append(f"{field.label if field else key}: {left}")
    if not any(BY_KEY[key].form == "share" for key in kept if key in BY_KEY):
        whole |= {key: value for key, value in gone.items() if key in BY_KEY and BY_KEY[key].form == "share"}
    texts = [kept.get("about", ""), gone.get("about", "") if gone.get("about") != kept.get("about") else "", *notes]
    if about := "\n".join(text for text in texts if text):
        whole["about"] = about
    return whole


def merged_ties(
    kept: Iterable[tuple[str, str]], gone: Iterable[tuple[str, str]], *, kept_key: str, gone_key: str
) -> list[tuple[str, str]]:
    """The ties of both, none of the one to itself and none twice."""
    both = [tie for tie in (*kept, *gone) if tie[1] not in (kept_key, gone_key)]
    return list(dict.fromkeys(both))
