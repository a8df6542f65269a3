"""The broker's three-level rules, sentence by sentence: what each says of the cast, asked as `manage.py may` asks."""

import pytest

from accounts.ground.tree.models import Practice
from portal.management.commands.may import told

pytestmark = pytest.mark.django_db

YES, NO, HIDDEN = "yes", "no", "hidden"

# Heading: sentence: who asks what of which accounts, and the answer.
RULES = {
    "trading": {
        "Top-level Advisors can trade on behalf of all clients in their Master account": [
            ("alice", "trade", "U1000001 U1000002 U2000001 U3000001", YES),
        ],
        "only second-level Advisors can allocate trades to their clients": [
            ("bob", "allocate", "U2000001", YES),
            ("alice", "allocate", "U2000001 U3000001", NO),
            ("alice", "allocate", "U1000001", YES),
        ],
        "Second-level Advisors can only trade on behalf of their own clients": [
            ("bob", "trade", "U2000001", YES),
            ("bob", "trade", "U1000001 U3000001 U4000001", HIDDEN),
        ],
        "Advisors at both levels can impose trade restrictions": [
            ("alice", "restrict", "U1000001 U2000001 F200002", YES),
            ("bob", "restrict", "U2000001", YES),
            ("bob", "restrict", "F200002", NO),
        ],
        "second-level Advisors can only do so on behalf of their own clients": [
            ("bob", "restrict", "U1000001 U3000001", HIDDEN),
        ],
        "Second-level Advisors can only trade products for which their top-level Advisors have trading approval": [
            ("bob", "grant_products", "U2000001", YES),
            ("bob", "grant_products", "F200002", NO),
            ("alice", "grant_products", "F200002", YES),
            ("alice", "grant_products", "F100001", NO),
        ],
        "The top-level Advisor can trade for the STL Master account and any STL sub account": [
            ("alice", "trade", "I4000001 U4000001 U4000002", YES),
            ("bob", "trade", "I4000001 U4000001", HIDDEN),
        ],
        "The top-level Advisor or the STL Master account can apply trading restrictions to STL sub accounts": [
            ("alice", "restrict", "U4000001 U4000002", YES),
            ("sam", "restrict", "U4000001 U4000002", YES),
            ("sam", "restrict", "I4000001", NO),
            ("suki", "restrict", "U4000001", NO),
        ],
        "Trading criteria are applied in the same manner as for single accounts": [
            ("sam", "trade", "I4000001 U4000001", YES),
            ("suki", "trade", "U4000001", YES),
            ("suki", "trade", "U4000002 I4000001", HIDDEN),
        ],
    },
    "fees": {
        "Top-level Advisors can enter fee and markup schedules for all Master sub-accounts": [
            ("alice", "set_fees", "U1000001 F200002 U2000001 F200003 U3000001", YES),
            ("alice", "set_fees", "F100001", NO),
        ],
        "Second-level Advisors, however, can only enter fee and markup schedules for their own clients": [
            ("bob", "set_fees", "U2000001", YES),
            ("bob", "set_fees", "F200002", NO),
            ("bob", "set_fees", "U1000001 U3000001", HIDDEN),
        ],
        "each client must sign-off on all fees": [
            ("ana", "sign", "U1000001", YES),
            ("chidi", "sign", "U2000001", YES),
            ("alice", "sign", "U1000001", NO),
            ("bob", "sign", "U2000001", NO),
            ("ana", "set_fees", "U1000001", NO),
        ],
        "Advisors enter fee schedules for STL Master accounts in the same way they do for organization accounts": [
            ("alice", "set_fees", "I4000001", YES),
            ("alice", "set_fees", "U4000001", NO),
            ("sam", "set_fees", "I4000001 U4000001", NO),
            ("sam", "sign", "I4000001", YES),
        ],
    },
    "funding": {
        "Top-level Advisors cannot perform funding functions on behalf of second-level Advisors or second-level": [
            ("alice", "fund", "F200002 F200003 U2000001 U3000001", NO),
            ("alice", "fund", "U1000001", YES),
            ("tess", "fund", "U2000001 F200002", NO),
        ],
        "Second-level Advisors can perform all funding functions for their own clients": [
            ("bob", "fund", "U2000001", YES),
            ("bob", "fund", "U1000001 U3000001", HIDDEN),
        ],
        "including Additional Advisor Authorizations": [
            ("bob", "manage", "U2000001", YES),
            ("alice", "manage", "U2000001", NO),
        ],
        "Advisors fund STL Master accounts in the same way they fund organization accounts": [
            ("alice", "fund", "I4000001", YES),
            ("sam", "fund", "I4000001", YES),
        ],
        "Deposits and withdrawals must be made from the STL Master account": [
            ("alice", "fund", "U4000001 U4000002", NO),
            ("sam", "fund", "U4000001", NO),
            ("suki", "fund", "U4000001", NO),
        ],
    },
    "reporting": {
        "Top-level Advisors can see reports on all accounts held within their Master account": [
            ("alice", "report", "U1000001 F200002 U2000001 U3000001 I4000001 U4000001", YES),
            ("alice", "report", "U9000001 F900001", HIDDEN),
        ],
        "Second-level Advisors can only see reports on their own clients": [
            ("bob", "report", "U2000001", YES),
            ("bob", "report", "U1000001 U3000001 F200003 F100001 I4000001", HIDDEN),
        ],
        "An STL account under an Advisor has access to the same reports available to a standalone STL account": [
            ("sam", "report", "I4000001 U4000001 U4000002", YES),
            ("suki", "report", "U4000001", YES),
            ("suki", "report", "I4000001 U4000002", HIDDEN),
        ],
        "handles tax reporting": [
            ("alice", "tax", "F100001 U1000001 U2000001 I4000001", NO),
            ("bob", "tax", "F200002 U2000001", NO),
            ("sam", "tax", "I4000001", NO),
            ("ana", "tax", "U1000001", NO),
        ],
    },
    "white branding": {
        "supports white branding for top-level Advisors, and for second-level Advisors who are registered": [
            ("alice", "brand", "F100001", YES),
            ("alice", "brand", "F200002 U1000001", NO),
            ("bob", "brand", "F200002", YES),
            ("bob", "brand", "U2000001", NO),
        ],
        "white branding for STL accounts under Advisors if the Advisors are registered": [
            ("sam", "brand", "I4000001", NO),
        ],
    },
    "dashboard": {
        "STL Master accounts provide Advisors the same access to sub accounts and tools as": [
            ("alice", "view", "I4000001 U4000001 U4000002", YES),
            ("alice", "manage", "I4000001 U4000001 U4000002", YES),
        ],
    },
}

