"""The page of phones in a real browser, with a bot of three lines behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from simulator import Person, Simulator, TourStep, Trainer, Waiting, running
from tests.browser.hands import DESK, HAND, Windows

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=document.title='tembus'>"
AHMAD, SITI = 1001, 1002
REFUSED = {"chat_id": AHMAD, "text": "terblokir"}


class Office:
    """A simulator with a page, and the bot's calls made by hand."""

    def __init__(self, simulator: Simulator, url: str) -> None:
        self.simulator = simulator
        self.url = url

    async def call(self, method: str, **params: Any) -> Any:
        answer = await self.simulator.call(self.simulator.world.the_bot().token, method, params)
        assert answer.status == 200, answer
        return answer.body["result"]


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    simulator = Simulator()
    simulator.add_bot()
    simulator.add_person(Person(AHMAD, "Ahmad Fauzi", "Camat"))
    simulator.add_person(Person(SITI, f"Siti {HOSTILE}", "Sekcam"))
    async with running(simulator) as url:
        yield Office(simulator, url)


def phone(page: Page, user: int) -> Locator:
    return page.locator(f'.phone[data-user="{user}"]')


async def test_a_conversation_on_a_desk_screen(office: Office, windows: Windows) -> None:
    page = await windows.open(office.url, DESK)
    camat, sekcam = phone(page, AHMAD), phone(page, SITI)
    await camat.get_by_role("button", name="MULAI").click()
    await expect(camat.locator(".message.mine")).to_contain_text("/start")
    await sekcam.get_by_role("button", name="MULAI").click()
    await office.call("setMyCommands", commands=[{"command": "tugas", "description": "Tugas saya"}])

    markup = {"inline_keyboard": [[{"text": "Setujui", "callback_data": "d:1:1", "style": "success"}]]}
    text = "<b>Mohon diperiksa</b> 😀 <i>dokumen</i> <code>a&lt;b</code>"
    card = await office.call("sendMessage", chat_id=AHMAD, text=text, parse_mode="HTML", reply_markup=markup)
    await expect(camat.locator("b", has_text="Mohon diperiksa")).to_be_visible()
    await expect(camat.locator("code")).to_have_text("a<b")
    await expect(camat.locator(".who .count")).to_have_text("1")
    await expect(camat.locator(".notice")).to_contain_text("Mohon diperiksa 😀 dokumen")

    await camat.get_by_role("button", name="Setujui").click()
    await expect(camat.locator(".who .count")).to_have_text("")
    queries = office.simulator.world.queries
    query = await office.simulator.world.until(lambda: next(iter(queries.values()), None), 10)
    assert query is not None, "the tap never arrived"
    await office.call("answerCallbackQuery", callback_query_id=query.id, text="Terima kasih")
    await expect(camat.locator(".toast")).to_have_text("Terima kasih")
    await office.call("editMessageText", chat_id=AHMAD, message_id=card["message_id"], text=f"Selesai {HOSTILE}")
    await expect(camat.locator(".message", has_text="Selesai")).to_contain_text(HOSTILE)
    await expect(camat.locator(".keys")).to_have_count(0)

    await sekcam.get_by_role("button", name="Menu", exact=True).click()
    await page.get_by_role("menuitem", name="/tugas").click()
    await expect(sekcam.locator(".message.mine").last).to_contain_text("/tugas")
    await sekcam.get_by_label("Lampirkan berkas").click()
    await page.get_by_role("menuitem", name="Data terisi (Excel)").click()
    async with page.expect_download() as download:
        await sekcam.get_by_role("link", name="Unduh Data Kinerja").click()
    assert (await download.value).suggested_filename == "Data Kinerja TW IV 2026.xlsx"
    await sekcam.locator("input[type=file]").set_input_files({"name": "surat é.docx", "mimeType": "", "buffer": b"isi"})
    await expect(sekcam.locator(".file").last).to_contain_text("surat é.docx")
    assert office.simulator.content(office.simulator.chat(SITI)[-1]) == b"isi"

    await page.reload()
    await expect(camat.locator(".message")).to_have_count(2)
    assert "tembus" not in await page.title()


async def test_one_official_at_a_time_on_a_phone(office: Office, windows: Windows) -> None:
    for user in (AHMAD, SITI):
        office.simulator.opens_link(user)
    page = await windows.open(office.url, HAND)
    await expect(phone(page, AHMAD)).to_be_visible()
    await expect(phone(page, SITI)).to_be_hidden()
    await office.call("sendMessage", chat_id=SITI, text="halo")
    tab = page.get_by_role("navigation").get_by_role("button", name="Siti")
    await expect(tab.locator(".count")).to_have_text("1")
    await tab.click()
    await expect(phone(page, SITI).get_by_text("halo")).to_be_visible()
    await expect(tab.locator(".count")).to_have_text("")
    # By keyboard alone.
    await phone(page, SITI).get_by_role("textbox").focus()
    await page.keyboard.type("baik, terima kasih")
    await page.keyboard.press("Enter")
    await expect(phone(page, SITI).locator(".message.mine").last).to_contain_text("baik, terima kasih")
    assert await page.evaluate("document.documentElement.scrollWidth") == 390, "the page scrolls sideways"


