"""Who may do what: strangers, the wrong person, old buttons, two at one seat, a blocked bot, taking back."""

from __future__ import annotations

from simulator.records import Message
from tests.e2e.conftest import Opened
from tests.e2e.driver import Driver
from tests.e2e.office import Office
from tests.e2e.offices import office_file
from tests.e2e.phone import Phone
from tests.e2e.status import ask

SOP = "tambak-evaluasi-kinerja"


def data_of(message: Message, caption: str) -> str:
    """What a button would send."""
    return str(next(b["callback_data"] for row in message.keyboard for b in row if b["text"] == caption))


async def ordered(office: Office) -> None:
    """Start the SOP; the Camat gives the order."""
    p = office.phones
    await Driver(p).start(p.sekcam, "TW IV 2026")
    await p.camat.taps("Perintahkan")
    await p.camat.taps("Lewati")
    await p.sekcam.sees("langkah 2 dari 9")


async def test_a_button_pressed_once_more_asks_its_question_again_and_ends_nothing(open_office: Opened) -> None:
    office = await open_office(SOP)
    p = office.phones
    await Driver(p).start(p.sekcam, "TW IV 2026")
    for _ in range(2):
        await p.camat.taps("Perintahkan")
        await p.camat.sees("Mohon diisi: Arahan")
    await office.quiet()
    assert "belum dikirim" not in p.camat.text()
    assert p.camat.text().count("[Lewati]") == 1, "the older question keeps no button"
    await p.camat.taps("Lewati")
    await p.sekcam.sees("langkah 2 dari 9")


async def test_nobody_does_what_is_not_theirs(open_office: Opened) -> None:
    office = await open_office(SOP)
    p = office.phones
    await Driver(p).start(p.sekcam, "TW IV 2026")
    order = await p.camat.offered("Perintahkan")
    button = data_of(order, "Perintahkan")

    # A stranger gets one polite answer and reaches nothing.
    office.simulator.add_user(4242, "Orang")
    stranger = Phone(office.simulator, 4242)
    await stranger.says("Selamat pagi")
    answer = await stranger.sees("Pandu hanya melayani pejabat yang sudah terdaftar")
    await stranger.says("/status 1")
    await stranger.told(await stranger.forges(answer, button))
    await office.quiet()
    assert len(stranger.received) == 1

    # The wrong person's button, data nobody wrote, and a button of an activation that is over.
    before = await office.open_tasks()
    toast = await p.trantib.told(await p.trantib.forges(p.trantib.last(), button))
    assert "menjadi bagian pejabat lain" in toast.text
    for forged in ("", "do", "decide:999999:1:setujui", "q:00000000:yes", "\u202e:1:1"):
        toast = await p.camat.told(await p.camat.forges(order, forged))
        assert toast.text, forged
    assert await office.open_tasks() == before
    await p.camat.taps("Perintahkan")
    await p.camat.taps("Lewati")
    await p.camat.gone("Perintahkan")
    toast = await p.camat.told(await p.camat.forges(order, button))
    assert "Sudah tercatat" in toast.text

    # Files are for those who take part; the rest of the office sees the status only.
    await p.staf.says("/berkas 1")
    await p.staf.hears("berkas pelaksanaan ini hanya terbuka bagi pimpinan")
    await p.camat.says("/berkas 1")
    await p.camat.hears("Berkas No. 1")
    await p.staf.says("/status 77")
    await p.staf.hears("nomor pelaksanaan itu tidak ditemukan")
    await p.staf.says("/batalkan 1")
    await p.staf.hears("yang dapat membatalkan")

    # Cancelling asks for a reason and once more; every card says so.
    await p.sekcam.says("/batalkan 1")
    await p.sekcam.hears("Mengapa pelaksanaan No. 1 dibatalkan?")
    await p.sekcam.says("Salah periode")
    await p.sekcam.taps("Kirim alasan")
    await p.sekcam.taps("Ya, batalkan")
    await p.sekcam.hears("Pelaksanaan No. 1 dibatalkan")
    await office.quiet()
    assert await office.open_tasks() == [] or p.sekcam.find("Selesai") is None
    assert "telah dibatalkan" in p.sekcam.text()
    await p.staf.says("/status 1")
    await p.staf.hears("Dibatalkan Senin, 4 Januari 2027")
    # The period is free again.
    await Driver(p).start(p.sekcam, "TW IV 2026")
    assert (await ask(p.staf, 2)).current == 1


