"""What is wrong with a field, in Chinese; the English words are the checking library's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# By the library's error type; {…} are the figures that come with it.
_SAID = {
    "missing": "没有填写。",
    "string_type": "应当是文字。",
    "string_too_short": "至少 {min_length} 个字。",
    "string_too_long": "最多 {max_length} 个字。",
    "string_pattern_mismatch": "格式不对。",
    "int_type": "应当是整数。",
    "int_parsing": "应当是整数。",
    "int_from_float": "应当是整数。",
    "bool_type": "应当是“是”或“否”。",
    "bool_parsing": "应当是“是”或“否”。",
    "greater_than": "应当大于 {gt}。",
    "greater_than_equal": "至少是 {ge}。",
    "less_than": "应当小于 {lt}。",
    "less_than_equal": "最多是 {le}。",
    "too_short": "至少要 {min_length} 项。",
    "too_long": "最多 {max_length} 项。",
    "literal_error": "只能是：{expected}。",
    "enum": "只能是：{expected}。",
    "uuid_parsing": "应当是一个 UUID。",
    "uuid_type": "应当是一个 UUID。",
    "timezone_aware": "时间要带时区。",
    "date_from_datetime_parsing": "不是有效的日期。",
    "date_from_datetime_inexact": "应当是日期，不带时间。",
    "date_parsing": "不是有效的日期。",
    "datetime_parsing": "不是有效的时间。",
    "datetime_from_date_parsing": "不是有效的时间。",
    "id_number_check": "身份证号码不对，请核对，特别是最后一位。",
}
_OTHER = "不能这样填。"


def problem_of(error: Mapping[str, Any]) -> str:
    """One entry of pydantic's `errors()` → words. What was sent is not repeated."""
    return _SAID.get(error["type"], _OTHER).format_map(error.get("ctx", {}))
