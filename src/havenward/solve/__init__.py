"""How orders are carried out: counts, individuals, expectations."""
