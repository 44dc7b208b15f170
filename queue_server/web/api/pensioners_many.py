"""Many pensioners at once, for managers: a register is imported, or looked at first."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from queue_server.access.roles import Act
from queue_server.pension_register import HallRegister
from queue_server.pensions.importing import RegisterImport
from queue_server.pensions.reading import RegisterUnreadable
from queue_server.views.pensions import today_of
from queue_server.web.answers import ERRORS, as_json
from queue_server.web.context import permitted
from queue_server.web.errors import ApiError

router = APIRouter(prefix="/api/v1/halls/{hall}/pension", tags=["pension"], responses=ERRORS)


@router.post("/import")
async def import_register(
    hall: str, request: Request, dry_run: bool = True, skip_bad: bool = False
) -> Response:
    """The body is the file, CSV or XLSX. With bad rows nothing is imported unless skip_bad; a dry
    run imports nothing and tells the same."""
    ctx, actor, here = await permitted(request, Act.MANAGE_PENSIONERS, hall)
    content = await request.body()
    today = await here.ask(today_of)

    importing = ctx.pensions.importing

    def told(stage: str, rows: int) -> None:
        importing[hall] = stage, rows

    register = HallRegister(here, actor.label)
    work = RegisterImport(ctx.access, ctx.pensions.people(hall), register)
    try:
        told("received", 0)
        report = await work.run(content, today, dry_run=dry_run, skip_bad=skip_bad, told=told)
    except RegisterUnreadable as error:
        raise ApiError(422, error.code, "这个文件读不懂。", **error.detail) from error
    finally:
        importing.pop(hall, None)
    if report["imported"] is not None:
        detail = {"rows": report["good"], **report["imported"]}
        await ctx.pensions.audit.note(
            hall, actor.label, "pensioners_imported", why="import", detail=detail
        )
    return as_json(report)


@router.get("/import")
async def import_progress(hall: str, request: Request) -> Response:
    """How far an import or its dry run is: the stage that is done (received, read, people,
    register) and its rows; null when none runs here."""
    ctx, _, _ = await permitted(request, Act.MANAGE_PENSIONERS, hall)
    stage, rows = ctx.pensions.importing.get(hall, (None, 0))
    return as_json({"stage": stage, "rows": rows})
