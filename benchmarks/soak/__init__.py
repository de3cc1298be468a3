"""A quarter of many offices at the fastest pace: ``make soak``."""
