"""Bare bots of two libraries run on the simulator unchanged, by polling and by webhook."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import telegram
import telegram.ext
from aiohttp import web

from simulator import Person, Simulator, running
from tests.e2e.phone import Phone, quiet

PRESSED = "Tercatat"


@pytest.fixture
async def phone() -> AsyncIterator[Phone]:
    simulator = Simulator()
    simulator.add_bot()
    simulator.add_person(Person(1001, "Ahmad <b>Fauzi</b>", "Camat"))
    yield Phone(simulator, 1001)
    await simulator.close()


async def converse(phone: Phone) -> None:
    """What both bots do: greet, answer a tap by an edit, send a file back."""
    await phone.says("/start")
    await phone.sees("Halo 😀 Bapak")
    toast = await phone.taps_and_hears("Setujui")
    assert toast.text == PRESSED
    await phone.sees("Selesai")
    await phone.gone("Setujui")
    await phone.sends_document("data é.xlsx", b"isi")
    assert await phone.receives_file("balik é.xlsx") == b"isi"
    await quiet(phone.simulator, settle=0.01)


def ptb_bot(token: str, url: str) -> telegram.ext.Application[Any, Any, Any, Any, Any, Any]:
    async def start(update: telegram.Update, _: object) -> None:
        button = telegram.InlineKeyboardButton("Setujui", callback_data="x:1", style="success")
        assert update.message
        await update.message.reply_html("<b>Halo</b> 😀 Bapak", reply_markup=telegram.InlineKeyboardMarkup([[button]]))

    async def tap(update: telegram.Update, _: object) -> None:
        assert update.callback_query
        await update.callback_query.answer(PRESSED)
        await update.callback_query.edit_message_text("Selesai")

    async def back(update: telegram.Update, _: object) -> None:
        assert update.message
        assert update.message.document
        content = await (await update.message.document.get_file()).download_as_bytearray()
        await update.message.reply_document(bytes(content), filename="balik é.xlsx")

    app = telegram.ext.ApplicationBuilder().token(token).base_url(f"{url}/bot").base_file_url(f"{url}/file/bot").build()
    app.add_handler(telegram.ext.CommandHandler("start", start))
    app.add_handler(telegram.ext.CallbackQueryHandler(tap))
    app.add_handler(telegram.ext.MessageHandler(telegram.ext.filters.Document.ALL, back))
    return app


async def test_ptb_by_polling(phone: Phone) -> None:
    async with running(phone.simulator) as url:
        app = ptb_bot(phone.simulator.world.the_bot().token, url)
        async with app:
            assert app.updater
            await app.start()
            await app.updater.start_polling()
            await converse(phone)
            await app.updater.stop()
            await app.stop()


async def test_ptb_by_webhook(phone: Phone) -> None:
    async with running(phone.simulator) as url:
        app = ptb_bot(phone.simulator.world.the_bot().token, url)

        async def receive(request: web.Request) -> web.Response:
            assert request.headers["X-Telegram-Bot-Api-Secret-Token"] == "rahasia"
            await app.update_queue.put(telegram.Update.de_json(await request.json(), app.bot))
            return web.Response()

        async with app, served(receive) as hook:
            await app.start()
            await app.bot.set_webhook(hook, secret_token="rahasia")
            await converse(phone)
            await app.bot.delete_webhook()
            await app.stop()


async def test_aiogram_by_polling(phone: Phone) -> None:
    from tests.integration.simulator.aiogram_bot import aiogram_bot  # takes seconds, in every test process

    async with running(phone.simulator) as url:
        bot, dispatcher = aiogram_bot(phone.simulator.world.the_bot().token, url, PRESSED)
        polling = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False, polling_timeout=5))
        try:
            await converse(phone)
        finally:
            stopping = asyncio.create_task(dispatcher.stop_polling())
            await phone.simulator.close()
            await asyncio.gather(polling, stopping)


async def test_aiogram_by_webhook(phone: Phone) -> None:
    from aiogram.webhook.aiohttp_server import SimpleRequestHandler

    from tests.integration.simulator.aiogram_bot import aiogram_bot

    async with running(phone.simulator) as url:
        bot, dispatcher = aiogram_bot(phone.simulator.world.the_bot().token, url, PRESSED)
        handler = SimpleRequestHandler(dispatcher, bot, secret_token="rahasia", handle_in_background=False)
        async with served(handler.handle) as hook:
            await bot.set_webhook(hook, secret_token="rahasia")
            await converse(phone)
            await bot.delete_webhook()
        await bot.session.close()


class served:  # noqa: N801 - used like a function
    """A bot's own little server; enters with the address of its hook."""

    def __init__(self, handle: Any) -> None:
        app = web.Application()
        app.router.add_post("/hook", handle)
        self.runner = web.AppRunner(app)

    async def __aenter__(self) -> str:
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self.runner.addresses[0][1]}/hook"

    async def __aexit__(self, *_: object) -> None:
        await self.runner.cleanup()