async def test_the_guided_tour_points_at_what_to_do_next(office: Office, windows: Windows) -> None:
    office.simulator.tour = [
        TourStep(user=AHMAD, words="Tekan MULAI.", says="/start"),
        TourStep(user=SITI, words="Kirim berkas.", file=True),
        TourStep(user=SITI, words="Setujui.", button="Setujui"),
    ]
    office.simulator.opens_link(SITI)
    page = await windows.open(office.url, DESK)
    await page.get_by_role("button", name="Langkah pertama").click()
    bar = page.get_by_role("complementary")
    await expect(bar).to_contain_text("1/3 · Ahmad Fauzi: Tekan MULAI.")
    await phone(page, AHMAD).locator(".start.pointed").click()
    await expect(bar).to_contain_text("2/3")
    await phone(page, SITI).locator(".pointed").click()
    await page.get_by_role("menuitem", name="Foto", exact=True).click()
    await expect(bar).to_contain_text("3/3")
    markup = {"inline_keyboard": [[{"text": "Setujui", "callback_data": "x"}]]}
    await office.call("sendMessage", chat_id=SITI, text="kartu", reply_markup=markup)
    await phone(page, SITI).locator(".pointed", has_text="Setujui").click()
    await expect(bar).to_be_hidden()
    await page.get_by_role("button", name="Pelatih").click()
    await expect(page.get_by_role("dialog")).to_contain_text("1 · kartu")


async def test_twenty_phones_and_five_thousand_messages_open_at_once(office: Office, windows: Windows) -> None:
    for number in range(20):
        office.simulator.add_person(Person(2000 + number, f"Pejabat {number}", "Kasi"))
        for line in range(250):
            office.simulator.says(2000 + number, f"pesan {line}")
    page = await windows.open(office.url, DESK)
    await expect(page.locator(".phone")).to_have_count(22)
    await expect(phone(page, 2000).locator(".message").last).to_contain_text("pesan 249")
    await phone(page, 2000).get_by_role("button", name="Pesan sebelumnya").click()
    await expect(phone(page, 2000).locator(".message").first).to_contain_text("pesan 130")


async def test_the_trainer_sees_the_outbox_and_may_begin_afresh(office: Office, windows: Windows) -> None:
    begun: list[str] = []

    async def outbox() -> list[Waiting]:
        return [Waiting(user=AHMAD, what="kartu tugas", state="menunggu giliran", tries=2)] * (not begun)

    office.simulator.opens_link(AHMAD)
    page = await windows.open(office.url, DESK)
    await page.get_by_role("button", name="Pelatih").click()
    drawer = page.get_by_role("dialog", name="Untuk pelatih")
    await expect(drawer.get_by_text("Kotak keluar")).to_be_hidden()
    await expect(drawer.get_by_text("Mulai dari awal")).to_be_hidden()
    await drawer.get_by_role("button", name="Tutup").click()

    office.simulator.trainer = Trainer(outbox=outbox, reset=lambda: begun.append("afresh"))
    await page.get_by_role("button", name="Pelatih").click()
    await expect(drawer.get_by_role("row", name="Ahmad Fauzi kartu tugas menunggu giliran 2")).to_be_visible()
    await drawer.get_by_role("button", name="Mulai dari awal").click()
    await page.get_by_role("button", name="Batal").click()
    assert begun == []
    await drawer.get_by_role("button", name="Mulai dari awal").click()
    await page.get_by_role("button", name="Ya, hapus semuanya").click()
    await expect(page.get_by_role("status").filter(has_text="Memulai dari awal")).to_be_visible()
    assert begun == ["afresh"]
    await page.get_by_role("button", name="Pelatih").click()
    await expect(drawer.get_by_text("Kosong: semuanya sudah sampai.")).to_be_visible()


async def test_with_its_only_message_a_date_goes_too(office: Office, windows: Windows) -> None:
    office.simulator.opens_link(AHMAD)
    page = await windows.open(office.url, DESK)
    days = phone(page, AHMAD).locator(".day")
    sent = []
    for _ in range(2):
        office.simulator.advance(timedelta(days=1))
        sent.append(await office.call("sendMessage", chat_id=AHMAD, text="ringkasan"))
    await expect(days).to_have_count(3)
    await office.call("deleteMessage", chat_id=AHMAD, message_id=sent[0]["message_id"])
    await expect(days).to_have_count(2)
    await office.call("deleteMessage", chat_id=AHMAD, message_id=sent[1]["message_id"])
    await expect(days).to_have_count(1)
    await office.call("sendMessage", chat_id=AHMAD, text="lagi pada hari itu")
    await expect(days).to_have_count(2)


