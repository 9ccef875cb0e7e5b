"""Notebook 12: a language model trained before the reader's eyes."""
