"""XML made to hurt whoever reads it."""

from __future__ import annotations

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DEEP = "<a>" * 200_000 + "</a>" * 200_000
HOSTILE: dict[str, bytes] = {
    "a billion laughs": f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]><a>&l9;</a>'.encode(),
    "laughs in an attribute": f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]><a b="&l9;"/>'.encode(),
    "one long entity many times": f'<!DOCTYPE a [<!ENTITY l "{"x" * 100_000}">]><a>{"&l;" * 10_000}</a>'.encode(),
    "a file": b'<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]><a>&f;</a>',
    "a parameter entity": b'<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]><a/>',
    "a DTD elsewhere": b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/evil.dtd"><a/>',
    "an empty document type": b"<!DOCTYPE a><a/>",
    "a document type after a comment": b"<!-- c --><!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
    "a document type in UTF-16": '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode("utf-16"),
    "a document type in UTF-7": b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4-<a/>',
    "another encoding": '<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>'.encode("latin-1"),
    "another encoding that UTF-8 hides": b'<?xml version="1.0" encoding="ISO-8859-1"?><a/>',
    "an undeclared entity": b"<a>&unknown;</a>",
    "deep": DEEP.encode(),
    "many attributes": ("<a " + " ".join(f"b{n}='1'" for n in range(5_000)) + "/>").encode(),
    "many elements": b"<a>" + b"<b/>" * 150_000 + b"</a>",
    "many comments": b"<a>" + b"<!---->" * 150_000 + b"</a>",
    "many namespaces": ("<a " + " ".join(f"xmlns:n{n}='urn:{n}'" for n in range(5_000)) + "/>").encode(),
    "an instruction": b'<?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?><a/>',
    "an instruction within": b"<a><?php system('x') ?></a>",
    "a NUL": b"<a>\x00</a>",
    "no end": b"<a><b></a>",
    "two roots": b"<a/><b/>",
    "nothing": b"",
    "a prefix of nothing": b"<x:a/>",
    "an attribute twice": b'<a b="1" b="2"/>',
}
