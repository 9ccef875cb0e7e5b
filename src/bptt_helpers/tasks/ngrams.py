"""A text predicted by counting: which character followed the last few characters, how often, in the text before."""

from __future__ import annotations

import math
from collections import Counter, defaultdict

import numpy as np

from ..numbers.validate import shown, whole_number
from .text import Vocabulary, check_text

LONGEST = 16  # characters of an n-gram; a text long enough to fill longer ones does not fit into memory
RARE = (0.5, 1.0, 1.5)  # discounts of a text too short to estimate its own


class KneserNey:
    """An n-gram model of characters with interpolated, modified Kneser–Ney smoothing.

    The n − 1 characters before are the context. Each character that followed it in `text` gives a discount D away, and
    what that saves goes to the answer that a context shorter by one gives:

        p(c | context) = (count(context c) − D) / total(context) + left(context) · p(c | context without its first)

    D is D₁, D₂ or D₃ for a count of 1, of 2, or of more; each length of context has its own three. Below the empty
    context all characters are equally likely. A context that never occurred leaves the answer to the shorter one.

    Only n-grams of n characters count as often as they occur. A shorter one counts once for each different character
    before it: where every "u" comes after a "q", the "u" has a count of 1, and is no likely answer after other letters.

    Parameters
    ----------
    text : str
        What is counted, at least `order` characters.
    order : int
        n, from 1 to 16: 1 is the unigram, which has no context, 2 the bigram, 3 the trigram.
    vocabulary : Vocabulary, optional
        All characters that can come. Default: those of `text`.

    Attributes
    ----------
    order : int
    vocabulary : Vocabulary

    Raises
    ------
    ValueError
        If the text is too short or has a character outside the vocabulary, or the order is out of range.

    References
    ----------
    Kneser & Ney (1995), doi:10.1109/ICASSP.1995.479394: shorter n-grams by what they follow.
    Chen & Goodman (1999), doi:10.1006/csla.1999.0128: interpolation, and three discounts.

    Examples
    --------
    >>> model = KneserNey("abracadabra", 2)
    >>> "".join(model.vocabulary.characters), model.probabilities("r").round(2)
    ('abcdr', array([0.66, 0.09, 0.09, 0.09, 0.09]))
    """

    def __init__(self, text, order, vocabulary=None):
        self.order = order = whole_number("order", order, 1, LONGEST)
        if len(check_text("text", text)) < order:
            raise ValueError(f"text: want at least order = {order} characters, got {len(text)}")
        if vocabulary is not None and not isinstance(vocabulary, Vocabulary):
            raise ValueError(f"vocabulary: want a Vocabulary or None, got {shown(vocabulary)}")
        self.vocabulary = Vocabulary.of(text) if vocabulary is None else vocabulary
        self.vocabulary.encode(text)
        # level k: contexts of k characters
        self._levels = [_level(_counts(text, k + 1, before=k + 1 < order)) for k in range(order)]

    def probabilities(self, context) -> np.ndarray:
        """What may come next.

        Parameters
        ----------
        context : str
            The text before; of it the last n − 1 characters count. A shorter one is asked of the shorter n-grams.

        Returns
        -------
        ndarray (d,)
            A probability above 0 for each character of the vocabulary, in its order; their sum is 1.

        Raises
        ------
        ValueError
            If the context is no text, or has a character outside the vocabulary.
        """
        self.vocabulary.encode(context, "context")
        steps = self._steps(context[max(0, len(context) - self.order + 1) :])
        return np.array([self._chance(steps, character) for character in self.vocabulary.characters])

    def bits_per_character(self, text, before="") -> float:
        """How many bits a character of a text costs: the mean of −log2 of the probability that it was given.

        Parameters
        ----------
        text : str
            At least one character.
        before : str
            What precedes it: context for its first characters, not counted itself.

        Returns
        -------
        float

        Raises
        ------
        ValueError
            If either is no text or has a character outside the vocabulary, or `text` is empty.
        """
        self.vocabulary.encode(check_text("text", text))
        self.vocabulary.encode(before, "before")
        reach = self.order - 1
        start = min(reach, len(before))
        whole = before[len(before) - start :] + text
        chances = (self._chance(self._steps(whole[max(0, i - reach) : i]), whole[i]) for i in range(start, len(whole)))
        return -sum(map(math.log2, chances)) / len(text)

    def _steps(self, context):
        """Shares and what is left, from the empty context to the whole one; contexts that never occurred end it."""
        steps = []
        for k in range(len(context) + 1):
            step = self._levels[k].get(context[len(context) - k :])
            if step is None:  # and so did none that is longer
                break
            steps.append(step)
        return steps

    def _chance(self, steps, character):
        chance = 1 / len(self.vocabulary)
        for shares, left in steps:
            chance = shares.get(character, 0.0) + left * chance
        return chance


def _counts(text, length, before):
    """How often each n-gram of this length occurs, or if `before`, how many different characters were before it."""
    if before:
        return Counter(longer[1:] for longer in {text[i : i + length + 1] for i in range(len(text) - length)})
    return Counter(text[i : i + length] for i in range(len(text) - length + 1))


def _level(counts):
    """For each context the share of every character that followed it, and what is left for all characters."""
    discount = (0.0, *_discounts(counts))
    followed = defaultdict(dict)
    for gram, count in counts.items():
        followed[gram[:-1]][gram[-1]] = count
    level = {}
    for context, of_next in followed.items():
        total, given = sum(of_next.values()), {c: discount[min(count, 3)] for c, count in of_next.items()}
        shares = {c: (count - given[c]) / total for c, count in of_next.items()}
        level[context] = shares, sum(given.values()) / total
    return level


def _discounts(counts):
    """D₁, D₂, D₃ from n₁ … n₄, the n-grams that were counted so often, as Chen and Goodman (1999) say.

    Where one of them is missing, or a discount not above 0, nothing can be estimated; then they are half of each count,
    which leaves something for what was never seen.
    """
    often = Counter(counts.values())
    n1, n2, n3, n4 = (often[k] for k in (1, 2, 3, 4))
    if min(n1, n2, n3) == 0:
        return RARE
    Y = n1 / (n1 + 2 * n2)
    found = 1 - 2 * Y * n2 / n1, 2 - 3 * Y * n3 / n2, 3 - 4 * Y * n4 / n3
    return found if min(found) > 0 else RARE