async def test_a_trainee_may_have_one_phone_only(office: Office, windows: Windows) -> None:
    office.simulator.tour = [TourStep(user=AHMAD, words="Tekan MULAI.", says="/start")]
    page = await windows.open(f"{office.url}/?user={SITI}", HAND)
    await phone(page, SITI).get_by_role("button", name="MULAI").click()
    await expect(phone(page, SITI).locator(".message.mine")).to_contain_text("/start")
    await expect(page.locator(".phone")).to_have_count(1)
    await expect(page.get_by_role("button", name="Langkah pertama")).to_be_hidden()


async def test_phones_keep_the_order_that_they_were_put_in(office: Office, windows: Windows) -> None:
    page = await windows.open(office.url, DESK)
    order = page.locator(".phone")
    await expect(order.first).to_have_attribute("data-user", str(AHMAD))
    await phone(page, SITI).locator(".who").drag_to(phone(page, AHMAD), target_position={"x": 20, "y": 300})
    await expect(order.first).to_have_attribute("data-user", str(SITI))
    await page.reload()
    await expect(order.first).to_have_attribute("data-user", str(SITI))
    await phone(page, SITI).get_by_role("button", name="Menu telepon").click()
    await page.get_by_role("menuitem", name="Geser ke kanan").click()
    await expect(order.first).to_have_attribute("data-user", str(AHMAD))


async def test_a_link_to_the_bot_opens_here(office: Office, windows: Windows) -> None:
    office.simulator.opens_link(AHMAD)
    page = await windows.open(office.url, DESK)
    name = office.simulator.world.the_bot().user.username
    await office.call("sendMessage", chat_id=AHMAD, text=f"Undangan: https://t.me/{name}?start=abc-1")
    await phone(page, AHMAD).get_by_role("link", name=f"https://t.me/{name}?start=abc-1").click()
    await expect(phone(page, AHMAD).locator(".message.mine").last).to_contain_text("/start abc-1")
    assert len(page.context.pages) == 1, "a window was opened towards the real messenger"


async def test_files_may_be_dropped_on_a_phone(office: Office, windows: Windows) -> None:
    office.simulator.opens_link(AHMAD)
    page = await windows.open(office.url, DESK)
    await expect(phone(page, AHMAD).locator(".message")).to_have_count(1)
    dropped = await page.evaluate_handle(
        """() => { const files = new DataTransfer(); for (const name of ["satu.pdf", "dua.pdf"])
           files.items.add(new File([name], name)); return files; }"""
    )
    await phone(page, AHMAD).dispatch_event("drop", {"dataTransfer": dropped})
    await expect(phone(page, AHMAD).locator(".file")).to_have_count(2)
    await expect(phone(page, AHMAD).locator(".joined")).to_have_count(1)
    sent = [message for message in office.simulator.chat(AHMAD) if message.document]
    assert [office.simulator.content(message) for message in sent] == [b"satu.pdf", b"dua.pdf"]


async def test_whoever_blocks_the_bot_may_let_it_in_again(office: Office, windows: Windows) -> None:
    office.simulator.opens_link(AHMAD)
    page = await windows.open(office.url, DESK)
    await phone(page, AHMAD).get_by_role("button", name="Menu telepon").click()
    await page.get_by_role("menuitem", name="Blokir bot").click()
    again = phone(page, AHMAD).get_by_role("button", name="BUKA BLOKIR")
    await expect(again).to_be_visible()
    assert (await office.simulator.call(office.simulator.world.the_bot().token, "sendMessage", REFUSED)).status == 403
    await again.click()
    await expect(phone(page, AHMAD).get_by_role("textbox")).to_be_visible()
    await office.call("sendMessage", chat_id=AHMAD, text="kembali")
    await expect(phone(page, AHMAD).get_by_text("kembali")).to_be_visible()


async def test_a_silent_message_pushes_no_notification(office: Office, windows: Windows) -> None:
    for user in (AHMAD, SITI):
        office.simulator.opens_link(user)
    page = await windows.open(office.url, DESK)
    await phone(page, AHMAD).get_by_role("textbox").focus()
    await office.call("sendMessage", chat_id=SITI, text="tanpa bunyi", disable_notification=True)
    await expect(phone(page, SITI).get_by_text("tanpa bunyi")).to_be_visible()
    await expect(phone(page, SITI).locator(".who .count")).to_have_text("1")
    await expect(phone(page, SITI).locator(".notice")).to_have_count(0)
    await office.call("sendMessage", chat_id=SITI, text="dengan bunyi")
    await expect(phone(page, SITI).locator(".notice")).to_contain_text("dengan bunyi")


async def test_the_page_is_light(office: Office, windows: Windows) -> None:
    weights: list[int] = []
    page = await windows.open(office.url, DESK)
    page.on("response", lambda answer: weights.append(int(answer.headers.get("content-length", 0))))
    await page.reload(wait_until="load")
    await expect(phone(page, AHMAD)).to_be_visible()
    assert 10_000 < sum(weights) < 200_000