async def test_taking_back_two_at_one_seat_and_a_blocked_bot(open_office: Opened) -> None:
    office = await open_office(SOP)
    p = office.phones
    await ordered(office)

    # While nobody has touched what follows, the order can be taken back.
    await p.camat.taps("Tarik kembali")
    await p.camat.offered("Perintahkan")
    await p.sekcam.hears("Ditarik kembali")
    await p.sekcam.sees("Langkah 1 ditarik kembali")
    await office.quiet()
    assert p.sekcam.text().count("Ditarik kembali:") == 1
    assert "Ditarik kembali:" not in p.camat.text()
    assert (await ask(p.staf)).current == 1
    await p.camat.taps("Perintahkan")
    await p.camat.taps("Lewati")
    card = await p.camat.offered("Tarik kembali")
    button = data_of(card, "Tarik kembali")
    await p.sekcam.taps("Saya tindak lanjuti")
    await p.camat.gone("Tarik kembali")
    toast = await p.camat.told(await p.camat.forges(card, button))
    assert "tidak dapat ditarik kembali" in toast.text

    # /batal leaves a question, and nothing else.
    await p.sekcam.taps("Selesai")
    await p.sekcam.hears("Arahan")
    await p.sekcam.says("/batal")
    await p.sekcam.hears("Baik, ditinggalkan")
    await p.sekcam.gone("Lewati")
    assert (await ask(p.staf)).current == 2
    await p.sekcam.says("/batal")
    await p.sekcam.hears("Tidak ada pertanyaan")

    # A second Sekcam is seated: both have the card, both press, one of them is second.
    office.simulator.add_user(1008, "Hari")
    second = Phone(office.simulator, 1008)
    p.phones["sekcam2"] = second
    await second.says("/start")
    await second.sees("Pandu hanya melayani pejabat")
    more = "adopts:", "  - {name: Hari Wibowo, telegram_id: 1008, seats: [{role: sekcam}]}\nadopts:"
    await office.load(office_file(SOP).replace(*more))
    await second.says("/tugas")
    for phone in (p.sekcam, second):
        await phone.taps("Selesai", on="langkah 2")
        await phone.offered("Lewati")
    # Trantib blocks the bot before the card of step 3 comes; the admin is told once.
    await p.trantib.blocks()
    await p.camat.sees("Tidak dapat dihubungi: Bapak/Ibu Dewi Lestari")
    taps = [await phone.taps("Lewati") for phone in (p.sekcam, second)]
    toasts = [(await phone.told(tap)).text for phone, tap in zip((p.sekcam, second), taps, strict=True)]
    assert sorted("Sudah diselesaikan oleh" in toast for toast in toasts) == [False, True], toasts
    await office.quiet()
    assert p.trantib.find("Nihil") is None
    await p.trantib.unblocks()
    await p.trantib.says("/start")
    await p.trantib.offered("Nihil")
    assert p.camat.text().count("Tidak dapat dihubungi") == 1
    assert await office.faults("sumbang") == []


async def test_the_superior_learns_that_a_step_came_to_hang_on_a_closed_chat(open_office: Opened) -> None:
    office = await open_office(SOP)
    p = office.phones
    gone = "Tidak dapat dihubungi: Ibu Siti Rahayu"
    office.simulator.add_user(1008, "Hari")
    p.phones["admin"] = admin = Phone(office.simulator, 1008)
    more = "  - {name: Hari Wibowo, telegram_id: 1008, seats: [], admin: true}\nadopts:"
    await office.load(office_file(SOP).replace("admin: true", "admin: false").replace("adopts:", more))
    await admin.says("/start")
    await Driver(p).start(p.camat, "TW IV 2026")

    # Nothing hangs on the Sekcam yet: the admin alone is told.
    await p.sekcam.blocks()
    await admin.sees(gone)
    await office.quiet()
    assert gone not in p.camat.text()

    # Two steps later, twice taken back and given again: the Camat is told once.
    for _ in range(2):
        await p.camat.taps("Perintahkan")
        await p.camat.taps("Lewati")
        await p.camat.sees(gone)
        await office.quiet()
        await p.camat.taps("Tarik kembali")
        await p.camat.offered("Perintahkan")
        await office.quiet()
    assert [phone.text().count(gone) for phone in (p.camat, admin, p.staf)] == [1, 1, 0]
