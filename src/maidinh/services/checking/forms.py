"""Whether form, schema and the text of the result name the same things.

Layer 4. Pure. Legal ground: Decree 63/2010 article 8 (forms and results are parts of a procedure).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from maidinh.services.checking.catalogue import found
from maidinh.services.checking.findings import Finding
from maidinh.services.checking.values import properties_of, required_of
from maidinh.services.procedures.definition import Procedure

RESULT_CODE = re.compile(r"^KQ\.([A-Z]\d{2})\.\d{6}$")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
BOUNDS = ("maxLength", "pattern", "enum", "format", "const")


def form_findings(procedure: Procedure) -> Iterator[Finding]:
    """What is wrong with the schema of the answers and with how pages show it."""
    schema = procedure.answers
    properties = properties_of(procedure)
    if schema.get("type") != "object" or schema.get("additionalProperties") is not False:
        yield found("answers.open", ("answers",))
    for n, name in enumerate(required_of(procedure)):
        if name not in properties:
            yield found("answers.required-unknown", ("answers", "required", n), field=name)
    for name, form in properties.items():
        if form.get("type") == "string" and not any(bound in form for bound in BOUNDS):
            yield found("answers.unbounded", ("answers", "properties", name), bounds=", ".join(BOUNDS))
    for p, page in enumerate(procedure.pages):
        for f, field in enumerate(page.fields):
            offered = properties.get(field.id, {}).get("enum")
            values = {str(value) for value in offered} if isinstance(offered, list) else set()
            if (field.options or offered is not None) and set(field.options) != values:
                yield found("options.differ", ("pages", p, "fields", f, "options"), field=field.id)


def result_findings(procedure: Procedure, ministries: frozenset[str] | None) -> Iterator[Finding]:
    """What is wrong with the result's code and the places in its text."""
    code = RESULT_CODE.match(procedure.result.code)
    if code is None or (ministries is not None and code[1] not in ministries):
        yield found("result.code", ("result", "code"), code=procedure.result.code)
    known = {*properties_of(procedure), *(fact.id for step in procedure.steps for fact in step.facts)}
    for part in ("title", "body"):
        text = getattr(procedure.result, part)
        for language, content in (("vi", text.vi), ("en", text.en or "")):
            for name in dict.fromkeys(PLACEHOLDER.findall(content)):
                if name not in known:
                    yield found("template.unknown-place", ("result", part, language), name=name)
