"""How long the random tests of the rules run: seeded and short, or PANDU_TEST_LONG=1."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
settings.register_profile(
    "short", max_examples=100, deadline=None, derandomize=True, suppress_health_check=SLOW_IS_FINE
)
settings.register_profile("long", max_examples=3000, deadline=None, suppress_health_check=SLOW_IS_FINE)
settings.load_profile("long" if os.environ.get("PANDU_TEST_LONG") == "1" else "short")
