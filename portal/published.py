"""How static files are published: under a name that carries their hash, compressed beforehand."""

from collections.abc import Iterable, Iterator

from whitenoise.storage import CompressedManifestStaticFilesStorage


class PublishedFiles(CompressedManifestStaticFilesStorage):
    """Only files under their final names are kept, and what is compressed already is not compressed again."""

    # Addresses in style sheets follow the new names. References to source maps do not: maps are not published.
    patterns = (
        (
            "*.css",
            (
                r"""(?P<matched>url\(['"]{0,1}\s*(?P<url>.*?)["']{0,1}\))""",
                (r"""(?P<matched>@import\s*["']\s*(?P<url>.*?)["'])""", """@import url("%(url)s")"""),
            ),
        ),
        # A module that imports its neighbour by name.
        ("npm/qr/decode.js", ((r"""(?P<matched>from\s+'(?P<url>\./[a-z]+\.js)')""", "from '%(url)s'"),)),
    )
    keep_only_hashed_files = True

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        yield from super().compress_files([path for path in paths if not self.exists(f"{path}.gz")])
