"""Mail under a practice's name and colour, for the people who know the portal by it."""

from datetime import datetime
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from accounts.desk.brand.queries import brand_of_person
from accounts.ground.outbox.carriers import by_mail
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people.models import User


def carry(message: OutboxMessage, at: datetime) -> None:
    """The same text for everybody; who has a brand reads it under this name, also as a page in its colour.

    The brand follows from the person in the books, never from the host name that somebody has asked for.
    """
    brand = brand_of_person(message.person_id, message.firm_id, at) if message.person_id else None
    if brand is None:
        by_mail(message, at)
        return
    sender = formataddr((brand.name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))
    text = f"{message.body.rstrip()}\n\n{brand.name}\n"
    mail = EmailMultiAlternatives(message.subject, text, sender, [message.recipient])
    language = User.objects.filter(pk=message.person_id).values_list("language", flat=True).first()
    context = {"brand": brand, "language": language, "subject": message.subject, "body": message.body.strip()}
    mail.attach_alternative(render_to_string("mail/letter.html", context), "text/html")
    mail.send()
