"""Days in queries: of years that a hall can know, so that counting from one never leaves the
calendar."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Query

EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)
Day = Annotated[date | None, Query(ge=EARLIEST, le=LATEST)]
First = Annotated[date | None, Query(alias="from", ge=EARLIEST, le=LATEST)]
Last = Annotated[date | None, Query(alias="to", ge=EARLIEST, le=LATEST)]
