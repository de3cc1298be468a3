"""A Telegram that runs on this machine: the Bot API over HTTP, people to act as, trouble to order.

Imports nothing of the other packages, so that it can serve any bot.
"""

from simulator.clock import Clock
from simulator.errors import Impossible
from simulator.faults import Fault
from simulator.running import running
from simulator.simulator import Person, Simulator
from simulator.tour import TourStep
from simulator.trainer import ClockFace, Trainer, Waiting

__all__ = [
    "Clock", "ClockFace", "Fault", "Impossible", "Person", "Simulator", "TourStep", "Trainer", "Waiting", "running",
]  # fmt: skip
