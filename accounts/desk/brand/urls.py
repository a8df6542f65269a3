"""Addresses of brands."""

from django.urls import path, register_converter

from accounts.desk.brand import views

app_name = "brand"


class Sha256:
    """A SHA-256 in an address."""

    regex = "[0-9a-f]{64}"

    def to_python(self, text: str) -> str:
        return text

    def to_url(self, value: str) -> str:
        return value


class Colour:
    """Six hexadecimal digits."""

    regex = "[0-9a-f]{6}"

    def to_python(self, text: str) -> str:
        return text

    def to_url(self, value: str) -> str:
        return value


register_converter(Sha256, "sha256")
register_converter(Colour, "colour")

urlpatterns = [
    path("settings/brand/", views.edit, name="edit"),
    path("brand/<sha256:sha256>/", views.banner, name="banner"),
    path("brand/<colour:colour>.css", views.paint, name="paint"),
    path("welcome/<slug:brand_id>/", views.welcome, name="welcome"),
    path("welcome/<slug:brand_id>/banner/", views.door_banner, name="door_banner"),
]
