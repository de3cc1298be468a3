"""What the bot says: templates, keyboards and short answers, in Indonesian and English."""
