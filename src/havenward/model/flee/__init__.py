"""The rules of Flee: people walk along links from conflict to camps. Shares nothing with the siege but the seam."""
