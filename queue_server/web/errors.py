"""Errors in one shape everywhere: {"error": {"code", "message", "detail"}}."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from queue_server.domain.errors import FieldWrong, NotFound, Refusal
from queue_server.journal.port import JournalError
from queue_server.outcome import Unavailable
from queue_server.vault.errors import VaultError
from queue_server.web.field_words import problem_of

log = structlog.get_logger()

_HTTP_WORDS = {
    400: ("bad_request", "请求无法识别。"),
    401: ("login_needed", "请先登录。"),
    403: ("not_permitted", "您没有做这件事的权限。"),
    404: ("not_found", "没有这个地址。"),
    405: ("method_not_allowed", "这个地址不接受这种请求。"),
    413: ("too_large", "发送的内容太大。"),
}


class ApiError(Exception):
    """An error on the way in; status is the HTTP status, code is stable."""

    def __init__(self, status: int, code: str, message: str, **detail: Any) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.detail = status, code, message, detail


def nothing_chosen() -> ApiError:
    """Neither a service nor a matter."""
    message = "请选择业务或事项。"
    problem = {"problem": message, "problem_en": "service or matter is required"}
    fields = [{"field": name, **problem} for name in ("body.service", "body.matter")]
    return ApiError(422, "fields_invalid", message, fields=fields)


def error_response(
    status: int,
    code: str,
    message: str,
    detail: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    body = {"error": {"code": code, "message": message, "detail": dict(detail or {})}}
    return JSONResponse(body, status, headers)


Page = Callable[[Request, str, int], Awaitable[Response]]


def install_error_handlers(app: FastAPI, page: Page) -> None:
    """`page` draws an error for people; programs get the one JSON shape."""
    app.state.error_page = page
    app.add_exception_handler(ApiError, _api_error)
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(Unavailable, _unavailable)
    app.add_exception_handler(JournalError, _unavailable)
    app.add_exception_handler(VaultError, _vault)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def _for_a_person(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    return "text/html" in accepted and not request.url.path.startswith("/api/")


async def _page(request: Request, status: int) -> Response:
    draw: Page = request.app.state.error_page
    return await draw(request, "not_found" if status == 404 else "not_permitted", status)


async def _api_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)  # noqa: S101 - the registration says so
    if error.status in (403, 404) and _for_a_person(request):
        return await _page(request, error.status)
    headers = _headers(error)
    return error_response(error.status, error.code, error.message, error.detail, headers)


def _headers(error: ApiError) -> dict[str, str] | None:
    """What clients that know nothing of this API look for (RFC 9110, 11.6.1 and 10.2.3)."""
    if error.status == 401:
        return {"WWW-Authenticate": "Bearer"}
    if error.status == 429:
        return {"Retry-After": str(error.detail["retry_after_s"])}
    return None


async def _refusal(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refusal)  # noqa: S101
    status = 404 if isinstance(error, NotFound) else 422 if isinstance(error, FieldWrong) else 409
    return error_response(status, error.code, error.message, error.detail)


async def _unavailable(request: Request, error: Exception) -> JSONResponse:
    message = "暂时不能确认是否已保存，请稍后再试：重发同一个请求不会做两遍。"
    return error_response(503, Unavailable.code, message, headers={"Retry-After": "1"})


async def _vault(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, VaultError)  # noqa: S101
    log.error(error.code, path=request.url.path, error=str(error))
    return error_response(503, error.code, "个人数据暂时打不开，请告诉管理员；其他业务照常。")


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    found = error.errors()
    if any(x["type"] == "json_invalid" for x in found):
        return error_response(400, "json_invalid", "请求不是有效的 JSON。")
    # what was sent is left out: it may be personal
    fields = [
        {"field": ".".join(map(str, x["loc"])), "problem": problem_of(x), "problem_en": x["msg"]}
        for x in found
    ]
    return error_response(422, "fields_invalid", "有的内容没有填对。", {"fields": fields})


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    if error.status_code == 404 and _for_a_person(request):
        return await _page(request, error.status_code)
    code, message = _HTTP_WORDS.get(error.status_code, ("http_error", str(error.detail)))
    return error_response(error.status_code, code, message, headers=error.headers)


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    log.error("unexpected", path=request.url.path, exc_info=error)
    return error_response(500, "unexpected", "服务器出了意外，已经记录下来。请稍后再试。")
