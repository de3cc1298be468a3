"""The methods of the Bot API that the simulator has; importing this fills the table."""

from simulator.methods import about_bot, answers, chats, editing, fetching, media, sending
from simulator.methods.registry import METHODS, Call, Method

__all__ = ["METHODS", "Call", "Method", "about_bot", "answers", "chats", "editing", "fetching", "media", "sending"]
