"""Only the files of npm packages that the settings list are published, and a missing one is reported."""

from django.contrib.staticfiles import finders

from portal.npm_finder import NpmFinder, npm_files_are_there


def test_listed_files_are_found_and_others_are_not(settings, tmp_path):
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "a.css").write_text("a {}")
    (tmp_path / "package" / "secret.js").write_text("no")
    settings.NPM_ROOT = tmp_path
    settings.NPM_FILES = {"npm/a.css": "package/a.css"}
    finder = NpmFinder()

    [(name, storage)] = finder.list([])

    assert storage.open(name).read() == b"a {}"
    assert finder.find("npm/a.css") == str(tmp_path / "package" / "a.css")
    assert finder.find("npm/secret.js") == []
    assert npm_files_are_there() == []


def test_a_missing_file_is_an_error_of_the_system_check(settings, tmp_path):
    settings.NPM_ROOT = settings.STATIC_ROOT = tmp_path
    settings.NPM_FILES = {"npm/a.css": "package/a.css"}

    [error] = npm_files_are_there()

    assert "package/a.css" in error.msg
    assert "npm ci" in error.hint


def test_a_collected_file_need_not_be_in_node_modules(settings, tmp_path):
    settings.NPM_ROOT = tmp_path / "gone"
    settings.STATIC_ROOT = tmp_path
    settings.NPM_FILES = {"npm/a.css": "package/a.css"}
    (tmp_path / "staticfiles.json").write_text('{"paths": {"npm/a.css": "npm/a.123.css"}}')

    assert npm_files_are_there() == []


def test_every_file_that_the_pages_need_is_installed():
    assert npm_files_are_there() == []
    assert finders.find("npm/tabler.min.css")
