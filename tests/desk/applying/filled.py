"""A client who fills in an application behind a link, page by page, as a browser would."""

import re

from accounts.desk.applying.models import Application
from accounts.ground.outbox.models import OutboxMessage
from tests.house.forms import forms_in

INVITED = {
    "name": "Ana Ruiz",
    "email": "ana.ruiz@example.com",
    "kind": "individual",
    "country": "USA",
    "base_currency": "USD",
    "language": "en",
    "tells_opening": "on",
}
PERSON = {"first_name": "Ana", "last_name": "Ruiz", "born_on": "1980-05-17", "phone": "+1 202 555 0143"}
HOME = {
    "street": "1 Elm Street",
    "city": "Boston",
    "region": "MA",
    "postcode": "02101",
    "country": "USA",
    "citizenship": "USA",
    "tax_country": "USA",
    "tax_number": "123-45-6789",
}
MEANS = {
    "employment": "employed",
    "employer": "Elm Works",
    "occupation": "Engineer",
    "income": "120000",
    "net_worth": "900000",
    "liquid_worth": "300000",
    "source": "work",
    "objective": "growth",
    "experience": "3",
}
ACCOUNT = {"base_currency": "USD", "margin": "margin", "funding": "wire"}
PAGES = {"person": PERSON, "home": HOME, "means": MEANS, "account": ACCOUNT}
PDF = b"%PDF-1.7\n%nothing\n"


def invited(browse, by="alice", **more):
    """The application that somebody has sent from the page."""
    answer = browse(by).post("/applications/invite/", {**INVITED, **more})
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    return Application.unscoped.select_related("account", "party").latest("created_at")


def link_of(application):
    """The path in the newest mail of an invitation."""
    key = f"application {application.pk} {application.times_sent}"
    body = OutboxMessage.unscoped.get(natural_key=key).body
    return re.search(r"/apply/[\w-]+/", body).group(0)


def fill(client, link, **more):
    """Every page that has answers here; returns the last answer."""
    answer = None
    for slug, said in {**PAGES, **more}.items():
        answer = client.post(f"{link}{slug}/", said)
        assert answer.status_code == 302, (slug, re.findall(r"<span>(.*?)</span>", answer.content.decode()))
    return answer


def sign(client, link, name="Ana Ruiz"):
    """Read everything once more and sign."""
    page = client.get(f"{link}sign/")
    assert page.status_code == 200, page["Location"]
    form = next(one for one in forms_in(page.content.decode(), f"{link}sign/") if "seen" in one.fields)
    return client.post(f"{link}sign/", {"seen": form.fields["seen"], "read": "on", "name": name})


def submitted(browse, **more):
    """An application that its client has signed, and the link."""
    application = invited(browse, **more)
    link, client = link_of(application), browse("")
    fill(client, link)
    assert sign(client, link).status_code == 302
    application.refresh_from_db()
    application.account.refresh_from_db()
    return application, link
