"""Everything goes wrong at once: replicas killed, the database restarted, disks full, Telegram stumbling, clocks apart.

Several offices go through a working day on three real ``pandu serve`` processes behind a
balancer, on one PostgreSQL, against the simulated Telegram over HTTP. At the end
:mod:`tests.chaos.reckoning` counts what was done and said.
"""
