"""The rules and the use cases: what becomes due, who may act, where a return goes."""
