"""The running process: settings, command line, polling, workers, demo."""
