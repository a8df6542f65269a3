"""A second reading of who may do what, written from the broker's three-level rules and not from the authority table.

Deliberately told by people and account numbers of the cast instead of roles and relations, so that a mistake in the
product's table or in how it is applied cannot repeat itself here.
"""

NORTHGATE = {
    *("F100001", "U1000001", "U1000002", "F200002", "U2000001", "F200003", "U3000001"),
    *("I4000001", "U4000001", "U4000002"),
}
STL = {"I4000001", "U4000001", "U4000002"}

# "Top-level Advisors can see reports on all accounts held within their Master account"; "Second-level Advisors can only
# see reports on their own clients"; the STL master sees its subs; a client sees itself.
SEES = {
    "alice": NORTHGATE,
    # Users of Northgate: tess was given funding and nothing else, vera two accounts and no branding.
    "tess": NORTHGATE,
    "vera": {"U1000001", "U2000001"},
    "bob": {"F200002", "U2000001"},
    "carol": {"F200003", "U3000001"},
    "sam": STL,
    "suki": {"U4000001"},
    "ana": {"U1000001"},
    "ken": {"U1000002"},
    "chidi": {"U2000001"},
    "dana": {"U3000001"},
    "mallory": {"F900001", "U9000001"},
    "nina": {"U9000001"},
    "frank": set(),
    "dora": set(),
    "": set(),
}

# What a gate may need of a user who was not given everything; the words are those of the six groups.
FUNDING = {"transfer_funds", "transfer_positions", "bank_information", "transaction_history"}
GIVEN = {
    "tess": {"email", "password", *FUNDING},
    # A token of alice's for a program that reads.
    "key": {"view_accounts", "statements"},
    "vera": {
        *("email", "password", "market_data", "trade", "allocation", "trading_limit"),
        *("statements", "delivery", "analyst", "tax"),
        *FUNDING,
        *("profile", "trading_permissions", "agreements", "view_accounts", "create_accounts", "fees"),
    },
}

ALLOWED = {
    "view": SEES,
    "report": {name: numbers for name, numbers in SEES.items() if name != "tess"},
    # "Top-level Advisors can trade on behalf of all clients ... the STL Master account and any STL sub account."
    "trade": {
        "alice": NORTHGATE - {"F100001", "F200002", "F200003"},
        "vera": {"U1000001", "U2000001"},
        "bob": {"U2000001"},
        "carol": {"U3000001"},
        "sam": STL,
        "suki": {"U4000001"},
        "mallory": {"U9000001"},
    },
    # "only second-level Advisors can allocate trades to their clients"
    "allocate": {
        "alice": {"U1000001", "U1000002", *STL},
        "vera": {"U1000001"},
        "bob": {"U2000001"},
        "carol": {"U3000001"},
        "mallory": {"U9000001"},
    },
    # "Advisors at both levels can impose trade restrictions, but second-level Advisors ... their own clients"
    "restrict": {
        "alice": NORTHGATE - {"F100001"},
        "vera": {"U1000001", "U2000001"},
        "bob": {"U2000001"},
        "carol": {"U3000001"},
        "sam": {"U4000001", "U4000002"},
        "mallory": {"U9000001"},
    },
    "grant_products": {
        "alice": NORTHGATE - {"F100001"},
        "vera": {"U1000001", "U2000001"},
        "bob": {"U2000001"},
        "carol": {"U3000001"},
        "mallory": {"U9000001"},
    },
    # "Top-level Advisors can enter fee and markup schedules for all Master sub-accounts"; STL: on the STL master.
    "set_fees": {
        "alice": {"U1000001", "U1000002", "F200002", "U2000001", "F200003", "U3000001", "I4000001"},
        "vera": {"U1000001", "U2000001"},
        "bob": {"U2000001"},
        "carol": {"U3000001"},
        "mallory": {"U9000001"},
    },
    # "Top-level Advisors cannot perform funding functions on behalf of second-level Advisors or second-level clients";
    # "Deposits and withdrawals must be made from the STL Master account".
    "fund": {
        "alice": {"U1000001", "U1000002", "I4000001"},
        "vera": {"U1000001"},
        "tess": {"U1000001", "U1000002", "I4000001"},
        "bob": {"U2000001"},
        "carol": {"U3000001"},
        "sam": {"I4000001"},
        "mallory": {"U9000001"},
        # Deposits, withdrawals and bank information of its own account are the client's.
        "ana": {"U1000001"},
        "ken": {"U1000002"},
        "chidi": {"U2000001"},
        "dana": {"U3000001"},
        "nina": {"U9000001"},
    },
    # "each client must sign-off on all fees"
    "sign": {
        "sam": STL,
        "ana": {"U1000001"},
        "ken": {"U1000002"},
        "chidi": {"U2000001"},
        "dana": {"U3000001"},
        "nina": {"U9000001"},
    },
    "brand": {"alice": {"F100001"}, "bob": {"F200002"}, "carol": {"F200003"}, "mallory": {"F900001"}},
    # "STL Master accounts provide Advisors the same access ... as they have for any other client accounts"; an advisor
    # opens and closes what is its own, the top level its second-level advisors, nobody another advisor's clients.
    "manage": {
        "alice": NORTHGATE - {"U2000001", "U3000001"},
        "vera": {"U1000001"},
        "bob": {"F200002", "U2000001"},
        "carol": {"F200003", "U3000001"},
        "mallory": {"F900001", "U9000001"},
    },
    # "handles tax reporting for all accounts": nobody here does.
    "tax": {},
    # Holders and institutions add users themselves; "STL sub accounts" cannot, nor a user who is no officer.
    "manage_users": {
        "alice": {"F100001"},
        "bob": {"F200002"},
        "carol": {"F200003"},
        "sam": {"I4000001"},
        "ana": {"U1000001"},
        "ken": {"U1000002"},
        "chidi": {"U2000001"},
        "dana": {"U3000001"},
        "mallory": {"F900001"},
        "nina": {"U9000001"},
    },
}


