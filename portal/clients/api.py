"""What waits for the owner's word, over the API."""

from typing import Any

from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from accounts.ground.access.api import ScopedView
from accounts.ground.access.gates import gate
from accounts.ground.requests.api import RequestSerializer
from accounts.ground.requests.models import Request
from portal.clients.queries import to_decide


@gate("sign")
class ApprovalList(ListModelMixin, ScopedView):
    """What waits for your approval."""

    model = Request
    right = "sign"
    serializer_class = RequestSerializer

    def get_queryset(self) -> Any:
        """Waiting for the owner, not for anybody else."""
        return super().get_queryset() if getattr(self, "swagger_fake_view", False) else to_decide(self.who)

    def get(self, request: ApiRequest) -> Response:
        """One page."""
        return self.list(request)
