"""An office's working time: when it is open, and when something that takes so long is due."""
