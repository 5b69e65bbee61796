"""Sensitivity tiers and disclosure control."""