# Southbank's money manager, whom tests/accounts/assignments employs: it trades the account that it has accepted, and
# "cannot add or fund clients, set fees or permissions". Whoever employs it sees and manages its account.
EMPLOYED = {
    "max": {"trade": {"U9000001"}},
    "mallory": {"view": {"A9000002"}, "report": {"A9000002"}, "manage": {"A9000002"}},
}

# News is told to a practice: the top level is not woken by what a second level's clients get.
OWN_PRACTICE = {
    **SEES,
    "alice": NORTHGATE - {"F200002", "U2000001", "F200003", "U3000001"},
    "tess": NORTHGATE - {"F200002", "U2000001", "F200003", "U3000001"},
    "vera": {"U1000001"},
}


# A file is there for whoever has asked for it and for nobody else.
ASKED_FOR_A_FILE = {"bob": "F200002", "ana": "U1000001", "chidi": "U2000001", "mallory": "F900001"}

# Who has an account and advises nobody.
OWNERS = {"ana", "ken", "chidi", "dana", "nina", "sam", "suki"}

# Whose rights a token has, cut down to GIVEN.
OWNER = {"key": "alice"}

# At which place a person's seat stands: users, roles and rules of other places do not exist for them.
PLACE = {"alice": "F100001", "tess": "F100001", "vera": "F100001", "bob": "F200002", "carol": "F200003"}


def person(name: str) -> str:
    """Whose rights count."""
    return OWNER.get(name, name)


def sees(name: str, number: str) -> bool:
    """Whether a person may know that an account exists."""
    return number in SEES.get(person(name), set())


def may(name: str, right: str, number: str) -> bool:
    """Whether a person may use a right on an account."""
    employed = EMPLOYED.get(person(name), {}).get(right, set())
    return number in ALLOWED[right].get(person(name), set()) | employed


def may_ever(name: str, right: str) -> bool:
    """Whether a person may use a right on any account."""
    return bool(ALLOWED[right].get(person(name)))


def lacks(name: str, ability: str) -> bool:
    """Whether a user of an institution was not given what a gate needs."""
    return name in GIVEN and ability not in GIVEN[name]


def may_read_word(name: str, number: str) -> bool:
    """Whether the account's canary may stand in bytes sent to a person.

    Beside the accounts they see, people know the names of their own firm and practice.
    """
    known = {
        "F100001": {"alice", "tess", "vera", "bob", "carol", "sam", "suki", "ana", "ken", "chidi", "dana"},
        "F200002": {"bob", "chidi", "vera"},
        "F200003": {"carol", "dana"},
        "F900001": {"mallory", "nina"},
    }
    return sees(name, number) or person(name) in known.get(number, set())
