"""A photo becomes somebody's reference: into the vault first, then the register refers to it.

Where it is not known what became of it (the store broke off, the caller went away), nothing is
deleted: the register may refer to it. What is then left over goes with the next enrolment or with a
withdrawal.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from queue_server.domain.errors import Refusal
from queue_server.pensions.people import Face, People

T = TypeVar("T")


async def enrol(
    people: People,
    person: str,
    reference: str,
    measured: tuple[Face, bytes],
    refer: Callable[[], Awaitable[T]],
    refers: Callable[[], Awaitable[bool]],
) -> T:
    """measured: the face and the photo it came from. refer: has the register refer to it; refers:
    whether it does. Raises what `refer` raises."""
    await people.keep_face(person, reference, *measured)
    try:
        answer = await refer()
    except Refusal:
        if not await refers():
            await people.delete_faces(person, only=reference)
        raise
    await people.delete_faces(person, but=reference)
    return answer
