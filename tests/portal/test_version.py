"""The version is read from the changelog, so that it is written once."""

from portal.version import version


def test_the_newest_release_counts(tmp_path):
    changelog = tmp_path / "CHANGELOG.md"
    changelog.write_text("# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-11-21\n\n## [1.1.0] - 2026-10-01\n")

    assert version(changelog) == "1.2.0"


def test_before_the_first_release(tmp_path):
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## [Unreleased]\n")

    assert version(tmp_path / "CHANGELOG.md") == "unreleased"
    assert version(tmp_path / "missing.md") == "unreleased"
