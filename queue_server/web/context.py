"""What the routes work with, injected once by bootstrap, and how a request is given its actor."""

from __future__ import annotations

import asyncio
import hmac
import time
from dataclasses import dataclass, field

from fastapi import Request

from queue_server.access.paired_screens import PairedScreen
from queue_server.access.roles import ANYBODY, Act, Actor, Role, may
from queue_server.access.store import AccessStore
from queue_server.audit import AuditLog
from queue_server.estimates.live import Estimates
from queue_server.halls import Halls
from queue_server.journal.port import NotStored
from queue_server.pensions.desk import PensionDesk
from queue_server.plan import Plan
from queue_server.receipts import Receipts
from queue_server.service import HallService
from queue_server.speech import Speech
from queue_server.statistics.reader import DayReader
from queue_server.vault.store import Vault
from queue_server.web.errors import ApiError
from queue_server.web.limits import AttemptLimit, LoginLimit, ReviewGuesses
from queue_server.web.metrics import Metrics
from queue_server.web.noting import note
from queue_server.web.public_limit import PHONE_PER_S, PHONE_RUSH_S, RateLimit
from queue_server.web.texts import Texts

SESSION_COOKIE = "hall_session"
TABLET_COOKIE = "hall_tablet"  # the same for the tablet at a window
DEVICE_COOKIE = "hall_device"  # the token of a paired screen, in its own browser
CSRF_HEADER = "x-csrf-token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
TOKEN_TRUSTED_S = 5.0
# While the database is out of reach; another server may reach it, and revoke.
AWAY_TRUSTED_S = 300.0
HASHING_AT_ONCE = 2


@dataclass
class Context:
    """token_cache: bearer token → actor and when it was looked up; a revoked token lives on for
    TOKEN_TRUSTED_S at the most, or AWAY_TRUSTED_S while nobody can be looked up."""

    plan: Plan
    halls: Halls
    access: AccessStore
    speech: Speech
    texts: Texts
    metrics: Metrics
    vault: Vault
    audit: AuditLog
    pensions: PensionDesk
    estimates: Estimates
    days: DayReader = field(default_factory=DayReader)
    started_at: float = field(default_factory=time.monotonic)
    logins: LoginLimit = field(default_factory=LoginLimit)
    hashing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(HASHING_AT_ONCE))
    phones: RateLimit = field(default_factory=lambda: RateLimit(PHONE_PER_S, PHONE_RUSH_S))
    public: RateLimit = field(init=False)
    followers: AttemptLimit = field(default_factory=lambda: AttemptLimit(60, 60.0))
    review_guesses: ReviewGuesses = field(default_factory=ReviewGuesses)
    pairings: AttemptLimit = field(default_factory=lambda: AttemptLimit(30, 600.0))
    token_cache: dict[str, tuple[Actor, float]] = field(default_factory=dict)
    receipts: dict[str, Receipts] = field(default_factory=dict)
    # hall → when they were looked up, and its paired screens
    paired_screens: dict[str, tuple[float, tuple[PairedScreen, ...]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.public = RateLimit(self.plan.server.public_requests_per_s)

    def receipts_of(self, hall: str) -> Receipts:
        """Of a hall that there is."""
        return self.receipts.setdefault(hall, Receipts())


def context(request: Request) -> Context:
    found: Context = request.app.state.context
    return found


async def hall_of(ctx: Context, hall: str) -> HallService:
    found = await ctx.halls.get(hall)
    if found is None:
        raise ApiError(404, "hall_not_found", "没有这个大厅。", hall=hall)
    return found


async def actor_of(request: Request, ctx: Context) -> Actor:
    """Who asks: a bearer token, else a session cookie, else nobody in particular.

    Raises ApiError 401 for a token that is not known, 403 for a session without its CSRF token.
    """
    authorization = request.headers.get("authorization")
    if authorization is not None:
        return await _bearer(authorization, ctx)
    session = request.cookies.get(SESSION_COOKIE)
    actor = await ctx.access.actor_of_session(session) if session else None
    if actor is None:
        return await _device(request, ctx)
    if request.method not in SAFE_METHODS:
        check_csrf(actor, request.headers.get(CSRF_HEADER, ""))
    return actor


async def _device(request: Request, ctx: Context) -> Actor:
    """A paired screen, by the cookie that no other site's page can make a browser send; nobody in
    particular once it was unpaired."""
    cookie = request.cookies.get(DEVICE_COOKIE)
    if cookie is None:
        return ANYBODY
    try:
        return await _bearer(f"Bearer {cookie}", ctx)
    except ApiError:
        return ANYBODY


async def tablet_actor(request: Request, ctx: Context, hall: str, window: str) -> Actor | None:
    """The paired tablet of this window, by its cookie or, for a device, its bearer token."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    token = bearer if scheme.lower() == "bearer" else request.cookies.get(TABLET_COOKIE)
    actor = await ctx.access.actor_of_token(token) if token else None
    if actor is None or actor.role not in (Role.SCREEN, Role.KIOSK):
        return None
    return actor if may(actor, Act.GIVE_REVIEW, hall, window) else None


def check_csrf(actor: Actor, given: str) -> None:
    if not actor.csrf or not hmac.compare_digest(actor.csrf.encode(), given.encode()):
        raise ApiError(403, "csrf_missing", "页面已过期，请刷新后再试。")


async def _bearer(authorization: str, ctx: Context) -> Actor:
    known = ctx.token_cache.get(authorization)
    now = time.monotonic()
    if known is not None and now - known[1] < TOKEN_TRUSTED_S:
        return known[0]
    scheme, _, token = authorization.partition(" ")
    bearer = scheme.lower() == "bearer"
    try:
        actor = await ctx.access.actor_of_token(token.strip()) if bearer else None
    except NotStored:
        if known is None or now - known[1] >= AWAY_TRUSTED_S:
            raise
        return known[0]
    if actor is None:
        ctx.token_cache.pop(authorization, None)
        raise ApiError(401, "token_unknown", "令牌无效，请重新配对设备。")
    if len(ctx.token_cache) > 4096:
        ctx.token_cache.clear()
    ctx.token_cache[authorization] = (actor, now)
    return actor


def allowed(ctx: Context, actor: Actor, act: Act, hall: str, window: str | None = None) -> bool:
    if actor.role is Role.PUBLIC and not ctx.plan.server.public_screen:
        return False
    return may(actor, act, hall, window)


async def permitted(
    request: Request, act: Act, hall: str, window: str | None = None
) -> tuple[Context, Actor, HallService]:
    """The context, the actor and the hall, if the actor may do this there; else 401, 403 or 404."""
    ctx = context(request)
    actor = await actor_of(request, ctx)
    if actor.role is Role.PUBLIC:
        ctx.public.take(request.client.host if request.client else "")
    if actor.must_change:
        raise ApiError(403, "password_change_needed", "请先在 /password 设置自己的新密码。")
    if not allowed(ctx, actor, act, hall, window):
        if actor.role is Role.PUBLIC:
            raise ApiError(401, "login_needed", "请先登录。")
        raise ApiError(
            403, "not_permitted", "您没有做这件事的权限。", role=actor.role.value, act=act.value
        )
    service = await hall_of(ctx, hall)
    await note(request, ctx.audit, actor, act, hall)
    return ctx, actor, service
