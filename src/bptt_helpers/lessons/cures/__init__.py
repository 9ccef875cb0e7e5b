"""Notebook 09: what helps a gradient to arrive, and why that is not yet learning."""
