"""The SOPs as data: one YAML file each, the language they are written in, and its loader."""
