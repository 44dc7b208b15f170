"""What the demonstration shows of itself: addresses in the terminal, and the start page's data.

Only words and addresses; starts nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from launcher.child import ChildState
from launcher.hall_plan import HALL, HallPlan, hall_settings
from launcher.hall_ports import HOST
from launcher.words import terminal_language, words

# Of [staff] in config/demo/kiosk.toml, where only its hash stands.
STAFF_PIN = "271828"


def start_url(plan: HallPlan) -> str:
    """Where a newcomer begins."""
    return f"http://{HOST}:{plan.ports.start_page}/"


def addresses(plan: HallPlan, took_s: float) -> str:
    """One page: where everything is and how to log in."""
    server = f"http://{HOST}:{plan.ports.server}"
    hall = hall_settings()
    return words(
        "demo_addresses",
        seconds=f"{took_s:.1f}",
        start=start_url(plan),
        kiosk=f"http://{HOST}:{plan.ports.kiosk_view}/",
        pin=STAFF_PIN,
        simulators=f"http://{HOST}:{plan.ports.simulators}/",
        screen=f"{server}/screen/{HALL}",
        board=f"{server}/manager/{HALL}",
        manager=_login(_staff(hall, role="manager")),
        windows="\n".join(_window_line(hall, window, server) for window in hall["window"]),
        data=plan.data,
    )


def _window_line(hall: Mapping[str, Any], window: Mapping[str, Any], server: str) -> str:
    name = window["name" if terminal_language() == "zh-CN" else "name_en"]
    # A Chinese letter is two columns wide; pad by columns so that the addresses stand in line.
    columns = sum(2 if ord(letter) > 0x2E7F else 1 for letter in name)
    return words(
        "demo_window_line",
        name=name + " " * (23 - columns),
        url=f"{server}/window/{HALL}/{window['id']}",
        login=_login(_staff(hall, window=window["id"])),
    )


def _login(staff: Mapping[str, Any]) -> str:
    return words("demo_login", user=staff["login"], password=staff["password"])


def _staff(hall: Mapping[str, Any], **wanted: str) -> Mapping[str, Any]:
    """The first of the hall's staff with these values."""
    people: list[Mapping[str, Any]] = hall["staff"]
    return next(p for p in people if all(p.get(key) == wanted[key] for key in wanted))


def hall_now(plan: HallPlan, states: Mapping[str, ChildState]) -> Mapping[str, Any]:
    """For the start page: ports, since the page may come through a tunnel, and how each part is."""
    ports, hall = plan.ports, hall_settings()
    manager = _staff(hall, role="manager")
    return {
        "hall": HALL,
        "name": {"zh-CN": hall["hall"]["name"], "en": hall["hall"]["name_en"]},
        "ports": {
            "server": ports.server,
            "simulators": ports.simulators,
            "kiosk": ports.kiosk_view,
        },
        "parts": {name: str(state) for name, state in states.items()},
        "windows": [_window(hall, window) for window in hall["window"]],
        "manager": {"login": manager["login"], "password": manager["password"]},
        "staff_pin": STAFF_PIN,
    }


def _window(hall: Mapping[str, Any], window: Mapping[str, Any]) -> Mapping[str, Any]:
    staff = _staff(hall, window=window["id"])
    return {
        "id": window["id"],
        "name": {"zh-CN": window["name"], "en": window["name_en"]},
        "login": staff["login"],
        "password": staff["password"],
    }
