"""Static files are published under hashed names, compressed once, and without what no page needs."""

import pytest
from django.apps import apps
from django.contrib.staticfiles import utils
from django.core.management import call_command


@pytest.fixture
def publish(settings, tmp_path):
    """Publish a folder of two files; the folder of what came out."""
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    (source / "own.css").write_text("a { background: url(dot.svg) }\n" * 100 + "/*# sourceMappingURL=own.css.map */\n")
    (source / "dot.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = str(target)
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "portal.published.PublishedFiles"}}

    def run():
        call_command("collectstatic", interactive=False, verbosity=0)
        return target

    return run


def test_names_carry_hashes_and_a_source_map_need_not_exist(publish):
    target = publish()

    names = sorted(path.name for path in target.iterdir())
    [css] = [name for name in names if name.startswith("own.") and name.endswith(".css")]
    assert "own.css" not in names
    assert {f"{css}.gz", f"{css}.br"} <= set(names)
    assert "url(dot.svg)" not in (target / css).read_text()


def test_a_second_time_nothing_is_compressed_again(publish):
    compressed = {path: path.stat().st_mtime_ns for path in publish().glob("*.gz")}

    assert compressed
    assert {path: path.stat().st_mtime_ns for path in publish().glob("*.gz")} == compressed


def test_a_module_finds_its_neighbour_under_its_published_name(settings, publish):
    settings.STATICFILES_FINDERS = ["portal.npm_finder.NpmFinder"]
    settings.NPM_FILES = {name: path for name, path in settings.NPM_FILES.items() if name.startswith("npm/qr/")}
    folder = publish() / "npm" / "qr"

    [reader], [index] = (list(folder.glob(f"{name}.*.js")) for name in ("decode", "index"))
    assert f"from './{index.name}'" in reader.read_text() and "'./index.js'" not in reader.read_text()


def test_what_no_page_needs_is_left_out():
    ignored = apps.get_app_config("staticfiles").ignore_patterns

    for name in ("tabler.min.css.map", "rest_framework", "django_htmx/htmax-4.js"):
        assert utils.matches_patterns(name, ignored)
    assert not utils.matches_patterns("django_htmx/htmx-2.min.js", ignored)
