"""How the API describes itself: beside what a view says of its own answers, every refusal that any view may give."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

from accounts.ground.access.api import StrictSerializer

PROBLEM = "application/problem+json"
REFUSALS = {
    400: "Not valid: `errors` says what was wrong, field by field.",
    401: "Not signed in.",
    403: "Not allowed, or to be confirmed first: `challenge` is what to answer.",
    404: "Not there, or not yours.",
    406: "Answers are JSON, or the file that was asked for.",
    409: "What is stored says otherwise; read it again.",
    415: "The body is in a form that is not read here.",
    422: "Understood and not done; `title` says why.",
    423: "Somebody else is changing it.",
    429: "Too many calls this hour; `Retry-After` says when to come again.",
    502: "A server elsewhere did not do its part.",
    503: "No room at this moment; `Retry-After` says when to come again.",
}
OF_EVERY_VIEW = (400, 401, 403, 404, 406, 429)
OF_WRITING = (409,)
OF_READING_A_BODY = (415,)


class ChallengeOfProblemSerializer(serializers.Serializer):
    """What to answer before the request is sent once more."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    device = serializers.CharField()
    question = serializers.CharField(allow_blank=True)
    link = serializers.CharField(allow_blank=True)
    expires_at = serializers.DateTimeField()


class ProblemSerializer(serializers.Serializer):
    """Problem details (RFC 9457): the one shape of all refusals."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(required=False)
    errors = serializers.JSONField(required=False)  # type: ignore[assignment]  # a serializer has errors of its own
    challenge = ChallengeOfProblemSerializer(required=False)


class Described(AutoSchema):
    """The framework's reading of a view, and its refusals. A view that knows more of them names their numbers in
    `also_answers`, where its base class turns the exception into the answer."""

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        told = super()._get_response_bodies(direction)
        said = self.get_response_serializers()
        if self.method == "DELETE" and not isinstance(said, dict):
            # The framework takes it that nothing is left to say; a view that names an answer gives it.
            told = {"200": self._get_response_for_code(said, "200")}
        if direction == "response":
            for code in self._refusals():
                told.setdefault(str(code), self._refusal(code))
        return dict(sorted(told.items()))

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> dict[str, Any]:
        told = super()._map_basic_serializer(serializer, direction)
        # A field that is not asked for is refused.
        return told | {"additionalProperties": False} if isinstance(serializer, StrictSerializer) else told

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> dict[str, Any]:
        told = super()._map_serializer_field(field, direction, bypass_extensions)
        # A file that is sent is no address of one.
        is_sent_file = isinstance(field, serializers.FileField) and not field.read_only
        return told | {"format": "binary"} if is_sent_file else told

    def _refusals(self) -> list[int]:
        codes = {*OF_EVERY_VIEW, *getattr(self.view, "also_answers", ())}
        if self.method not in ("GET", "HEAD"):
            codes.update(OF_WRITING)
        if self.method in ("POST", "PUT", "PATCH"):
            codes.update(OF_READING_A_BODY)
        return sorted(codes)

    def _refusal(self, code: int) -> dict[str, Any]:
        response = OpenApiResponse(ProblemSerializer, description=REFUSALS[code])
        return self._get_response_for_code(response, str(code), [PROBLEM])
