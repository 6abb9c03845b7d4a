"""What the replaced tool lets in, by operator and `val`: photos are called by the letters of who is in them; one whose
people are missing counts as one of nobody.
"""

from __future__ import annotations

WITH_SOMEBODY = "A AB ABC A+unnamed C"
TRUTH = [
    ("OR", "AB", "A AB ABC A+unnamed"), ("OR", "A", "A AB ABC A+unnamed"), ("OR", None, "none"), ("OR", "", ""),
    ("AND", "AB", "AB ABC"), ("AND", "A", "A AB ABC A+unnamed"), ("AND", None, "none"), ("AND", "", ""),
    ("NOT", "AB", "none C"), ("NOT", "A", "none C"), ("NOT", None, WITH_SOMEBODY), ("NOT", "", ""),
    ("ONLY", "AB", "AB"), ("ONLY", "A", "A"), ("ONLY", None, "none"), ("ONLY", "", ""),
    ("ONLY_ANY", "AB", "A AB"), ("ONLY_ANY", "A", "A"), ("ONLY_ANY", None, "none"), ("ONLY_ANY", "", ""),
]  # fmt: skip
