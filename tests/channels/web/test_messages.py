"""What people read: every text is collected, stands in Vietnamese, in short sentences, with one word for one thing."""

from __future__ import annotations

import ast
import gettext
import importlib.util
import io
import re
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
LONGEST = 25
LATIN_ALIKE = {
    "Python {version}.", "%(size)s kB", "SHA-256", "%(milliseconds)s ms.", "%(name)s, PDF", "%(name)s, Word (.docx)",
    "%(reason)s", "%(rows)s %(number)s, %(column)s",
}  # fmt: skip

# What was said in more than one way, and the one that stayed.
RETIRED = {
    "giấy xác nhận": "giấy biên nhận",
    "giấy hẹn": "giấy biên nhận",
    "bản thảo": "dự thảo",
    "bản dự thảo": "dự thảo",
    "hình vẽ": "sơ đồ",
    "trục trao đổi": "trục kết nối",
    "điểm chốt": "điểm kiểm tra",
    "lời hứa": "cam kết",
    "bộ phận một cửa": "Bộ phận Một cửa",
    "công bố kiến trúc": "ban hành kiến trúc",
    "hợp đồng": "thỏa thuận kết nối",
    "quý khách": "bạn",
    "quý vị": "bạn",
    "ông/bà": "bạn",
    "ông, bà": "bạn",
    "trang đầu": "trang chủ",
}


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def messages() -> ModuleType:
    """tools/messages.py, which collects and checks."""
    return load(ROOT / "tools" / "messages.py")


@pytest.fixture(scope="module")
def said(messages: ModuleType) -> list[tuple[str, str]]:
    """Each English text with its Vietnamese; of a plural, the plural."""
    pairs = []
    for message in messages.read("vi"):
        if message.id:
            english = message.id if isinstance(message.id, str) else message.id[-1]
            vietnamese = message.string if isinstance(message.string, str) else message.string[0]
            pairs.append((english, vietnamese))
    return pairs


def test_everything_is_collected_translated_and_compiled(messages: ModuleType) -> None:
    assert messages.check() == []


def test_a_template_says_nothing_that_is_not_in_the_catalogue(messages: ModuleType) -> None:
    known = {text for message in messages.read("vi") if message.id for text in _texts(message.id)}
    for template in messages.SOURCE.rglob("templates/**/*.html"):
        without_comments = re.sub(r"\{#.*?#\}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
        for text in re.findall(r"\b_\(\s*\"((?:[^\"\\]|\\.)*)\"", without_comments):
            assert text in known, f"{template.name}: {text}"


def _texts(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def test_a_text_inside_an_f_string_is_collected(messages: ModuleType) -> None:
    code = b'print(f"{say(\'Running at\')} {address}", ngettext("%(n)s day", "%(n)s days", n), say(name))'
    found = [call[1:3] for call in messages.calls(io.BytesIO(code), {"say", "ngettext"}, (), {})]
    assert ("say", ("Running at",)) in found
    assert ("ngettext", ("%(n)s day", "%(n)s days", None)) in found


def test_texts_are_asked_for_by_names_that_are_collected(messages: ModuleType) -> None:
    others = []
    for file in messages.SOURCE.rglob("*.py"):
        imports = [node for node in ast.walk(ast.parse(file.read_bytes())) if isinstance(node, ast.ImportFrom)]
        names = [name for node in imports if node.module == "django.utils.translation" for name in node.names]
        others += [
            f"{file.name}: {name.name} as {name.asname}"
            for name in names
            if "gettext" in name.name and (name.asname or name.name) not in messages.KEYWORDS
        ]
    assert others == []


def test_compiling_again_gives_the_same_file(messages: ModuleType) -> None:
    po = messages.catalogue_path("vi", "po").read_bytes()
    assert b"1970-01-01" in messages.mo_bytes(po, "vi")
    assert not re.search(rb"20\d\d-\d\d-\d\d \d\d:\d\d", messages.mo_bytes(po, "vi"))


def test_a_lost_placeholder_is_found(messages: ModuleType) -> None:
    catalog = messages.Catalog(locale="vi")
    catalog.add("Wait %(num)s of {count}", "Chờ {count}")
    catalog.add("Nothing yet", "")
    assert list(messages.missing(catalog)) == [
        "other placeholders: Wait %(num)s of {count}",
        "not translated: Nothing yet",
    ]


def test_what_is_compiled_is_what_people_get(said: list[tuple[str, str]], messages: ModuleType) -> None:
    compiled = gettext.translation("django", messages.SOURCE / "locale", languages=["vi"])
    texts = dict(said)
    assert compiled.gettext("Start now") == texts["Start now"]
    assert compiled.ngettext("%(n)s working day", "%(n)s working days", 3) == "%(n)s ngày làm việc"


def test_nothing_is_left_in_english(said: list[tuple[str, str]]) -> None:
    assert [text for text, vietnamese in said if text == vietnamese and text not in LATIN_ALIKE] == []


def test_no_sentence_is_longer_than_a_breath(said: list[tuple[str, str]]) -> None:
    long = [
        sentence
        for _, vietnamese in said
        for sentence in re.split(r"(?<=[.?!;:])\s+", vietnamese)
        if len(sentence.split()) > LONGEST
    ]
    assert long == []


@pytest.mark.parametrize("word", RETIRED)
def test_one_word_for_one_thing(said: list[tuple[str, str]], word: str) -> None:
    # The office's own name is written with a capital, so only its own case is compared.
    texts = [vietnamese if "cửa" in word else vietnamese.lower() for _, vietnamese in said]
    # A contract with a contractor is what the law calls it; what the exchange obeys is not.
    places = [text for text in texts if word in text.replace("hợp đồng nhà thầu", "")]
    assert places == [], f"say {RETIRED[word]}"


def test_sentences_end_as_their_english_does(said: list[tuple[str, str]]) -> None:
    other = [
        (english, vietnamese)
        for english, vietnamese in said
        if (english[-1] in ".?!") != (vietnamese[-1] in ".?!") or vietnamese != vietnamese.strip()
    ]
    assert other == []
