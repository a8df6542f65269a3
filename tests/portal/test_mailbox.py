"""Mail that is kept as files is its owner's alone."""

from django.core.mail import EmailMessage, get_connection


def test_neither_folder_nor_file_is_open_to_others(tmp_path):
    folder = tmp_path / "mail"
    connection = get_connection("portal.mailbox.EmailBackend", file_path=str(folder))

    EmailMessage(
        "A link", "https://portal.example/x", "a@example.test", ["b@example.test"], connection=connection
    ).send()

    [file] = folder.iterdir()
    assert "portal.example" in file.read_text()
    assert (folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)
