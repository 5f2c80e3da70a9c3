"""A newer version is taken into a draft on a page: what both changed is shown with both values and decided."""

from __future__ import annotations

from typing import Any

import pytest

from .test_procedure_drafts import CODE, Editor

pytestmark = pytest.mark.slow
DECISION = {"act": "approve", "decision": "12/QĐ-UBND", "decided_on-day": "18", "decided_on-month": "11",
            "decided_on-year": "2026"}  # fmt: skip


@pytest.fixture
def editor(db: None, sign_in_as: Any, official: Any) -> Editor:
    return Editor(sign_in_as, official)


def overtaken(editor: Editor, **change: str) -> None:
    """Another draft of the procedure is approved meanwhile."""
    mine = editor.address
    editor.address = editor.client.post("/desk/procedures/new", {"base": CODE})["Location"].partition("?")[0]
    editor.post("/parts/identity", editor.form("/parts/identity") | change)
    editor.post("/act", {"act": "submit"})
    editor.post("/act", DECISION, client=editor.approving)
    editor.address = mine


def test_both_values_are_shown_and_decided_and_nothing_chosen_is_lost(editor: Editor) -> None:
    form = editor.form("/parts/identity")
    editor.post("/parts/identity", form | {"name_en": "My permit", "published_by": "7/QĐ-UBND"})
    overtaken(editor, name_en="Their permit", field_en="Their field", published_by="8/QĐ-UBND")
    assert "Take it into the draft" in editor.page()
    assert "Take it into the draft first" in editor.post("/act", {"act": "submit"}, status=422)
    html = editor.page("/merge")
    assert "My permit" in html and "Their permit" in html and "Name of the procedure › in English" in html
    assert "<strong>Field › in English</strong>" in html and "Their field" in html and "decide (2)" in html
    form = {name: value for name, value in editor.form("/merge").items() if not name.startswith("choice-")}
    form["why"] = "Theo QĐ mới"
    chosen = {name.replace("key-", "choice-"): "theirs" for name, key in form.items() if "name/en" in key}
    html = editor.post("/merge", form | chosen, status=422)
    assert "Published by: Choose what is to stand here." in html and 'value="Theo QĐ mới"' in html
    assert html.count(" checked") == 1 and editor.row().revision == 1
    rest = {name.replace("key-", "choice-"): "mine" for name, key in form.items() if "published_by" in key}
    assert "done=merge" in editor.post("/merge", form | chosen | rest)
    content, row = editor.content(), editor.row()
    assert content["name"]["en"] == "Their permit" and content["published_by"] == "7/QĐ-UBND"
    assert content["field"]["en"] == "Their field" and (row.revision, row.base.version) == (2, "3.0")
    assert "There is no newer version to take in." in editor.page("/merge")
    assert "Theo QĐ mới" in editor.page()
    editor.post("/act", {"act": "submit"})


def test_without_questions_it_is_taken_in_at_once_by_who_writes(editor: Editor) -> None:
    overtaken(editor, name_en="Their permit")
    assert "there is nothing to decide" in editor.page("/merge")
    editor.page("/merge", status=403, client=editor.approving)
    editor.post("/merge", {})
    assert editor.content()["name"]["en"] == "Their permit"
    assert "somebody did so already" in editor.post("/merge", {}, status=422)


def test_a_handed_in_draft_is_sent_back_first(editor: Editor) -> None:
    editor.post("/parts/identity", editor.form("/parts/identity") | {"name_en": "My permit"})
    editor.post("/act", {"act": "submit"})
    overtaken(editor, name_en="Their permit")
    assert "its writers take the newer version in" in editor.page(client=editor.approving)
    assert "Take it into the draft first" in editor.post("/act", DECISION, status=422, client=editor.approving)
    assert "is not edited" in editor.post("/merge", {}, status=422)


def test_a_text_that_is_no_yaml_is_mended_first(editor: Editor) -> None:
    editor.post("/file", {"name": "procedure.yaml", "text": "a: [", "revision": "0"})
    overtaken(editor, name_en="Their permit")
    assert "can't be read" in editor.page("/merge")
    assert "Mend it as text" in editor.post("/merge", {}, status=422)
