"""The clerk's console: the whole cycle by keys, one act per press, words that help."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

CONSOLE = "/window/demo/4"
NARROW = (360, 740)
SETTLED_MS = 800


def reasons_told(manager: Any) -> tuple[str | None, str | None]:
    """Why window 4 pauses, as staff and as everybody sees it."""
    told = (manager.client.get(manager.server.api), httpx.get(manager.server.api, timeout=10))
    found = [next(w for w in hall.json()["windows"] if w["id"] == "4") for hall in told]
    return found[0]["reason"], found[1]["reason"]


def acts_in_journal(manager: Any, event: str) -> int:
    answer = manager.client.get(f"{manager.server.api}/journal?limit=5000")
    return sum(e["event"] == event for e in answer.json()["events"])


def open_console(pages: Any, size: tuple[int, int] = (1366, 768)) -> Page:
    page: Page = pages.log_in("clerk4", CONSOLE, size)
    expect(page.locator("#stage")).to_have_text("空闲")
    return page


def test_the_whole_cycle_by_keyboard_alone(pages: Any, kiosk: Any, manager: Any) -> None:
    first, second = kiosk.ticket("D"), kiosk.ticket("D")
    page = open_console(pages)
    page.keyboard.press("F1")
    expect(page.locator("#number")).to_have_text(first["number"])
    expect(page.locator("#why")).to_be_visible()
    page.keyboard.press("r")
    expect(page.locator("#calls")).to_have_text("已呼叫 2 次")
    page.keyboard.press("s")
    expect(page.locator("#stage")).to_have_text("正在办理")
    page.keyboard.press("F4")
    expect(page.locator("#stage")).to_have_text("空闲")
    page.keyboard.press("n")
    expect(page.locator("#number")).to_have_text(second["number"])
    page.keyboard.press("m")
    expect(page.locator("#messages li").first).to_contain_text("已过号")
    page.keyboard.press("p")
    expect(page.locator("#ask")).to_be_visible()
    page.keyboard.press("Escape")  # not after all
    expect(page.locator("#ask")).to_be_hidden()
    page.keyboard.press("p")
    expect(page.locator("#ask")).to_be_visible()
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    expect(page.locator("#stage")).to_have_text("暂停服务")
    assert reasons_told(manager) == ("meal", "meal")
    page.keyboard.press("F8")
    expect(page.locator("#stage")).to_have_text("空闲")
    page.keyboard.press("o")
    expect(page.locator("#stage")).to_have_text("窗口未开")
    assert acts_in_journal(manager, "ticket_finished") == 1
    assert acts_in_journal(manager, "ticket_missed") == 1


def test_the_big_button_is_always_the_next_act(pages: Any, kiosk: Any) -> None:
    kiosk.ticket("D")
    page = open_console(pages)
    big = page.locator("#big")
    for word in ("呼叫下一位", "开始办理", "办结"):
        expect(big).to_contain_text(word)
        page.wait_for_timeout(SETTLED_MS)
        big.click()
    expect(big).to_contain_text("呼叫下一位")
    page.wait_for_timeout(SETTLED_MS)
    big.click()
    expect(page.locator("#messages li").first).to_contain_text("现在没有人等候")


def test_a_double_press_calls_once(pages: Any, kiosk: Any, manager: Any) -> None:
    kiosk.ticket("D")
    kiosk.ticket("D")
    page = open_console(pages)
    page.wait_for_timeout(SETTLED_MS)
    page.locator("#big").dblclick()
    page.keyboard.press("n")
    page.keyboard.press("n")
    expect(page.locator("#number")).to_have_text("D001")
    page.wait_for_timeout(1000)
    expect(page.locator("#stage")).to_have_text("已呼叫，等人到窗口")
    assert acts_in_journal(manager, "ticket_called") == 1
    assert acts_in_journal(manager, "ticket_started") == 0


def test_a_press_without_answer_goes_out_again_with_its_id(
    pages: Any, kiosk: Any, manager: Any
) -> None:
    kiosk.ticket("D")
    kiosk.ticket("D")
    page = open_console(pages)
    sent: list[str] = []

    def lose_the_answer(route: Any) -> None:
        sent.append(route.request.post_data_json["request_id"])
        if len(sent) == 1:
            route.fetch()  # the server takes it; the answer is lost on the way
            route.abort()
        else:
            route.continue_()

    page.route("**/call-next", lose_the_answer)
    page.keyboard.press("n")
    expect(page.locator("#number")).to_have_text("D001")
    expect(page.locator("#messages li").first).to_contain_text("已呼叫 D001")
    assert len(sent) == 2
    assert len(set(sent)) == 1
    assert acts_in_journal(manager, "ticket_called") == 1


@pytest.mark.slow
def test_a_killed_server_is_said_and_the_press_still_acts(
    pages: Any, server: Any, kiosk: Any
) -> None:
    kiosk.ticket("D")
    page = open_console(pages)
    server.kill()
    page.keyboard.press("n")
    expect(page.locator("#big")).to_contain_text("正在发送")
    expect(page.locator("#trouble")).to_be_visible()
    expect(page.locator("#offline")).to_be_visible(timeout=12_000)
    server.start()
    expect(page.locator("#number")).to_have_text("D001", timeout=12_000)
    expect(page.locator("#trouble")).to_be_hidden()
    expect(page.locator("#offline")).to_be_hidden(timeout=8_000)


def test_the_state_survives_a_reload_and_a_second_tab(pages: Any, kiosk: Any) -> None:
    kiosk.ticket("D")
    page = open_console(pages)
    page.keyboard.press("n")
    expect(page.locator("#number")).to_have_text("D001")
    page.reload()
    expect(page.locator("#number")).to_have_text("D001")
    other = pages.open(CONSOLE, context=page.context)
    expect(other.locator("#number")).to_have_text("D001")
    other.keyboard.press("s")
    expect(page.locator("#stage")).to_have_text("正在办理")


def test_a_reload_in_the_middle_of_a_press_finishes_it(
    pages: Any, kiosk: Any, manager: Any
) -> None:
    kiosk.ticket("D")
    page = open_console(pages)
    page.route("**/call-next", lambda route: route.abort())
    page.keyboard.press("n")
    expect(page.locator("#trouble")).to_be_visible()
    page.unroute_all()
    page.reload()
    expect(page.locator("#number")).to_have_text("D001")
    assert acts_in_journal(manager, "ticket_called") == 1


def test_keys_with_modifiers_and_wrong_moments_do_nothing(
    pages: Any, kiosk: Any, manager: Any
) -> None:
    kiosk.ticket("D")
    page = open_console(pages)
    page.keyboard.press("Alt+n")
    page.keyboard.press("f")
    expect(page.locator("#messages li").first).to_contain_text("请先呼叫下一位")
    assert acts_in_journal(manager, "ticket_called") == 0


def test_the_console_shows_nobody_who_waits(pages: Any, kiosk: Any) -> None:
    numbers = [kiosk.ticket("D")["number"] for _ in range(3)]
    page = open_console(pages)
    expect(page.locator("#mine")).to_have_text("3")
    text = page.inner_text("body")
    assert not any(number in text for number in numbers)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_it_fits_beside_other_programs(
    pages: Any, kiosk: Any, wide: Callable[[Page], int], language: str
) -> None:
    kiosk.ticket("D", "elderly")
    page = open_console(pages, NARROW)
    page.goto(f"{pages.server.url}{CONSOLE}?lang={language}")
    expect(page.locator("#big")).to_contain_text(
        "呼叫下一位" if language == "zh-CN" else "Call next"
    )
    page.keyboard.press("n")
    expect(page.locator("#number")).to_have_text("D001")
    assert wide(page) == 0
    page.set_viewport_size({"width": 1366, "height": 200})  # under the business software
    for place in ("#number", "#big", "#small-close", "#messages li"):
        expect(page.locator(place).first).to_be_in_viewport(ratio=1)


def test_an_ended_session_leads_to_the_login_and_back(pages: Any) -> None:
    page = open_console(pages)
    page.context.clear_cookies()
    page.keyboard.press("n")
    page.wait_for_url("**/login?*")
    page.fill("#login", "clerk4")
    page.fill("#password", "demo-hall")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{CONSOLE}")


def test_who_missed_a_call_is_put_back_in_line(pages: Any, kiosk: Any) -> None:
    ticket = kiosk.ticket("D")
    page = pages.log_in("clerk4", "/window/demo/4")
    expect(page.locator("#missed")).to_be_hidden()
    page.keyboard.press("F1")
    expect(page.locator("#number")).to_have_text(ticket["number"])
    page.keyboard.press("F6")
    row = page.locator("#missed-list li", has_text=ticket["number"])
    expect(row).to_be_visible()
    row.get_by_role("button", name="重新排队").click()
    expect(page.locator("#messages")).to_contain_text(f"{ticket['number']} 已重新排队")
    expect(page.locator("#missed")).to_be_hidden()
    page.keyboard.press("F1")
    expect(page.locator("#number")).to_have_text(ticket["number"])


def test_who_sees_to_something_else_is_put_aside_and_taken_back(pages: Any, kiosk: Any) -> None:
    number = kiosk.ticket("D")["number"]
    page = open_console(pages)
    page.keyboard.press("F1")
    expect(page.locator("#number")).to_have_text(number)
    page.keyboard.press("F7")
    expect(page.locator("#ask")).to_be_visible()
    page.keyboard.press("2")  # at the bank
    page.keyboard.press("Enter")
    expect(page.locator("#ask")).to_be_hidden()
    expect(page.locator("#stage")).to_have_text("空闲")
    parked = page.locator("#parked-list li")
    expect(parked).to_contain_text(number)
    expect(parked).to_contain_text("去银行")
    for place in ("#parked-list li", "#messages li", "#small-close"):
        expect(page.locator(place).first).to_be_in_viewport(ratio=1)
    parked.get_by_role("button", name="叫来").click()
    expect(page.locator("#number")).to_have_text(number)
    expect(page.locator("#stage")).to_have_text("已呼叫，等人到窗口")
    page.keyboard.press("k")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(parked).to_contain_text("回去取材料")
    back = parked.get_by_role("button", name="回来了")
    expect(back).to_have_attribute("aria-keyshortcuts", "1")
    page.wait_for_timeout(SETTLED_MS)
    page.keyboard.press("1")
    expect(page.locator("#parked")).to_be_hidden()
    page.keyboard.press("n")
    expect(page.locator("#number")).to_have_text(number)


def test_a_person_is_sent_on_to_another_service(pages: Any, kiosk: Any, manager: Any) -> None:
    ticket = kiosk.ticket("D")
    page = open_console(pages)
    page.keyboard.press("F1")
    page.keyboard.press("F3")
    expect(page.locator("#stage")).to_have_text("正在办理")
    page.keyboard.press("F10")
    page.keyboard.press("f")  # services by their letter, windows by their number
    page.get_by_text("办完还回到我这里").click()
    page.keyboard.press("Enter")
    expect(page.locator("#stage")).to_have_text("空闲")
    now = manager.client.get(f"{manager.server.api}/tickets/{ticket['id']}").json()["ticket"]
    assert (now["service"], now["status"], now["number"]) == ("F", "waiting", ticket["number"])


def test_a_chosen_number_is_called_with_a_reason_only(pages: Any, kiosk: Any, manager: Any) -> None:
    first, chosen = kiosk.ticket("D"), kiosk.ticket("D")
    page = open_console(pages)
    page.keyboard.press("c")
    page.locator("#ask input[name=ticket]").fill(chosen["number"].lower())
    page.keyboard.press("Enter")
    expect(page.locator("#ask-fault")).to_contain_text("原因")
    page.get_by_text("老人、病人、孕妇等不能久等").click()
    page.keyboard.press("Enter")
    expect(page.locator("#number")).to_have_text(chosen["number"])
    page.keyboard.press("x")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.locator("#stage")).to_have_text("空闲")
    page.keyboard.press("F1")
    expect(page.locator("#number")).to_have_text(first["number"])
    assert acts_in_journal(manager, "ticket_cancelled") == 1


def test_escape_leaves_a_question_and_changes_nothing(pages: Any, kiosk: Any, manager: Any) -> None:
    kiosk.ticket("D")
    page = open_console(pages)
    page.keyboard.press("F1")
    expect(page.locator("#stage")).to_have_text("已呼叫，等人到窗口")
    for key in ("F7", "F10", "x"):
        page.keyboard.press(key)
        expect(page.locator("#ask")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#ask")).to_be_hidden()
    page.keyboard.press("F3")
    expect(page.locator("#stage")).to_have_text("正在办理")
    for event in ("ticket_parked", "ticket_transferred", "ticket_cancelled"):
        assert acts_in_journal(manager, event) == 0


def test_a_quick_hand_is_one_step_ahead(pages: Any, kiosk: Any) -> None:
    for _ in range(2):
        kiosk.ticket("D")
    page = open_console(pages)
    page.keyboard.press("F1")
    expect(page.locator("#stage")).to_have_text("已呼叫，等人到窗口")
    page.keyboard.press("F3")
    page.keyboard.press("F4")
    expect(page.locator("#stage")).to_have_text("空闲")
    expect(page.locator("#messages li").first).to_contain_text("已办结")
