"""How a person's name is shown where others may look: one way on screens, paper and lists."""

from __future__ import annotations

SAMPLE = "样例·"  # what stands before an invented person's name, and is none


def masked_name(name: str) -> str:
    """`王芳` → `王*`, `王小芳` → `王*芳`, `样例·欧阳小芳` → `样例·欧**芳`; a single sign stays."""
    mark = SAMPLE if name.startswith(SAMPLE) else ""
    own = name.removeprefix(mark)
    if len(own) <= 2:
        return mark + own[:1] + "*" * (len(own) - 1)
    return mark + own[0] + "*" * (len(own) - 2) + own[-1]
