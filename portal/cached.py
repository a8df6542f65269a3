"""What the cache keeps: JSON, so whoever can write to Valkey can lie to the portal but not make it run anything."""

import json


class JsonSerializer:
    """Numbers, texts, lists and their like; what is not JSON counts as not kept."""

    def dumps(self, value: object) -> bytes:
        """Refuses what JSON would change into something else."""
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()

    def loads(self, kept: bytes) -> object:
        """None for anything that this class has not written."""
        try:
            return json.loads(kept)
        except ValueError:
            return None
