"""Which pages the gallery shows, at which sizes, as whom. A table; opens nothing."""

from __future__ import annotations

from dataclasses import dataclass

from launcher.hall_plan import HALL
from launcher.hall_ports import HOST, HallPorts

Size = tuple[int, int]
LAPTOP, DESK, STANDING = (1366, 768), (1920, 1080), (1080, 1920)
STRIP, LOW, PHONE = (420, 768), (1366, 200), (390, 844)
SMALL, TABLET = (800, 480), (1280, 800)
PARK = '#small-park[aria-disabled="false"]'  # while somebody is called there


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
    return (*_demonstration(ports), *server_pages(ports, follow_path))


def _demonstration(ports: HallPorts) -> tuple[GalleryPage, ...]:
    start = f"http://{HOST}:{ports.start_page}/"
    return (
        GalleryPage("start-page", start, (LAPTOP, DESK)),
        GalleryPage("start-page-ticket", start, (LAPTOP, DESK), press="#ticket-again:visible"),
        GalleryPage("simulators", f"http://{HOST}:{ports.simulators}/", (LAPTOP,)),
    )


def server_pages(ports: HallPorts, follow_path: str) -> tuple[GalleryPage, ...]:
    """What the queue server shows: to everybody, at windows, to those who run the hall."""
    at = f"http://{HOST}:{ports.server}"
    boss, book = f"{at}/manager/{HALL}", f"{at}/admin/{HALL}"
    return (
        GalleryPage("screen", f"{at}/screen/{HALL}", (DESK, LAPTOP, STANDING)),
        GalleryPage("window-screen", f"{at}/window-screen/{HALL}/4", (DESK, STANDING, SMALL)),
        GalleryPage("tablet", f"{at}/tablet/{HALL}/5", (TABLET,)),
        GalleryPage("phone", f"{at}{follow_path}", (PHONE,)),
        GalleryPage("pair", f"{at}/pair/{HALL}", (DESK, SMALL), press='[data-kind="screen"]'),
        GalleryPage("login", f"{at}/login", (LAPTOP, PHONE)),
        GalleryPage("console", f"{at}/window/{HALL}/1", (LAPTOP, STRIP, LOW), actor="clerk1"),
        GalleryPage(
            "console-question", f"{at}/window/{HALL}/1", (LAPTOP, STRIP), "#here", "clerk1", PARK
        ),
        GalleryPage("appointments", f"{at}/appointments/{HALL}", (LAPTOP, PHONE), actor="clerk1"),
        GalleryPage("password", f"{at}/password", (LAPTOP, PHONE), actor="clerk1"),
        GalleryPage("board", boss, (DESK, LAPTOP, STANDING, PHONE), actor="manager"),
        GalleryPage("board-acts", boss, (LAPTOP, PHONE), ".window", "manager", ".window > button"),
        GalleryPage("history", f"{boss}/history", (LAPTOP, PHONE), "[data-drawn]", "manager"),
        GalleryPage("ledger", f"{boss}/ledger", (LAPTOP, PHONE), "[data-drawn]", "manager"),
        GalleryPage("report", f"{boss}/report", (LAPTOP, PHONE), actor="manager"),
        GalleryPage("waits", f"{boss}/waits", (LAPTOP, PHONE), actor="manager"),
        GalleryPage("cases", f"{at}/cases/{HALL}", (LAPTOP, PHONE), actor="manager"),
        GalleryPage("admin", book, (LAPTOP, PHONE), "#section tr", "manager"),
        GalleryPage("admin-devices", f"{book}#devices", (LAPTOP, PHONE), "#section tr", "manager"),
        GalleryPage("pension", f"{at}/pension/{HALL}", (LAPTOP,), actor="manager"),
    )
