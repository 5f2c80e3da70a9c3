"""What the pages carry: the committed files are those of the manifest, stay small, and can be read by everyone."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
from pathlib import Path

import pytest
import typst
from pypdf import PdfReader

import maidinh

PACKAGE = Path(maidinh.__path__[0])
WEB = PACKAGE / "channels" / "web"
STATIC = WEB / "static"
FONTS = PACKAGE / "fonts"
JOURNEYS = Path(__file__).parents[2] / "journeys"

# The letters of Vietnamese, which every font on a page or in a PDF must have.
VIETNAMESE = "ăâđêôơưĂÂĐÊÔƠƯàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ₫"


def manifest(folder: Path) -> dict:
    return json.loads((folder / "vendor.json").read_text(encoding="utf-8"))


def style() -> str:
    return (STATIC / "theme.css").read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", [STATIC, FONTS, JOURNEYS], ids=["static", "fonts", "journeys"])
def test_each_committed_file_is_that_of_the_manifest(folder: Path) -> None:
    for name, entry in manifest(folder)["files"].items():
        content = (folder / name).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (entry["bytes"], entry["sha256"]), name


@pytest.mark.parametrize("folder", [STATIC, FONTS], ids=["static", "fonts"])
def test_the_manifest_names_every_file(folder: Path) -> None:
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert present - {"vendor.json"} == set(manifest(folder)["files"])


@pytest.mark.parametrize("folder", [STATIC, FONTS], ids=["static", "fonts"])
def test_every_package_may_be_passed_on(folder: Path) -> None:
    licences = {entry["licence"] for entry in manifest(folder)["packages"].values()}
    assert licences <= {"MIT", "OFL-1.1", "Apache-2.0"}
    texts = [name for name in manifest(folder)["files"] if name.endswith(".txt")]
    assert len(texts) == len(manifest(folder)["packages"]), "each package's licence lies beside its files"


def test_the_pages_fetch_nothing_from_elsewhere() -> None:
    for address in re.findall(r"url\(([^)]*)\)", style()):
        path = address.strip("\"'").split("?")[0]
        assert (STATIC / path).is_file(), address
    assert not re.search(r"@import|//[a-z]", style().replace('href^="http://"', "").replace('href^="https://"', ""))
    for template in WEB.joinpath("templates").rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"(src|href|action|poster)=\"(https?:)?//", text), template


def test_no_template_has_inline_script_or_style() -> None:
    for template in WEB.joinpath("templates").rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|javascript:", text), template
        assert not re.search(r"<script(?![^>]*\ssrc=)", text), template


def test_each_font_address_carries_the_fonts_hash() -> None:
    addresses = re.findall(r"url\((fonts/[^?)]+)\?v=([0-9a-f]+)\)", style())
    assert len(addresses) == 6
    for path, version in addresses:
        assert hashlib.sha256((STATIC / path).read_bytes()).hexdigest().startswith(version)


def test_every_vietnamese_letter_is_in_a_range_that_a_page_fetches() -> None:
    faces = re.findall(r"@font-face\{[^}]*?\}", style())
    ranges = [
        span
        for face in faces
        if "Be Vietnam Pro" in face
        for span in re.findall(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?", face)
    ]
    for letter in VIETNAMESE:
        assert any(int(low, 16) <= ord(letter) <= int(high or low, 16) for low, high in ranges), letter


@pytest.mark.parametrize(("family", "name"), [("Be Vietnam Pro", "BeVietnamPro"), ("Noto Sans", "NotoSans")])
def test_a_pdf_can_write_every_vietnamese_letter_in_both_weights(family: str, name: str) -> None:
    text = f'#set text(font: "{family}", fallback: false)\n{VIETNAMESE} *{VIETNAMESE}*'
    document = typst.compile(text.encode(), font_paths=[str(FONTS)], ignore_system_fonts=True)
    page = PdfReader(io.BytesIO(document)).pages[0]
    assert re.sub(r"\W|\x00", "", page.extract_text()) == 2 * VIETNAMESE.replace("₫", "")
    fonts = {font.get_object()["/BaseFont"].split("+")[1] for font in page["/Resources"]["/Font"].values()}
    assert fonts == {f"{name}-Regular", f"{name}-Bold"}


def test_the_script_is_small() -> None:
    assert len(gzip.compress((STATIC / "theme.js").read_bytes(), mtime=0)) <= 15_000


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def colour_of(name: str) -> str:
    found = re.search(rf"--govuk-{name}-colour: ?(#[0-9a-f]+)", style())
    assert found, name
    return found[1]


def test_the_contrast_formula_gives_the_known_ends() -> None:
    assert contrast("#fff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("text", "body-background"),
        ("secondary-text", "body-background"),
        ("secondary-text", "surface-background"),
        ("link", "body-background"),
        ("link", "surface-background"),
        ("link-visited", "body-background"),
        ("link-hover", "surface-background"),
        ("error", "body-background"),
        ("inverse-text", "error"),
        ("inverse-text", "success"),
        ("inverse-text", "brand"),
        ("focus-text", "focus"),
        ("surface-text", "surface-background"),
    ],
)
def test_words_stand_out_from_their_ground(text: str, ground: str) -> None:
    assert contrast(colour_of(text), colour_of(ground)) >= 4.5


def test_the_mark_and_rule_stand_out_from_the_header() -> None:
    gold = re.search(r"\.md-mark\{[^}]*color:(#[0-9a-f]+)", style())
    assert gold and contrast(gold[1], colour_of("brand")) >= 4.5


def test_tags_and_time_left_stand_out_from_every_ground_they_lie_on() -> None:
    tags = re.findall(r"\.govuk-tag--[a-z]+\{color:(#[0-9a-f]+);background-color:(#[0-9a-f]+)\}", style())
    assert len(tags) >= 8
    left = re.findall(r"\.md-left--[a-z]+\{color:(#[0-9a-f]+)\}", style())
    hover = re.search(r"row:hover\{background:(#[0-9a-f]+)\}", style())
    assert len(left) == 4 and hover
    pairs = tags + [
        (colour, ground) for colour in left for ground in ("#ffffff", hover[1], colour_of("surface-background"))
    ]
    for text, ground in pairs:
        assert contrast(text, ground) >= 4.5, (text, ground)
