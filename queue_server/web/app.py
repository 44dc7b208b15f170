"""Puts the routes together; adds what every answer carries."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import structlog
from fastapi import FastAPI
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from queue_server.journal.port import JournalError
from queue_server.web import probes
from queue_server.web.all_bodies import ALL_BODIES
from queue_server.web.api.routers import ROUTERS as API
from queue_server.web.context import Context
from queue_server.web.description.document import describe
from queue_server.web.errors import error_response, install_error_handlers
from queue_server.web.noting import note_refusal, was_noted
from queue_server.web.pages.rendering import STATIC, failing_page
from queue_server.web.pages.routers import ROUTERS as PAGES

log = structlog.get_logger()

BODY_AT_MOST = 64 * 1024
# Pictures, and registers that an office hands over.
LARGE_BODY_AT_MOST = 12 * 1024 * 1024
_LARGE = re.compile(r"/api/v1/halls/[^/]+/pension/")
_HEADERS = {
    # only pages of this machine may frame ours: a demonstration's start page does
    "Content-Security-Policy": "default-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'self' http://localhost:* http://127.0.0.1:*",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
_RAW_HEADERS = [(k.lower().encode(), v.encode()) for k, v in _HEADERS.items()]

OpenContext = Callable[[], AbstractAsyncContextManager[Context]]


def create_app(open_context: OpenContext) -> FastAPI:
    """The application; `open_context` opens the store when it starts and closes it at the end."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_context() as ctx:
            app.state.context = ctx
            yield

    app = FastAPI(
        title="Hall queue server",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        # a hall tells nobody; asking the environment about it with each request takes its time
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    for router in (*API, probes.router, *PAGES):
        # flat, so that a request is matched once; an included router would match it twice
        app.router.routes.extend(router.routes)
    app.mount("/static", STATIC, name="static")
    install_error_handlers(app, failing_page)
    describe(app, ALL_BODIES)
    app.add_middleware(Envelope)
    return app


class Envelope:
    """Refuses bodies that are too large and adds the security headers to each answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                await _note(scope, message["status"])
                own = {name for name, _ in message["headers"]}
                added = (pair for pair in _RAW_HEADERS if pair[0] not in own)
                message["headers"] = [*message["headers"], *added]
            await send(message)

        if refused := _refused_body(scope):
            await refused(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)


async def _note(scope: Scope, status: int) -> None:
    """A refusal that cannot be noted is a refusal all the same."""
    if not was_noted(scope):
        return
    try:
        await note_refusal(scope, scope["app"].state.context.audit, status)
    except JournalError as error:
        log.error("refusal_not_noted", error=str(error))


def _refused_body(scope: Scope) -> Response | None:
    """A body must tell its length, and be short: how short depends on what it is for."""
    at_most = LARGE_BODY_AT_MOST if _LARGE.match(scope["path"]) else BODY_AT_MOST
    for name, value in scope["headers"]:
        if name == b"content-length" and (not value.isdigit() or int(value) > at_most):
            return error_response(413, "too_large", "发送的内容太大。")
        if name == b"transfer-encoding":
            return error_response(411, "length_needed", "请求须写明内容长度。")
    return None
