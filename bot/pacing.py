"""How fast one bot may speak: Telegram's limits, kept before Telegram has to remind us.

Sends and edits share one budget (https://core.telegram.org/bots/faq, "My bot is hitting
limits"): 30 in any second over all chats, 20 in any minute in a group, and about one a
second in a private chat, of which a few may come at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

PER_SECOND = 30
GROUP_PER_MINUTE = 20
CHAT_BURST = 5
CHAT_REFILL_SECONDS = 1.0


class Pacing:
    """The budget of one bot. All times are seconds of the given monotonic clock.

    A chat has at most one message on its way (the outbox sees to that), so nobody needs to
    book a turn ahead: who may not speak yet comes back later.
    """

    def __init__(self, monotonic: Callable[[], float], *, enabled: bool = True) -> None:
        self._monotonic = monotonic
        self._enabled = enabled
        self._latest: deque[float] = deque(maxlen=PER_SECOND)
        self._groups: dict[int, deque[float]] = {}
        self._full_at: dict[int, float] = {}
        self._held_until = 0.0
        self._chats_held: dict[int, float] = {}

    def take(self, chat_id: int) -> float:
        """Take a turn and return 0, or return in how many seconds to ask again."""
        now = self._monotonic()
        wait = self._turn(chat_id, now) - now
        if wait > 0 or not self._enabled:
            return max(0.0, wait)
        self._latest.append(now)
        if chat_id < 0:
            self._groups.setdefault(chat_id, deque(maxlen=GROUP_PER_MINUTE)).append(now)
        self._full_at[chat_id] = max(self._full_at.get(chat_id, now), now) + CHAT_REFILL_SECONDS
        self._forget(now)
        return 0.0

    def hold(self, chat_id: int, seconds: float) -> None:
        """Obey a 429: let a chat rest, or the whole bot when a second chat was refused meanwhile.

        Telegram does not say which of its limits was hit; two chats at once means the bot's.
        """
        now = self._monotonic()
        others = [chat for chat, until in self._chats_held.items() if chat != chat_id and until > now]
        self._chats_held[chat_id] = max(now + seconds, self._chats_held.get(chat_id, 0.0))
        if others:
            self.hold_all(seconds)

    def hold_all(self, seconds: float) -> None:
        """Let the whole bot rest."""
        self._held_until = max(self._held_until, self._monotonic() + seconds)

    def rest(self) -> float:
        """Return how many seconds the whole bot still rests."""
        return max(0.0, self._held_until - self._monotonic())

    def _turn(self, chat_id: int, now: float) -> float:
        turn = max(now, self._held_until, self._chats_held.get(chat_id, 0.0))
        if not self._enabled:
            return turn
        if len(self._latest) == PER_SECOND:
            turn = max(turn, self._latest[0] + 1.0)
        group = self._groups.get(chat_id)
        if group is not None and len(group) == GROUP_PER_MINUTE:
            turn = max(turn, group[0] + 60.0)
        # The bucket is full again at _full_at; it holds CHAT_BURST turns.
        return max(turn, self._full_at.get(chat_id, 0.0) - (CHAT_BURST - 1) * CHAT_REFILL_SECONDS)

    def _forget(self, now: float) -> None:
        if len(self._full_at) > 1000:
            self._full_at = {chat: at for chat, at in self._full_at.items() if at > now}
            self._chats_held = {chat: at for chat, at in self._chats_held.items() if at > now}
            self._groups = {chat: times for chat, times in self._groups.items() if times[-1] > now - 60.0}
