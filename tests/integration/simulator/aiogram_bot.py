"""A bare bot of the library aiogram; imported only by the tests that need it, since that takes seconds."""

from __future__ import annotations

import aiogram
import aiogram.client.session.aiohttp
import aiogram.client.telegram
import aiogram.filters
import aiogram.types


def aiogram_bot(token: str, url: str, pressed: str) -> tuple[aiogram.Bot, aiogram.Dispatcher]:
    server = aiogram.client.telegram.TelegramAPIServer.from_base(url)
    bot = aiogram.Bot(token, session=aiogram.client.session.aiohttp.AiohttpSession(api=server))
    dispatcher = aiogram.Dispatcher()

    @dispatcher.message(aiogram.filters.CommandStart())
    async def start(message: aiogram.types.Message) -> None:
        button = aiogram.types.InlineKeyboardButton(text="Setujui", callback_data="x:1", style="success")
        markup = aiogram.types.InlineKeyboardMarkup(inline_keyboard=[[button]])
        await message.answer("<b>Halo</b> 😀 Bapak", parse_mode="HTML", reply_markup=markup)

    @dispatcher.callback_query()
    async def tap(query: aiogram.types.CallbackQuery) -> None:
        await query.answer(pressed)
        assert isinstance(query.message, aiogram.types.Message)
        await query.message.edit_text("Selesai")

    @dispatcher.message(aiogram.F.document)
    async def back(message: aiogram.types.Message) -> None:
        assert message.document
        content = await bot.download(message.document)
        assert content
        await message.answer_document(aiogram.types.BufferedInputFile(content.read(), "balik é.xlsx"))

    return bot, dispatcher
