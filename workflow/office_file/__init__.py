"""The office file: an office's units, officials, seats and adopted SOPs as one YAML file."""
