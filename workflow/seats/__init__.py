"""Who holds a seat, from when to when and in which capacity; and what follows when that changes."""
