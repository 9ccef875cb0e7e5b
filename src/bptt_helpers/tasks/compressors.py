"""What programs that compress files need for a text, if they have packed another text before."""

from __future__ import annotations

from importlib import import_module

from ..numbers.validate import choice
from .text import check_text

COMPRESSORS = ("gzip", "bz2", "lzma")


def compressed_bits(text, compressor, before="") -> float:
    """By how many bits for each character of a text a compressed file grows, if the text is put at its end.

    What a file needs in any case, such as its header, cancels. Unlike a model that predicts, a compressor may look at
    the whole of `text` before it writes a bit: bz2 sorts blocks of 900 kB, in which `before` and `text` lie together.
    It works with bytes, those of UTF-8, and writes whole bytes. gzip (here its method, deflate) looks back 32 kB at
    most.

    Parameters
    ----------
    text : str
        At least one character.
    compressor : {"gzip", "bz2", "lzma"}
        Each at its best setting.
    before : str
        What stands in the file already.

    Returns
    -------
    float
        Bits a character. They may differ a little between versions of the compressors.

    Raises
    ------
    ValueError
        If `text` or `before` is no text, `text` is empty, or the compressor is unknown.
    ImportError
        If this Python was built without the compressor.

    Examples
    --------
    >>> line = "It was a full stop. "
    >>> compressed_bits(line, "gzip", before=20 * line) < 1
    True
    """
    check_text("text", text)
    if not isinstance(before, str):
        raise ValueError(f"before: want a string, got {type(before).__name__}")
    packed = _METHODS[choice("compressor", compressor, COMPRESSORS)]
    before, whole = (part.encode("utf-8", "surrogatepass") for part in (before, before + text))
    return 8 * (packed(whole) - packed(before)) / len(text)


def _gzip(data):
    return len(import_module("zlib").compress(data, 9))


def _bz2(data):
    return len(import_module("bz2").compress(data, 9))


def _lzma(data):
    lzma = import_module("lzma")
    # as much memory as the text needs, where the setting alone would take 700 MB
    settings = {"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": max(2**12, len(data))}
    return len(lzma.compress(data, format=lzma.FORMAT_RAW, filters=[settings]))


_METHODS = dict(zip(COMPRESSORS, (_gzip, _bz2, _lzma), strict=True))
