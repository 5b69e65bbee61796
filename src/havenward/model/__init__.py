"""The rules: what happens in a day, told as orders to any solver."""
