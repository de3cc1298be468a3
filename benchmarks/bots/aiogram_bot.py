"""aiogram as it comes: a tap in; an edit, the tap's answer and a message to the next out. No rules, no database."""

from __future__ import annotations

import asyncio

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import CallbackQuery, Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

from benchmarks.bots.arguments import HOOK, TOKEN, Arguments, read, run
from benchmarks.fake_api import CARD


async def main(arguments: Arguments) -> None:
    """Work until killed."""
    dispatcher = Dispatcher()

    @dispatcher.callback_query()
    async def tapped(query: CallbackQuery, bot: Bot) -> None:
        assert isinstance(query.message, Message)
        await query.message.edit_text(CARD)
        await query.answer("Terima kasih, tercatat pukul 09.12 WIB.")
        await bot.send_message(query.from_user.id, CARD)

    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(arguments.api)))
    at_once = arguments.at_once
    if not arguments.webhook_port:
        await dispatcher.start_polling(bot, handle_as_tasks=bool(at_once), tasks_concurrency_limit=at_once or None)
        return
    application = web.Application()
    SimpleRequestHandler(dispatcher, bot, handle_in_background=bool(at_once)).register(application, HOOK)
    setup_application(application, dispatcher, bot=bot)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", arguments.webhook_port).start()
    await bot.set_webhook(f"http://127.0.0.1:{arguments.webhook_port}{HOOK}")
    await asyncio.Event().wait()


if __name__ == "__main__":
    told = read()
    run(main(told), told)
