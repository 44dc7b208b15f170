"""What the vault took for an enrolment or an import is given back when the register refused it, and
never when nobody knows what became of it."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from queue_server.domain.errors import WrongState
from queue_server.outcome import Unavailable
from queue_server.pensions.enrolling import enrol
from queue_server.pensions.importing import RegisterImport
from queue_server.pensions.people import Face
from tests.support.pensions import number

FACE = (Face("m", [[0.1]], {}), b"photo")
REGISTER = f"身份证号,姓名,行政区划,到期日\n{number(1)},样例·甲,一村,2027-01-31\n".encode()
REFUSED = WrongState("consent_needed", "x")


class Vault:
    """What a test wants to know of it: who and what is in it."""

    def __init__(self):
        self.faces, self.known = {"old"}, set()

    async def keep_face(self, person, reference, face, photo):
        self.faces.add(reference)

    async def delete_faces(self, person, *, but=None, only=None):
        self.faces = {f for f in self.faces if f == but or only not in (None, f)}

    async def keep_identities(self, people):
        self.known |= {person for person, _, _ in people}

    async def take_back(self, persons):
        self.known -= set(persons)


class Access:
    async def person_refs(self, numbers):
        return {n: f"p-{n[-4:]}" for n in numbers}


@pytest.mark.parametrize(
    ("outcome", "refers", "left"),
    [
        (None, True, {"new"}),
        (REFUSED, False, {"old"}),
        (REFUSED, True, {"old", "new"}),  # the first try had got through
        (Unavailable("disk full"), False, {"old", "new"}),
        (asyncio.CancelledError(), False, {"old", "new"}),
    ],
)
def test_an_enrolment_deletes_nothing_that_the_register_may_refer_to(outcome, refers, left):
    vault = Vault()

    async def refer():
        if outcome is not None:
            raise outcome
        return "done"

    async def looked():
        return refers

    async def run():
        try:
            return await enrol(vault, "p", "new", FACE, refer, looked)
        except (WrongState, Unavailable, asyncio.CancelledError) as error:
            return error

    assert asyncio.run(run()) in ("done", outcome)
    assert vault.faces == left


@pytest.mark.parametrize(
    ("outcome", "kept"), [(REFUSED, False), (Unavailable("gone"), True), (None, True)]
)
def test_an_import_gives_back_only_what_was_refused(outcome, kept):
    vault = Vault()

    class Done:
        body = '{"imported":{"new":1}}'

    class Register:
        async def execute(self, command):
            if outcome is not None:
                raise outcome
            return Done()

        async def unknown(self, persons):
            return list(persons)

    work = RegisterImport(Access(), vault, Register())
    run = work.run(REGISTER, date(2026, 11, 22), dry_run=False, skip_bad=False)
    if outcome is None:
        assert asyncio.run(run)["imported"] == {"new": 1}
    else:
        with pytest.raises(type(outcome)):
            asyncio.run(run)
    assert bool(vault.known) == kept
