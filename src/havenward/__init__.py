"""Havenward forecasts how civilians escape besieged cities and where they must be received.

The Python interface is `havenward.api`: load, edit, run, plot.
"""

__version__ = "0.1.0"
