"""The contract between rules and solvers: cells, orders, streams of random numbers."""
