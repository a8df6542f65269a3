"""From an account one click leads to its money, positions, reports and tools; or the record says why not."""

import pytest


@pytest.mark.parametrize(("name", "number", "leads", "says"), [
    ("alice", "U1000001", ["/transfer/", "/transfer/positions/", "/statements/", "?accounts=U1000001", "/tools/"], []),
    ("alice", "U2000001", ["/statements/"], ["A top-level advisor cannot fund second-level"]),
    ("sam", "U4000001", ["/statements/"], ["Fund the STL master account"]),
    ("ana", "U1000001", ["/transfer/positions/", "/statements/"], ["The tools are for advisors."]),
    ("alice", "F100001", [], ["A master account is a shell"]),
])  # fmt: skip
def test_what_is_open_is_a_link_and_the_rest_says_why(browse, name, number, leads, says):
    page = browse(name).get(f"/accounts/{number}/").content.decode()
    card = page[page.index(f'id="ways-{number}"') :].partition("</section>")[0]
    for part in leads:
        address = part if part in ("/tools/", f"?accounts={number}") else f"/accounts/{number}{part}"
        assert f'{address}"' in card, part
    for words in says:
        assert words in card
    if says and "advisors." not in says[0]:
        assert f'/accounts/{number}/transfer/"' not in card


def test_every_link_of_the_card_opens(browse):
    for name in ("alice", "ana"):
        client = browse(name)
        page = client.get("/accounts/U1000001/").content.decode()
        card = page[page.index('id="ways-U1000001"') :].partition("</section>")[0]
        for part in card.split('<a href="')[1:]:
            address = part.partition('"')[0]
            if address.startswith("/"):
                assert client.get(address.replace("&amp;", "&")).status_code == 200, (name, address)
