"""Feedback on the exercises: one module a notebook, `feedback` for what they share."""
