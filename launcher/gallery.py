"""`./hall gallery`: a picture of every screen and page, and one page that shows them all.

Draws nothing itself: the kiosk draws its screens, Chromium the pages, the simulator the ticket.
"""

from __future__ import annotations

import argparse
import html
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from launcher import demo_page
from launcher.child import ChildState
from launcher.gallery_pages import GalleryPage, Size, gallery_pages, server_pages
from launcher.hall_plan import HallPlan, hall_settings
from launcher.hall_ports import HallPorts, free_base
from launcher.hall_visit import HallVisit
from launcher.places import ROOT
from launcher.rooms import room_environment
from launcher.start_page_server import StartPageServer
from launcher.supervisor import Supervisor
from launcher.words import LANGUAGES, words

_READY_WITHIN_S = 60.0
_SETTLE_MS = 1500  # live pages have drawn their first events by then
KIOSK_SIZES = "540x960,1080x1920,1920x1080"
_TEMPLATE = ROOT / "launcher" / "gallery.html"


def main(arguments: Sequence[str]) -> int:
    """0 once every picture is there, 1 when the hall did not come up."""
    options = _parse(arguments)
    out, what = options.out.resolve(), options.what
    out.mkdir(parents=True, exist_ok=True)
    if what != "pages":
        print(words("gallery_kiosk"), flush=True)
        _kiosk_pictures(out / "kiosk")
    if what != "kiosk":
        with _hall(server_alone=what == "pages") as plan:
            if plan is None:
                print(words("gallery_no_hall"), file=sys.stderr)
                return 1
            _hall_pictures(plan, out, what, options.only)
    _index(out)
    print(words("gallery_done", page=out / "index.html"))
    return 0


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./hall gallery", description=words("gallery_about"))
    parser.add_argument("what", nargs="?", default="all", choices=("all", "kiosk", "pages"))
    parser.add_argument("--only", default="", metavar="NAME", help=words("gallery_opt_only"))
    parser.add_argument("--out", type=Path, default=Path("gallery"), help=words("gallery_opt_out"))
    return parser.parse_args(arguments)


def _kiosk_pictures(folder: Path) -> None:
    command = (sys.executable, "-P", "-m", "kiosk", "gallery", "--out", str(folder))
    subprocess.run((*command, "--sizes", KIOSK_SIZES), env=room_environment(), check=True)


@contextmanager
def _hall(*, server_alone: bool) -> Iterator[HallPlan | None]:
    """A demonstration hall of its own, on free ports and with fresh data; None if it fails."""
    data = Path(tempfile.mkdtemp(prefix="hall-gallery-"))
    plan = HallPlan(HallPorts(free_base()), data, offscreen=True, kiosk_size="540x960")
    children = [x for x in plan.children() if x.name == "server" or not server_alone]
    supervisor = Supervisor(tuple(children), plan.logs)
    page = StartPageServer(
        plan.ports.start_page,
        lambda: demo_page.hall_now(plan, supervisor.states()),
        plan.ports.simulators,
    )
    page.start()
    try:
        with supervisor:
            yield plan if _stands(supervisor) else None
    finally:
        page.stop()
        shutil.rmtree(data)


def _stands(supervisor: Supervisor) -> bool:
    give_up_at = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < give_up_at:
        if all(state is ChildState.READY for state in supervisor.states().values()):
            return True
        time.sleep(0.1)
    return False


def _hall_pictures(plan: HallPlan, out: Path, what: str, only: str) -> None:
    visit = HallVisit(plan)
    follow_path = visit.take_numbers()
    visit.call_some()
    visit.say_something()
    pages = server_pages(plan.ports, follow_path)
    if what == "all":
        (out / "ticket").mkdir(exist_ok=True)
        (out / "ticket" / "ticket.png").write_bytes(visit.take_ticket())
        pages = gallery_pages(plan.ports, follow_path)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        contexts: dict[str | None, BrowserContext] = {}  # each person logs in once
        for page in pages:
            if only not in page.name:
                continue
            print(words("gallery_page", name=page.name), flush=True)
            if page.actor not in contexts:
                contexts[page.actor] = _context(browser, page)
            _page_pictures(contexts[page.actor], page, out / "pages")
        browser.close()


def _page_pictures(context: BrowserContext, page: GalleryPage, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for size in page.sizes:
        for language in LANGUAGES:
            name = f"{page.name}.{language}.{size[0]}x{size[1]}.png"
            _picture(context, page, size, language, folder / name)


def _context(browser: Browser, page: GalleryPage) -> BrowserContext:
    context = browser.new_context()
    if page.actor:
        login = context.new_page()
        login.goto(page.address)
        _log_in(login, page.actor)
        login.close()
    return context


def _log_in(page: Page, actor: str) -> None:
    staff = next(person for person in hall_settings()["staff"] if person["login"] == actor)
    page.fill("#login", staff["login"])
    page.fill("#password", staff["password"])
    with page.expect_navigation():
        page.click("#login-form button[type=submit]")


def _picture(
    context: BrowserContext, page: GalleryPage, size: Size, language: str, file: Path
) -> None:
    shown = context.new_page()
    shown.set_viewport_size({"width": size[0], "height": size[1]})
    address, mark, part = page.address.partition("#")
    shown.goto(f"{address}?lang={language}{mark}{part}", wait_until="load")
    shown.wait_for_selector(page.shown)
    shown.wait_for_timeout(_SETTLE_MS)
    if page.press:
        shown.locator(page.press).first.click()
        shown.wait_for_timeout(_SETTLE_MS)
    shown.screenshot(path=file)
    shown.close()


def _index(out: Path) -> None:
    """One page with all pictures, grouped by their folder."""
    groups = []
    for folder in sorted(path for path in out.iterdir() if path.is_dir()):
        pictures = sorted(folder.rglob("*.png"))
        figures = "\n".join(_figure(path.relative_to(out).as_posix()) for path in pictures)
        groups.append(f'<h2>{html.escape(folder.name)}</h2>\n<div class="row">{figures}</div>')
    template = _TEMPLATE.read_text(encoding="utf-8")
    (out / "index.html").write_text(template.replace("<!-- pictures -->", "\n".join(groups)))


def _figure(path: str) -> str:
    shown = html.escape(path)
    return (
        f'<figure><a href="{shown}"><img src="{shown}" alt="{shown}" loading="lazy"></a>'
        f"<figcaption>{shown}</figcaption></figure>"
    )
