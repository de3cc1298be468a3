"""What an admin changes about an office in chat: units, officials, reminders, rules."""
