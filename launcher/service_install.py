"""`./hall install server|kiosk|window-devices`: makes this machine one of them, started by systemd.

Standard library only. Run again after an update: what people edit is kept, the rest renewed.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from launcher import system_packages
from launcher.places import ROOT, STATE
from launcher.service_plan import KINDS, Placed, ServicePlan, plan
from launcher.steps import CommandFailed, Steps
from launcher.words import words

Run = Callable[[Sequence[str]], str]
_UDEV_LISTENS = Path("/run/udev/control")
# Nobody's service may read these: systemd hides them from it.
_PRIVATE = tuple(Path(name) for name in ("/home", "/root", "/run/user", "/tmp"))  # noqa: S108


class CannotInstall(Exception):
    """The machine or the caller does not fit; the text says what to do."""


def main(arguments: Sequence[str]) -> int:
    """0 installed, 1 not, 2 wrong command."""
    parser = argparse.ArgumentParser(prog="hall install", description=words("install_about"))
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument(
        "--into", type=Path, default=Path("/"), metavar="DIR", help=words("install_opt_into")
    )
    parser.add_argument("--now", action="store_true", help=words("install_opt_now"))
    options = parser.parse_args(list(arguments))
    try:
        install(plan(options.kind), options.into, options.now)
    except CannotInstall as error:
        print(error, file=sys.stderr)
        return 1
    except (CommandFailed, OSError) as error:
        print(words("install_failed", reason=_reason(error)), file=sys.stderr)
        return 1
    return 0


def _reason(error: CommandFailed | OSError) -> str:
    if isinstance(error, CommandFailed):
        return f"{' '.join(error.command)}\n{error.output.strip()[-1000:]}"
    return str(error)


def install(service: ServicePlan, into: Path, now: bool) -> None:
    """into: `/`, or a folder that a machine's image is made in: there no program of it is run but
    those that take a folder. Raises CannotInstall, CommandFailed or OSError."""
    here = into == Path("/")
    if here:
        _check_machine()
    steps = Steps(total=4 if here else 2, log=STATE / "setup.log")
    if here:
        with steps.step(words("install_packages")):
            _packages(service, steps.run)
    with steps.step(words("install_files")):
        done = [(put(file, into), file.target) for file in service.files]
    with steps.step(words("install_account", account=service.account)):
        _account(service, into, steps.run)
    if here:
        with steps.step(words("install_service", unit=service.unit)):
            _service(service, now, steps.run)
    for what, target in done:
        print(f"  {words(f'install_{what}')}  {target}")
    print(words(f"install_next_{service.kind}", root=ROOT))


def _check_machine() -> None:
    if os.geteuid() != 0:
        raise CannotInstall(words("install_not_root"))
    if not Path("/run/systemd/system").is_dir():
        raise CannotInstall(words("install_no_systemd"))
    if any(ROOT.is_relative_to(folder) for folder in _PRIVATE):
        raise CannotInstall(words("install_private", root=ROOT))


def _packages(service: ServicePlan, run: Run) -> None:
    missing = [name for name in service.packages if not _has_package(name)]
    if missing:
        run(("apt-get", "update"))
        run(system_packages.install_command(missing))


def _has_package(name: str) -> bool:
    return any(Path("/var/lib/dpkg/info").glob(f"{name}*.list"))


def put(file: Placed, into: Path) -> str:
    """Writes one file where it is due: `written`, `same` or `kept`, a key of `install_…`."""
    target = into / file.target.relative_to("/")
    if target.exists():
        if not file.ours:
            return "kept"
        if target.read_text(encoding="utf-8") == file.text:
            return "same"
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.new")
    fresh.touch(mode=0o600)
    fresh.write_text(file.text, encoding="utf-8")
    fresh.chmod(file.mode)
    fresh.replace(target)
    return "written"


def _account(service: ServicePlan, into: Path, run: Run) -> None:
    """The account is made first, then what it alone may read is given to its group."""
    rules = next(f.target for f in service.files if "sysusers.d" in f.target.parts)
    run(("systemd-sysusers", f"--root={into}", rules.name))
    for file in service.files:
        if file.group:
            target = into / file.target.relative_to("/")
            os.chown(target, 0, _group_id(file.group, into))


def _group_id(name: str, into: Path) -> int:
    """As the machine's own /etc/group has it, which may lie in another folder."""
    for line in (into / "etc/group").read_text(encoding="utf-8").splitlines():
        group, _, number, *_ = line.split(":")
        if group == name:
            return int(number)
    raise CannotInstall(words("install_no_account", account=name))


def _service(service: ServicePlan, now: bool, run: Run) -> None:
    run(("systemctl", "daemon-reload"))
    for unit in service.masked:
        run(("systemctl", "mask", unit))
    if _UDEV_LISTENS.exists():  # in a container it may be installed and not run
        run(("udevadm", "control", "--reload"))
    run(("systemctl", "try-restart", "systemd-journald.service"))
    run(("systemctl", "enable", *(("--now",) if now else ()), service.unit))
