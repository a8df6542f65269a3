"""Whatever is sealed leaves something in the clear, and the page on what the vault protects from says what."""

from django.apps import apps
from django.template.loader import get_template

from crm.vault.sealed import SealedRow

# By model, the beginning of what the page says about it.
TOLD = {
    "Change": "Of a change:",
    "Contact": "Of a contact:",
    "CustomField": "Of a field of your own:",
    "Document": "Of a document:",
    "Edition": "how many editions",
    "Event": "Of an event:",
    "Group": "Of a group:",
    "Intake": "Of an import:",
    "KeptMail": "Of a kept mail:",
    "Mailbox": "Of a mailbox of your own:",
    "Mailing": "Of a mail to several:",
    "NotKept": "Of a mail that is not kept again:",
    "Note": "Of a note:",
    "Past": "Of a change:",
    "Pattern": "Templates are sealed whole",
    "Placing": "Of an import:",
    "SearchPart": "Of the words that are gathered for the search:",
    "Stage": "who has which stage",
    "Task": "Of a task:",
    "Workflow": "Of a workflow:",
}


def test_of_every_sealed_model_the_page_says_what_stays_clear():
    assert {one.__name__ for one in apps.get_models() if issubclass(one, SealedRow)} == set(TOLD)
    source = get_template("crm/vault/protects.html").template.source
    clear = source.partition("What whoever runs the portal can see")[2]
    assert not [name for name, words in TOLD.items() if words not in clear]
