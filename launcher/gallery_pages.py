"""Which pages the gallery shows, at which sizes, as whom. A table; opens nothing."""

from __future__ import annotations

from dataclasses import dataclass

from launcher.hall_plan import HALL
from launcher.hall_ports import HOST, HallPorts

Size = tuple[int, int]
LAPTOP, DESK = (1366, 768), (1920, 1080)


@dataclass(frozen=True, slots=True)
class GalleryPage:
    """shown: a CSS selector that is visible once the page has drawn its data. actor: who looks on,
    by login name; None needs no login. press: a selector to press before the picture is taken."""

    name: str
    address: str
    sizes: tuple[Size, ...]
    shown: str = "body"
    actor: str | None = None
    press: str | None = None


def gallery_pages(ports: HallPorts, follow_path: str) -> tuple[GalleryPage, ...]:
    """Every page of the hall; `follow_path` is a ticket's own page on a phone."""
    server = f"http://{HOST}:{ports.server}"
    return (
        GalleryPage("start-page", f"http://{HOST}:{ports.start_page}/", (LAPTOP, DESK)),
        GalleryPage(
            "start-page-ticket",
            f"http://{HOST}:{ports.start_page}/",
            (LAPTOP, DESK),
            press="#ticket-again:visible",
        ),
        GalleryPage("simulators", f"http://{HOST}:{ports.simulators}/", (LAPTOP,)),
        GalleryPage("screen", f"{server}/screen/{HALL}", (DESK, (1080, 1920))),
        GalleryPage("console", f"{server}/window/{HALL}/1", (LAPTOP, (360, 740)), actor="clerk1"),
        GalleryPage("board", f"{server}/manager/{HALL}", (LAPTOP, DESK), actor="manager"),
        GalleryPage("login", f"{server}/login", (LAPTOP, (360, 740))),
        GalleryPage("phone", f"{server}{follow_path}", ((390, 844),)),
    )
