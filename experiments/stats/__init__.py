"""Sufficient statistics and the formulae over them, one formula family per file."""
