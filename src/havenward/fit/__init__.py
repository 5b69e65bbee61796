"""The model against registered figures: what was printed, and scores of what was simulated."""
