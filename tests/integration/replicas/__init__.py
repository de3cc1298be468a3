"""Two replicas of a bot on one PostgreSQL, in an order of steps that a test decides."""
