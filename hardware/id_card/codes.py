"""Code tables of the card record: sex (GB/T 2261.1), ethnicity (GB/T 3304).

Data of national standards; nothing else.
"""

from __future__ import annotations

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
