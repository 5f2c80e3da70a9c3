"""In which states a project is, and which step leads from one to another.

Layer 4, governance. Pure. The database holds the same steps (see the migration).
"""

from __future__ import annotations

PREPARING = "preparing"  # đang lập: its owner writes it
APPRAISING = "appraising"  # đang thẩm định: handed in, on its clock
RETURNED = "returned"  # yêu cầu bổ sung: a supplement is awaited, the clock stands
APPRAISED = "appraised"  # đã thẩm định: a verdict is given, the decision is awaited
APPROVED = "approved"  # đã phê duyệt: by a passing verdict or an exception
REFUSED = "refused"  # không phê duyệt
BUILDING = "building"  # đang triển khai
COMPLETED = "completed"  # đã báo cáo hoàn thành
ACCEPTED = "accepted"  # đã nghiệm thu
MERGED = "merged"  # đã đưa vào dự thảo phiên bản kiến trúc
IN_FORCE = "in-force"  # a published version carries it
WITHDRAWN = "withdrawn"  # đã rút

STEPS: dict[str, tuple[str, ...]] = {
    PREPARING: (APPRAISING, WITHDRAWN),
    APPRAISING: (RETURNED, APPRAISED, WITHDRAWN),
    RETURNED: (APPRAISING, WITHDRAWN),
    # Back to preparing: the verdict did not pass. Back to appraising: the architecture moved on, or its appraiser looks
    # at it again.
    APPRAISED: (APPROVED, REFUSED, PREPARING, APPRAISING, WITHDRAWN),
    APPROVED: (BUILDING, WITHDRAWN),
    BUILDING: (COMPLETED, WITHDRAWN),
    COMPLETED: (ACCEPTED, BUILDING),
    ACCEPTED: (MERGED,),
    MERGED: (IN_FORCE, ACCEPTED),  # back where its draft was given up
    IN_FORCE: (),
    REFUSED: (),
    WITHDRAWN: (),
}
STATES = tuple(STEPS)
EDITABLE = (PREPARING, RETURNED)
DECIDED = (APPROVED, BUILDING, COMPLETED, ACCEPTED, MERGED, IN_FORCE)  # what needs a verdict or an exception
PUBLIC = (APPRAISING, RETURNED, APPRAISED, REFUSED, *DECIDED)  # from when on everyone may know of it
WAYS = ("form", "yaml", "xlsx", "rebase")
COMPONENT_STATES = ("not-started", "building", "trial", "running", "stopped")
