"""What is promised to be fast, measured. ``make bench`` runs all of it and prints tables."""
