"""Many members: a plan, what carries it out, a store that loses nothing, and a summary in member order."""
