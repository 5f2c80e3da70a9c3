"""The layouts, component macros and error pages as Django renders them, and the Vietnamese ways of writing values."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.paginator import Paginator
from django.template.backends.jinja2 import Jinja2
from django.test import RequestFactory
from django.utils import translation

import maidinh
from maidinh.channels.web import jinja

PACKAGE = Path(maidinh.__path__[0])
WEB = PACKAGE / "channels" / "web"
MOMENT = datetime(2026, 9, 2, 18, 30, tzinfo=UTC)
STATUSES = [(code, f"trạng thái {code}") for code in range(1, 11)]
FAULTS = {"full-name": "Nhập họ và tên", "born": "Nhập ngày sinh", "receive": "Chọn cách nhận", "paper": "Chọn tệp"}
VOID = {"meta", "link", "input", "img", "br", "hr", "path", "source"}


@pytest.fixture(scope="module")
def engine() -> Jinja2:
    options = {"environment": "maidinh.channels.web.jinja.environment"}
    return Jinja2({"NAME": "pages", "DIRS": [WEB / "templates"], "APP_DIRS": False, "OPTIONS": options})


@pytest.fixture(autouse=True)
def in_vietnamese() -> Iterator[None]:
    with translation.override("vi"):
        yield


class Page(HTMLParser):
    """A page's ids, links, labels and any tag that is not closed where it should be."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        if attributes.get("id"):
            self.ids.append(str(attributes["id"]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open and self.open.pop() == tag, tag

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def gallery(engine: Jinja2, errors: dict[str, str] | None = None, **context: Any) -> str:
    request = RequestFactory().get("/design?a=1")
    given = {
        "province_name": "Tỉnh Mẫu",
        "menu": [{"text": "Thủ tục", "href": "/procedures", "current": True}, {"text": "Tra cứu", "href": "/track"}],
        "sample": True,
        "account": {"name": "Nguyễn Văn A", "href": "/me", "sign_out": "/sign-out"},
        "errors": errors or {},
        "moment": MOMENT,
        "statuses": STATUSES,
        "page": Paginator(range(200), 10).page(3),
    }
    return engine.get_template("components/gallery.html").render(given | context, request)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("errors", [{}, FAULTS], ids=["plain", "errors"])
def test_every_part_renders_as_sound_html(engine: Jinja2, language: str, errors: dict[str, str]) -> None:
    with translation.override(language):
        text = gallery(engine, errors)
    page = Page(text)
    assert len(page.ids) == len(set(page.ids))
    assert page.named("html")[0]["lang"] == language
    assert [attributes.get("id") for attributes in page.named("main")] == ["main-content"]
    assert len(re.findall(r"<h1[ >]", text)) == 2  # the panel's and the page's own
    for field in page.named("input") + page.named("select") + page.named("textarea"):
        if field.get("type") != "hidden":
            assert any(label.get("for") == field["id"] for label in page.named("label")), field
    for _tag, attributes in page.tags:
        for described in (attributes.get("aria-describedby") or "").split():
            assert described in page.ids, described


def test_the_rendered_page_has_no_inline_script_or_style(engine: Jinja2) -> None:
    page = Page(gallery(engine, FAULTS))
    assert all(attributes.get("src") for attributes in page.named("script"))
    for tag, attributes in page.tags:
        assert tag != "style" and "style" not in attributes, (tag, attributes)
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)


def test_each_error_is_at_its_field_and_its_summary_link_leads_there(engine: Jinja2) -> None:
    text = gallery(engine, FAULTS)
    page = Page(text)
    links = [str(link["href"]) for link in page.named("a")]
    for name, message in FAULTS.items():
        assert f"#{name}" in links and name in page.ids
        assert text.count(message) == 2
    assert "<title>Lỗi: " in text
    assert "<title>Lỗi: " not in gallery(engine)


def test_what_people_type_is_escaped_and_keeps_its_lines(engine: Jinja2) -> None:
    text = gallery(engine)
    assert "&lt;không có thật&gt;" in text and "<không có thật>" not in text
    assert "\nDòng một\n    dòng hai</textarea>" in text


def test_sample_data_is_said_to_be_sample_data(engine: Jinja2) -> None:
    banner = "Đây là bản trình diễn"
    assert banner in gallery(engine) and banner not in gallery(engine, sample=False)


def test_the_language_is_changed_by_a_form_that_comes_back_here(engine: Jinja2) -> None:
    text = gallery(engine)
    assert '<form class="md-header__form" method="post" action="/language">' in text
    assert 'name="next" value="/design?a=1"' in text
    assert 'name="language" value="en" lang="en">English' in text
    with translation.override("en"):
        assert 'name="language" value="vi" lang="vi">Tiếng Việt' in gallery(engine)


def test_the_ten_statuses_each_have_words_and_a_picture(engine: Jinja2) -> None:
    template = engine.from_string(
        '{% from "components/dossier.html" import dossier_status %}{{ dossier_status(code, text) }}'
    )
    for code, text in STATUSES:
        written = template.render({"code": code, "text": text})
        assert text in written and written.count('<svg class="md-icon"') == 1


def test_the_side_menu_says_where_one_is(engine: Jinja2) -> None:
    template = engine.from_string('{% extends "layout/staff.html" %}{% block content %}<h1>Việc</h1>{% endblock %}')
    items = [{"text": "Việc của tôi", "href": "/w", "current": True, "count": 0}, {"text": "Chờ ký", "href": "/s"}]
    text = template.render({"side_menu": [{"title": "Hồ sơ", "items": items}]})
    page = Page(text)
    assert [link["href"] for link in page.named("a") if link.get("aria-current") == "page"] == ["/w"]
    assert text.count("md-side__count") == 1 and "<h1>Việc</h1>" in text


@pytest.mark.parametrize("code", [400, 403, 404, 429, 500, 503])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_error_pages_render_from_nothing(engine: Jinja2, code: int, language: str) -> None:
    with translation.override(language):
        text = engine.get_template(f"errors/{code}.html").render({"incident": "7f3a"} if code == 500 else {})
    page = Page(text)
    assert len(page.named("h1")) == 1 and ("7f3a" in text) is (code == 500)
    assert page.named("html")[0]["lang"] == language


def test_a_public_page_keeps_to_its_budget(engine: Jinja2) -> None:
    text = gallery(engine).replace("Y Bĭh Niê, H'Ŏng", "")
    static = WEB / "static"
    sent = [gzip.compress(text.encode(), mtime=0)]
    sent += [
        gzip.compress((static / name).read_bytes(), mtime=0) for name in ("theme.css", "theme.js", "images/favicon.svg")
    ]
    files = json.loads((static / "vendor.json").read_text(encoding="utf-8"))["files"]
    fonts = [entry["bytes"] for name, entry in files.items() if name.startswith("fonts/be-vietnam-pro")]
    without_fonts = sum(map(len, sent))
    assert without_fonts <= 60_000
    assert without_fonts + sum(fonts) <= 110_000
    assert len(sent) + len(fonts) <= 8
    page = Page(text)
    fetched = [
        address
        for tag in ("link", "script", "img")
        for entry in page.named(tag)
        if (address := entry.get("href") or entry.get("src"))
    ]
    assert len(set(fetched)) == 4, "only the style sheet, the script, the icon and the preloaded font"


def test_built_assets_are_addressed_by_their_hash() -> None:
    files = json.loads((WEB / "static" / "vendor.json").read_text(encoding="utf-8"))["files"]
    assert jinja.asset("theme.css").endswith(f"theme.css?v={files['theme.css']['sha256'][:12]}")
    assert "?" not in jinja.asset("elsewhere.css")


def test_days_moments_and_money_are_written_the_vietnamese_way() -> None:
    assert jinja.vn_date(date(2026, 9, 2)) == "02/09/2026"
    assert jinja.vn_date(MOMENT) == "03/09/2026", "the office's day, not that of Greenwich"
    assert jinja.vn_datetime(MOMENT) == "01:30 03/09/2026"
    assert jinja.vn_money(1_250_000) == "1.250.000\N{NO-BREAK SPACE}₫"
    assert jinja.vn_money(0) == "0\N{NO-BREAK SPACE}₫"
    assert jinja.vn_number(Decimal("-1234.5")) == "-1.235"
    assert jinja.vn_date(None) == jinja.vn_datetime(None) == jinja.vn_money(None) == ""


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError):
        jinja.vn_datetime(datetime(2026, 9, 2))


def test_a_text_in_two_languages_is_shown_in_the_pages() -> None:
    both = {"vi": "Đất đai", "en": "Land"}
    assert jinja.localised(both) == "Đất đai"
    assert jinja.localised("Đất đai") == "Đất đai"
    assert jinja.localised(None) == ""
    with translation.override("en"):
        assert jinja.localised(both) == jinja.localised(SimpleNamespace(**both)) == "Land"
        assert jinja.localised({"vi": "Đất đai"}) == "Đất đai"
