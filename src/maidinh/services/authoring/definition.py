"""Drafts of procedure versions: their states, and which files a draft is made of. Pure.

Layer 4. The files are those of `definitions/provinces/<province>/procedures/<code>/<version>/`, so that what is written
in the browser can be kept beside what is written by hand. Legal ground: Decree 63/2010/NĐ-CP article 8 (the parts of a
procedure); the internal process is approved by a decision, and who wrote it does not approve it.
"""

from __future__ import annotations

import re

EDITING, SUBMITTED, PUBLISHED, ABANDONED = "editing", "submitted", "published", "abandoned"
STATES = (EDITING, SUBMITTED, PUBLISHED, ABANDONED)
LIVING = (EDITING, SUBMITTED)

MAIN = "procedure.yaml"
SCENARIOS = "scenarios"
FILE_NAME = re.compile(r"procedure\.yaml|scenarios/[a-z0-9][a-z0-9-]{0,60}\.yaml")
VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,39}")
CODE = re.compile(r"\d\.\d{6}")
FILE_LIMIT = 400_000  # characters of one file; the largest honest one has a twentieth of it
FILES_LIMIT = 60

DRAFTING, APPROVING, READING = "procedure.draft", "procedure.approve", "procedure.read-drafts"

Files = dict[str, str]
