"""How the API's description speaks of tokens."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class TokenScheme(OpenApiAuthenticationExtension):
    """A personal token, sent after the word Bearer."""

    target_class = "accounts.ground.tokens.authentication.Gated"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """As OpenAPI writes it."""
        return {"type": "http", "scheme": "bearer"}
