"""python-telegram-bot as it comes: a tap in; an edit, the tap's answer and a message to the next out.

No rules. With ``--database`` it keeps one row per tap.
"""

from __future__ import annotations

from typing import Any

from telegram import CallbackQuery, Update
from telegram.ext import ApplicationBuilder, CallbackQueryHandler, ContextTypes

from benchmarks.bots import storing
from benchmarks.bots.arguments import HOOK, TOKEN, Arguments, read
from benchmarks.fake_api import CARD

Context = ContextTypes.DEFAULT_TYPE


def main(arguments: Arguments) -> None:
    """Work until killed."""
    kept: dict[str, Any] = {}

    async def tapped(update: Update, context: Context) -> None:
        query = update.callback_query
        assert isinstance(query, CallbackQuery)
        if keep := kept.get("keep"):
            await keep(update.update_id, query.from_user.id, query.data or "")
        await query.edit_message_text(CARD)
        await query.answer("Terima kasih, tercatat pukul 09.12 WIB.")
        await context.bot.send_message(query.from_user.id, CARD)

    async def opened(_: object) -> None:
        if arguments.database:
            kept["keep"] = await storing.opened(arguments.database)

    builder = ApplicationBuilder().token(TOKEN).base_url(f"{arguments.api}/bot").post_init(opened)
    if arguments.at_once:
        builder = builder.concurrent_updates(arguments.at_once)
    application = builder.build()
    application.add_handler(CallbackQueryHandler(tapped))
    if arguments.webhook_port:
        address = f"http://127.0.0.1:{arguments.webhook_port}{HOOK}"
        application.run_webhook("127.0.0.1", arguments.webhook_port, HOOK[1:], webhook_url=address)
    else:
        application.run_polling(timeout=10)


if __name__ == "__main__":
    main(read())
