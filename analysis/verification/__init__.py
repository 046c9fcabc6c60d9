"""Verification: what benchmark tools told of models on devices, compared."""
