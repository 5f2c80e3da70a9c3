"""What a verdict may say, in which states an appraisal is, and who may not appraise or approve.

Layer 4, governance. Pure. The database holds the same (see the migrations).
"""

from __future__ import annotations

OPEN = "open"  # on its clock
WAITING = "waiting"  # a supplement is awaited, the clock stands
CONCLUDED = "concluded"  # a verdict is given
STOPPED = "stopped"  # the project was withdrawn
STATES = (OPEN, WAITING, CONCLUDED, STOPPED)

PASS = "pass"  # noqa: S105 - đạt
PASS_WITH_CONDITIONS = "pass-with-conditions"  # noqa: S105 - đạt có điều kiện
FAIL = "fail"  # không đạt
RESULTS = (PASS, PASS_WITH_CONDITIONS, FAIL)
PASSING = (PASS, PASS_WITH_CONDITIONS)

AGREE, AGREE_WITH_CHANGES, DISAGREE = STANCES = ("agree", "agree-with-changes", "disagree")
ASKED, GRANTED, NOT_GRANTED, ENDED = EXCEPTION_STATES = ("asked", "granted", "refused", "ended")
