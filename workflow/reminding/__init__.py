"""Reminders, digests and escalation: who is told what, and when."""
