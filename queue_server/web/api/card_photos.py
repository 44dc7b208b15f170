"""A card's photo for enrolment: decoded for the clerk's page, kept nowhere."""

from __future__ import annotations

import base64
import binascii

from fastapi import APIRouter, Request, Response

from queue_server.access.roles import Act
from queue_server.domain.decide.pensions import known_pensioner
from queue_server.pensions.card_photos import (
    CardDecoderUnavailable,
    CardPhotoUnreadable,
    NoCardDecoder,
)
from queue_server.web.answers import ERRORS, as_json
from queue_server.web.bodies import body_of, takes
from queue_server.web.context import permitted
from queue_server.web.errors import ApiError
from queue_server.web.schemas.pensions import CardPhotoIn

router = APIRouter(prefix="/api/v1/halls/{hall}/pension", tags=["pension"], responses=ERRORS)


@router.post("/people/{person}/card-photo", openapi_extra=takes(CardPhotoIn))
async def card_photo(hall: str, person: str, request: Request) -> Response:
    """The picture of a card's photo, a BMP in base64, through the hall's decoder. 409 where there
    is none, which is usual; nothing is kept, and nothing is enrolled by it."""
    ctx, actor, here = await permitted(request, Act.KEEP_PENSIONERS, hall)
    body = await body_of(request, CardPhotoIn)
    await here.ask(lambda state, _: known_pensioner(state, person))
    await ctx.pensions.audit.note(
        hall, actor.label, "card_photo_decoded", subject=person, why="enrolment"
    )
    decoder = await ctx.pensions.card_decoder(hall)
    try:
        bmp = await decoder.decode(_record(body.wlt))
    except NoCardDecoder as error:
        words = "这里没有证件照片的解码程序。请选读卡软件存的 .bmp 照片，或给本人拍照。"
        raise ApiError(409, error.code, words) from error
    except CardPhotoUnreadable as error:
        words = "证件照片解不出来。请重新读卡，或给本人拍照。"
        raise ApiError(422, error.code, words, why=str(error)) from error
    except CardDecoderUnavailable as error:
        words = "证件照片的解码程序没有回答。请告诉管理员，或给本人拍照。"
        raise ApiError(503, error.code, words, why=str(error)) from error
    return as_json({"picture": base64.b64encode(bmp).decode()})


def _record(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return b""
