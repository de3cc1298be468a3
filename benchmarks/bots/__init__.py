"""The bots that are measured, each a process of its own that works until it is killed."""
