"""Havenward forecasts how civilians escape besieged cities and where they must be received."""

__version__ = "0.1.0"
