"""The siege: eight phases of a day that contains a night."""
