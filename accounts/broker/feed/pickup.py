"""The folder where the broker's files are put: which of them have not been loaded yet."""

from datetime import UTC, datetime
from pathlib import Path

from accounts.broker.feed.models import StatementFile
from accounts.broker.feed.source import SUFFIXES, is_plain, shown


def new_files(folder: Path) -> list[tuple[Path, datetime]]:
    """Files not loaded since they were last written, with when that was; in order of name.

    A file that was refused is not tried again until somebody replaces it. Files should be moved into the folder whole.
    """
    if not folder.is_dir():
        return []
    found = []
    for path in sorted(folder.iterdir()):
        if path.name.endswith(SUFFIXES) and not path.name.startswith(".") and is_plain(path):
            info = path.stat()
            written_at = datetime.fromtimestamp(info.st_mtime, UTC)
            known = StatementFile.unscoped.filter(name=shown(path.name), size=info.st_size, imported_at__gte=written_at)
            if not known.exists():
                found.append((path, written_at))
    return found
