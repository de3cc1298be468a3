"""What an official says or taps: one file per conversation, each calling one use case."""
