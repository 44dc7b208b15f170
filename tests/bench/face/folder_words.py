"""What is said of a folder that cannot be measured, or only in part; Chinese first."""

from __future__ import annotations

from pathlib import Path

from tests.bench.face.folder import FILMS, Contents

PICTURES = ".jpg .jpeg .png .bmp .webp .tif .tiff"


def nothing_there(folder: Path, held: Contents) -> str:
    lost = f"; {len(held.unreadable)} folders cannot be read" if held.unreadable else ""
    kinds = " ".join(sorted(FILMS))
    return (
        f"{folder} 里没有图片也没有录像。请给每个人建一个文件夹，放入图片或录像。"
        f" / {folder} holds no picture and no film{lost}. Put a folder for each person in it, with"
        f" pictures ({PICTURES}) or films ({kinds})"
    )


def nobodys(folder: Path, held: Contents) -> str:
    count = len(held.nobodys)
    return (
        f"{folder} 里的 {count} 张图片没有按人分文件夹，分不清哪些是同一个人，不作比对。"
        f"请给每个人建一个文件夹：{folder}/anna/1.jpg。"
        f" / The {count} pictures of {folder} lie in no person's folder: which of them show the"
        " same person, nobody can tell, so nothing is compared. Give each person a folder:"
        f" {folder}/anna/1.jpg"
    )


def layout(held: Contents) -> dict[str, object]:
    """How the folder was understood, so that a wrong guess is seen."""
    told: dict[str, object] = {"root": str(held.root), "person_is_folder_at_level": held.level}
    if held.deeper:
        told["doubtful"] = (
            "each person's pictures lie in folders below it; if those are the people, say"
            f" --level {held.level + 1}"
        )
    if held.nobodys:
        told["pictures_of_nobody"] = len(held.nobodys)
    if held.unreadable:
        told["folders_unreadable"] = held.unreadable
    return told
