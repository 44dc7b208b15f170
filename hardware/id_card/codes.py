"""Code tables of the card record: sex (GB/T 2261.1), ethnicity (GB/T 3304), the ID number's check.

Data of national standards; nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

SEX: Mapping[str, str] = {"0": "未知", "1": "男", "2": "女", "9": "未说明"}

_ETHNICITY_LIST = (
    "01汉 02蒙古 03回 04藏 05维吾尔 06苗 07彝 08壮"
    " 09布依 10朝鲜 11满 12侗 13瑶 14白 15土家 16哈尼"
    " 17哈萨克 18傣 19黎 20傈僳 21佤 22畲 23高山 24拉祜"
    " 25水 26东乡 27纳西 28景颇 29柯尔克孜 30土 31达斡尔 32仫佬"
    " 33羌 34布朗 35撒拉 36毛南 37仡佬 38锡伯 39阿昌 40普米"
    " 41塔吉克 42怒 43乌孜别克 44俄罗斯 45鄂温克 46德昂 47保安 48裕固"
    " 49京 50塔塔尔 51独龙 52鄂伦春 53赫哲 54门巴 55珞巴 56基诺"
    " 97其他 98外国血统中国籍人士"
)
ETHNICITY: Mapping[str, str] = {entry[:2]: entry[2:] for entry in _ETHNICITY_LIST.split()}

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_RESIDENT = re.compile(r"[0-9]{17}[0-9X]")
_FOREIGNER_2017 = re.compile(r"[A-Z]{3}[0-9]{12}")


def check_character(first_17_digits: str) -> str:
    """The 18th character (GB 11643, ISO 7064 MOD 11-2)."""
    total = sum(
        weight * int(digit) for weight, digit in zip(_WEIGHTS, first_17_digits, strict=True)
    )
    return _CHECK_CHARACTERS[total % 11]


def is_valid_id_number(number: str) -> bool:
    """18 characters whose check is right."""
    return bool(_RESIDENT.fullmatch(number)) and check_character(number[:17]) == number[17]


def is_foreigner_2017_number(number: str) -> bool:
    """15 characters: three letters of the country, twelve digits (its form alone is checked)."""
    return bool(_FOREIGNER_2017.fullmatch(number))
