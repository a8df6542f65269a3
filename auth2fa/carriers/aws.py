"""Texts and calls by AWS End User Messaging: `aws://REGION/ORIGIN?max_price=0.10&protect=ID&configuration=NAME`.

Its calls cannot be made idempotent, so few are retried, and a second message only repeats the same code. A message
that does not say how long it is worth anything lives for three days there; ours say it.
"""

from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from django.conf import settings

from accounts.ground.outbox.carriers import Undeliverable
from accounts.ground.outbox.models import Channel

USUAL_PRICE = "0.20"
VOICES = {"ru": "TATYANA"}
# Answers that the next try would only get again.
FINAL = frozenset({"ValidationException", "AccessDeniedException", "ResourceNotFoundException", "ConflictException"})


def send(
    number: str,
    channel: str,
    said: str,
    *,
    seconds: int,
    reference: str,
    at: datetime,
    language: str = "en",
    client: Any = None,
) -> str:
    """Hand over one message; returns AWS's id for it. Raises `Undeliverable` where trying again is of no use."""
    place = _place(settings.CODES_URL)
    asked = {
        "DestinationPhoneNumber": number,
        "OriginationIdentity": place["origin"],
        "MessageBody": said,
        "TimeToLive": max(5, seconds),
        "Context": {"reference": reference},
        "MessageFeedbackEnabled": True,
    }
    asked |= {name: place[key] for name, key in _OPTIONS if place.get(key)}
    price = place.get("max_price", USUAL_PRICE)
    client = client or _client(place["region"], place.get("endpoint"))
    try:
        if channel == Channel.VOICE:
            voice = VOICES.get(language, "JOANNA")
            answer = client.send_voice_message(
                **asked, MessageBodyTextType="SSML", VoiceId=voice, MaxPricePerMinute=price
            )
        else:
            answer = client.send_text_message(**asked, MessageType="TRANSACTIONAL", MaxPrice=price)
    except ClientError as problem:
        raise _without_number(problem) from None
    return answer["MessageId"]


def looks_up() -> bool:
    """Whether providers are asked what a number is; `lookup=no` switches that off."""
    return settings.CODES_URL.startswith("aws:") and _place(settings.CODES_URL).get("lookup") != "no"


def looked_up(number: str, *, client: Any = None) -> str:
    """What the number's provider says that it is, in AWS's words."""
    place = _place(settings.CODES_URL)
    # Somebody waits for the page meanwhile, and it is good without: asked once, and not for long.
    client = client or _client(place["region"], place.get("endpoint"), attempts=1)
    return client.carrier_lookup(PhoneNumber=number).get("PhoneNumberType", "")


def came_back(message_id: str, *, client: Any = None) -> None:
    """Tell the service that the code in one of its messages was used. Raises `Undeliverable` as `send` does."""
    place = _place(settings.CODES_URL)
    client = client or _client(place["region"], place.get("endpoint"))
    try:
        client.put_message_feedback(MessageId=message_id, MessageFeedbackStatus="RECEIVED")
    except ClientError as problem:
        raise _without_number(problem) from None


def _without_number(problem: ClientError) -> Exception:
    """The service's own words repeat the number, so only its code is kept."""
    code = problem.response.get("Error", {}).get("Code", "")
    return Undeliverable(code) if code in FINAL else RuntimeError(code)


_OPTIONS = (("ConfigurationSetName", "configuration"), ("ProtectConfigurationId", "protect"))


@lru_cache(maxsize=4)
def _client(region: str, endpoint: str | None, attempts: int = 2) -> Any:
    retries = {"mode": "standard", "total_max_attempts": attempts}
    config = Config(connect_timeout=2, read_timeout=5 if attempts > 1 else 3, retries=retries)
    return boto3.client("pinpoint-sms-voice-v2", region_name=region, endpoint_url=endpoint, config=config)


def _place(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    return {"region": parts.netloc, "origin": unquote(parts.path.strip("/")), **dict(parse_qsl(parts.query))}
