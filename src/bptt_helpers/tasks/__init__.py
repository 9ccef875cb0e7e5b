"""What a network is asked, and how wrong it is: sequences and texts to read, losses, results stored with the course."""

from . import sequences
from .losses import cross_entropy, squared_error
from .ngrams import KneserNey
from .text import Vocabulary, load_text, one_hot, text_batch

__all__ = [
    "KneserNey",
    "Vocabulary",
    "cross_entropy",
    "load_text",
    "one_hot",
    "sequences",
    "squared_error",
    "text_batch",
]