CASES = [
    (heading, sentence, *claim)
    for heading, sentences in RULES.items()
    for sentence, claims in sentences.items()
    for claim in claims
]


@pytest.mark.parametrize(("heading", "sentence", "name", "function", "numbers", "expected"), CASES)
def test_a_sentence_of_the_rules_is_what_the_portal_answers(
    world, heading, sentence, name, function, numbers, expected
):
    for number in numbers.split():
        answer = told(world.users[name].pk, function, number)
        said = HIDDEN if answer["relation"] is None else YES if answer["allowed"] else NO

        assert said == expected, (heading, sentence, number, answer["why"])
        assert str(answer["why"]).endswith("."), number


@pytest.mark.parametrize(("name", "number"), [("bob", "F200002"), ("alice", "F100001")])
def test_an_advisor_that_is_not_registered_has_no_white_branding(world, browse, name, number):
    Practice.unscoped.filter(pk=world[number].practice_id).update(is_registered=False)

    answer = told(world.users[name].pk, "brand", number)

    assert (answer["allowed"], answer["why"]) == (False, "White branding is open to registered advisors.")
    assert (
        "White branding is open to registered advisors."
        in browse(name).get(f"/structure/?node={number}").content.decode()
    )


def test_a_second_level_finds_the_same_tabs_on_the_dashboard(world, browse):
    """ "Second-level Advisors can access the same Dashboard functions as top-level Advisors"."""
    places = {name: [tab.place.key for tab in browse(name).get("/").context["shell"].tabs] for name in ("alice", "bob")}

    assert places["alice"] == places["bob"] != []


@pytest.mark.parametrize(
    ("name", "number", "is_told"), [("alice", "U1000001", True), ("bob", "U2000001", True), ("ana", "U1000001", False)]
)
def test_who_funds_for_a_client_is_told_what_the_client_has_agreed_to(world, name, number, is_told):
    core = "The client has given the core authority, so the client approves each movement."

    assert (core in str(told(world.users[name].pk, "fund", number)["why"])) is is_told
