"""The record's bytes are put together once: what is signed and committed to is what whoever checks it writes anew."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from maidinh.exchange import jws
from maidinh.exchange.evidence import rules
from maidinh.infrastructure.translog.rules import SALT_BYTES, canonical, commitment_of

names = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=8)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.none() | st.integers(-(2**53) + 1, 2**53 - 1) | texts
records = st.dictionaries(names, values | st.dictionaries(names, values) | st.lists(texts, max_size=3), max_size=6)
signatures = st.lists(st.fixed_dictionaries({"protected": texts, "signature": texts}), max_size=3)


@given(records, signatures)
def test_the_logs_content_is_canonical_without_writing_it_again(record: dict, signed: list) -> None:  # type: ignore[type-arg]
    text = rules.log_text(jws.canonical_json(record), signed)
    content = rules.log_content(record, signed)
    assert text == canonical(content)
    assert commitment_of(text, b"s" * SALT_BYTES) == commitment_of(content, b"s" * SALT_BYTES)


@given(records, st.lists(st.sampled_from(["member:AG1", "member:AG2", "member:Đ"]), unique=True))
def test_each_member_signs_the_same_record_under_its_own_name(record: dict, kids: list[str]) -> None:  # type: ignore[type-arg]
    text = jws.canonical_json(record)
    assert rules.to_sign_each(text, kids) == [jws.signing_input(jws.header(kid, rules.KIND), text) for kid in kids]
