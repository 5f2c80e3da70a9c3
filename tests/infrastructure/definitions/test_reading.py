"""Reading definition files: what is refused, and that every refusal names its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from maidinh.infrastructure.definitions import reading
from maidinh.infrastructure.definitions.definition import Form, Text
from maidinh.infrastructure.definitions.document import Document
from maidinh.infrastructure.definitions.hashing import canonical_json, content_hash
from maidinh.infrastructure.definitions.locating import definitions_root, province_root
from maidinh.infrastructure.definitions.reading import FILE_SIZE_LIMIT, DefinitionError, read_all, read_form, read_yaml


class Thing(Form):
    """A form with one level of nesting."""

    name: Text
    sizes: list[int]


GOOD = "name: {vi: Nhà}\nsizes:\n  - 1\n  - 2\n"


@pytest.fixture
def written(tmp_path: Path):
    def write(text: str | bytes, name: str = "thing.yaml") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_a_good_file_is_read(written) -> None:
    thing = read_form(written(GOOD), Thing)
    assert (thing.name.vi, thing.name.in_language("en"), thing.sizes) == ("Nhà", "Nhà", [1, 2])


@pytest.mark.parametrize(
    ("text", "line", "place", "expected"),
    [
        ("name: {vi: Nhà}\nsizes:\n  - 1\n  - big\n", 4, "sizes.1", "integer"),
        ("name: {vi: Nhà}\nsizes: []\ncolour: red\n", 3, "colour", "not permitted"),
        ("name: {vi: Nhà}\n", 1, "sizes", "required"),
        ("name: {vi: ''}\nsizes: []\n", 1, "name.vi", "at least 1 character"),
        ("name: {vi: A}\nname: {vi: B}\nsizes: []\n", 2, "name", "twice"),
        ("name: &n {vi: A}\nother: *n\nsizes: []\n", 1, "other", "aliases are not allowed"),
        ("name: {vi: A\nsizes: []\n", 2, "", "not readable as YAML"),
        ("", 1, "", "empty"),
        ("name: {vi: A}\n<<: {sizes: []}\n", 2, "", "expected a plain word or number as key"),
        ("name: {vi: A}\n? [a, b]\n: c\n", 2, "", "expected a plain word or number as key"),
        ("!secret name: {vi: A}\n", 1, "", "expected a plain word or number as key"),
        ("name: {vi: A}\nsizes: [2026-13-45]\n", 2, "sizes.0", "a value that can't be read"),
        ("sizes: " + "[" * 200_000, 1, "", "nested more than 50 deep"),
        ("name: !!python/object:os.system {}\nsizes: []\n", 1, "name", "tags are not allowed"),
        ("name: {vi: A}\nsizes: [!!int '']\n", 2, "sizes.0", "'' is no int"),
        ("name: {vi: A}\nsizes: [!!float '']\n", 2, "sizes.0", "'' is no float"),
        ("name: {vi: A}\nsizes: [!!bool si]\n", 2, "sizes.0", "'si' is no bool"),
        ("name: {vi: A}\nsizes: [!!timestamp si]\n", 2, "sizes.0", "'si' is no timestamp"),
        ("name: {vi: A}\nsizes: [0x" + "f" * 20_000 + "]\n", 2, "sizes.0", "longer than 100"),
        ("name: {vi: A}\nsizes: [1" + ":1" * 300_000 + "]\n", 2, "sizes.0", "longer than 100"),
        ("name: {vi: A}\n!!bool si: 1\n", 2, "", "'si' is no bool"),
        ("name: {vi: !secret x}\nsizes: []\n", 1, "name.vi", "tags are not allowed"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(written, text: str, line: int, place: str, expected: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        read_form(written(text), Thing)
    told = [p for p in refused.value.problems if p.place == place and expected in p.expected]
    assert told, refused.value.problems
    assert told[0].line == line


def test_missing_unreadable_and_huge_files_are_refused(written, tmp_path: Path) -> None:
    bad = [
        tmp_path / "absent.yaml",
        written(b"\xff\xfe", "binary.yaml"),
        written("a" * (FILE_SIZE_LIMIT + 1), "huge.yaml"),
    ]
    for path in bad:
        with pytest.raises(DefinitionError, match=path.name):
            read_yaml(path)


def test_too_many_parts_are_refused_where_they_begin(written, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PART_LIMIT", 100)
    with pytest.raises(DefinitionError, match=r"thing\.yaml:9[0-9]: more than 100 keys and values: divide the file"):
        read_yaml(written("sizes:\n" + "- 1\n" * 200))


def test_many_files_are_refused_with_all_their_problems(written) -> None:
    good, first, second = written(GOOD, "a.yaml"), written("sizes: []\n", "b.yaml"), written("name: 3\n", "c.yaml")
    with pytest.raises(DefinitionError) as refused:
        read_all([good, first, second], Thing)
    assert {problem.file.name for problem in refused.value.problems} == {"b.yaml", "c.yaml"}
    assert list(read_all([good], Thing)) == [good]


def test_a_problem_found_later_gets_the_line_of_the_nearest_part(written) -> None:
    document = Document(written(GOOD))
    assert document.problem(("sizes", 1), "x").line == 4
    assert document.problem(("sizes", 7, "deep"), "x").line == 2
    assert document.problem(("nothing",), "x").line == 1


def test_the_hash_does_not_depend_on_the_order_of_keys() -> None:
    assert content_hash({"b": 1, "a": "Đ"}) == content_hash({"a": "Đ", "b": 1})
    assert canonical_json({"b": 1, "a": "Đ"}) == '{"a":"Đ","b":1}'.encode()
    assert content_hash({"a": 1}) != content_hash({"a": 2})


def test_a_float_has_no_canonical_form() -> None:
    with pytest.raises(ValueError, match="float"):
        canonical_json({"rate": [1, {"of": 0.5}]})


def test_an_unknown_province_is_refused_with_those_that_exist() -> None:
    with pytest.raises(FileNotFoundError, match="lao-cai"):
        province_root("atlantis")
    assert (definitions_root() / "national").is_dir()
