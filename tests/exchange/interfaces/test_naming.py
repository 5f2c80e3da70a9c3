"""Fields in people's words, as the interface names them."""

from __future__ import annotations

from maidinh.exchange.interfaces.naming import field_names
from tests.exchange.interfaces.documents import document
from tests.exchange.interfaces.test_comparison import changed

NAMED = changed(
    "components>schemas>Person>properties>name>x-maidinh-name",
    {"vi": "Họ và tên", "en": "Full name"},
    changed("components>schemas>Person>properties>home>properties>street>x-maidinh-name", {"vi": "Đường"}),
)


def test_names_in_both_languages_and_codes_where_there_are_none() -> None:
    fields = ["name", "home.street", "born", "nobody"]
    assert field_names(NAMED, fields, "vi") == ["Họ và tên", "Đường", "born", "nobody"]
    assert field_names(NAMED, fields, "en") == ["Full name", "Đường", "born", "nobody"]


def test_without_a_usable_document_the_codes_stand() -> None:
    for content in (None, document(openapi="2.0")):
        assert field_names(content, ["name"], "vi") == ["name"]
