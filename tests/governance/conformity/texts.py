"""Examples of a rule as a person types them into the form."""

from __future__ import annotations

EXAMPLES_YAML = """
- title: {vi: Có cơ quan}
  passes: true
  model:
    elements:
      - {id: a, kind: information-system, layer: 3, name: {vi: Hệ thống A}, owner: so-tttt}
- title: {vi: Thiếu cơ quan}
  fails: [a]
  model:
    elements:
      - {id: a, kind: information-system, layer: 3, name: {vi: Hệ thống A}}
"""
