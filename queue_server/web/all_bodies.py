"""Every body that a request may carry, for the description of the API."""

from __future__ import annotations

from pydantic import BaseModel

from queue_server.web.api.find import FindIn, FindVisitsIn
from queue_server.web.api.help import HelpIn
from queue_server.web.api.messages import MESSAGE_BODIES
from queue_server.web.api.pairings import PAIRING_BODIES
from queue_server.web.api.receipts import RECEIPT_BODIES
from queue_server.web.schemas.acceptances import ACCEPTANCE_BODIES
from queue_server.web.schemas.administration import ADMINISTRATION_BODIES
from queue_server.web.schemas.appointments import APPOINTMENT_BODIES
from queue_server.web.schemas.commands import BODIES
from queue_server.web.schemas.content import CONTENT_BODIES
from queue_server.web.schemas.pensions import PENSION_BODIES
from queue_server.web.schemas.reviews import REVIEW_BODIES
from queue_server.web.schemas.staff import STAFF_BODIES
from queue_server.web.schemas.waits import WAIT_BODIES

ALL_BODIES: tuple[type[BaseModel], ...] = (
    *BODIES,
    *APPOINTMENT_BODIES,
    *CONTENT_BODIES,
    *STAFF_BODIES,
    *ACCEPTANCE_BODIES,
    *ADMINISTRATION_BODIES,
    *REVIEW_BODIES,
    *PENSION_BODIES,
    *RECEIPT_BODIES,
    *MESSAGE_BODIES,
    *PAIRING_BODIES,
    *WAIT_BODIES,
    FindIn,
    FindVisitsIn,
    HelpIn,
)
