"""Reading and writing the folders that Flee reads: what they say as plain, checked data, without any simulation."""
