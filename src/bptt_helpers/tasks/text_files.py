"""A file that a reader has, as text: where it lies, in which encoding it was written, or a sentence with the way out.

UTF-8 is what most programs write today. Files of older ones, and of some on Windows, are found out here: by the mark
that UTF-16 begins with, or by bytes that UTF-8 does not have.
"""

from __future__ import annotations

import codecs
import os
import re
from pathlib import Path

from ..numbers.validate import shown

# The marks that a file may begin with; that of UTF-32 begins with that of UTF-16, so it is tried first.
MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
LARGEST_FILE = 2**30  # bytes: as text in memory up to four times as much
ADDRESS = re.compile(r"\s*([a-z][a-z0-9+.-]+://|www\.)", re.IGNORECASE)


def file_at(source) -> Path:
    """The file that a path names, ``~`` written out; else an error that says where was looked, and what to do."""
    path = os.path.expanduser(os.fspath(source))
    if isinstance(path, bytes):
        raise ValueError(f'source: want a path, "time_machine" or None, got {shown(source)}')
    name = repr(path) if len(path) <= 200 else f"{path[:60]!r}…"
    if ADDRESS.match(path):
        raise ValueError(
            f"source: want the path of a file, got the address {name}, which is not fetched; "
            "save the page as a text file and give its path"
        )
    if not os.path.exists(path):  # unlike Path.exists, False also for what cannot be a path, such as a whole text
        raise FileNotFoundError(f"source: want a text file, got {name}, which does not exist{_where(path)}")
    if os.path.isdir(path):
        inside = sorted(f.name for f in Path(path).iterdir() if f.suffix == ".txt")
        such_as = f", such as {inside[0]!r}" if inside and len(inside[0]) <= 60 else ""
        raise IsADirectoryError(f"source: want a text file, got {name}, which is a folder; name a file in it{such_as}")
    if not os.path.isfile(path):
        raise OSError(f"source: want a text file, got {name}, which is no file")
    return Path(path)


def _where(path):
    """In which folder was looked, if the path can be one."""
    if len(path) > 250 or "\0" in path or "\n" in path:
        return "; a text itself needs no load_text"
    folder = os.path.dirname(os.path.abspath(path))
    return f" in the folder {folder!r}" if os.path.isdir(folder) else f": there is no folder {folder!r}"


def check_encoding(encoding) -> None:
    """Raise a ValueError if `encoding` is not the name of an encoding that Python knows, or None."""
    try:
        known = encoding is None or codecs.lookup(encoding)._is_text_encoding
    except (LookupError, TypeError, ValueError):
        known = False
    if not known:
        raise ValueError(
            f"encoding: want the name of a text encoding, such as 'cp1252', or None, got {shown(encoding)}"
        )


def read_text(path, encoding=None) -> str:
    """The text of a file, line ends as "\\n" and without a mark at its start; see `load_text`."""
    name, size = repr(str(path)), path.stat().st_size
    if size > LARGEST_FILE:
        raise ValueError(f"source: want a file of at most 1 GB, got {size / 1e9:.1f} GB in {name}; cut it into parts")
    raw, encoding = path.read_bytes(), encoding and codecs.lookup(encoding).name
    marked = next((of_mark for mark, of_mark in MARKS.items() if raw.startswith(mark)), None)
    try:
        text = raw.decode(encoding or marked or "utf-8").removeprefix("\ufeff")
    except UnicodeError as error:
        raise ValueError(_not_text(name, raw, getattr(error, "start", 0), encoding or marked)) from error
    if (nul := text.find("\0")) >= 0:  # valid in most encodings, but no text has it
        at = nul if marked is None and encoding is None else None
        raise ValueError(_not_text(name, raw, at, encoding or marked))
    if not text:
        raise ValueError(f"source: want at least one character, got the empty file {name}")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _not_text(name, raw, position, encoding):
    """The sentence for a file that is no text in an encoding (None: UTF-8), with the likely one if there is any."""
    wanted = "UTF-8" if encoding in (None, "utf-8") else encoding
    if position is None:
        return f"source: want a {wanted} text file, got the character 0 in {name}"
    position = min(position, len(raw) - 1)
    if encoding in (None, "utf-8") and raw[position] == 0:  # counted in characters until then
        position = raw.index(b"\0")
    sentence = f"source: want a {wanted} text file, got byte 0x{raw[position]:02x} at position {position} of {name}"
    likely = likely_encoding(raw)
    if likely == (encoding or "utf-8"):
        return f"{sentence}; it is in this encoding otherwise, so the file is damaged there"
    if likely is None:
        return f"{sentence}; it does not look like text: save it as plain text first"
    return f"{sentence}; it looks like {likely!r}: load_text(source, encoding={likely!r})"


def likely_encoding(raw) -> str | None:
    """The encoding that bytes were probably written in; None if they are probably no text.

    UTF-16 without a mark has a zero in every other byte of what is written in Latin letters. A text in one byte a
    character has no zeros and hardly a control character; in few of them do more than two in three special characters
    happen to be UTF-8. cp1252 is Windows in western Europe and America, whose
    quotation marks and dashes are what most texts stumble over. Other scripts fill most bytes above 127.
    """
    sample = raw[: 2**16]
    for mark, encoding in MARKS.items():
        if raw.startswith(mark):
            return encoding if encoding == "utf-8" or b"\0" in sample else None
    if b"\0" in sample:
        for encoding, zeros, others in (
            ("utf-16-le", sample[1::2], sample[::2]),
            ("utf-16-be", sample[::2], sample[1::2]),
        ):
            if zeros.count(0) > 0.5 * len(zeros) and 0 not in others:
                return encoding
        return None
    control = sum(sample.count(byte) for byte in range(32) if byte not in b"\t\n\f\r\x1a\x1b")
    if control > len(sample) / 1000:
        return None
    read = sample.decode("utf-8", "replace")
    if sum(character > "\x7f" for character in read) > 3 * read.count("\ufffd"):
        return "utf-8"
    above = sum(byte > 127 for byte in sample)
    if above > 0.4 * len(sample):
        for encoding in ("gb18030", "cp1251"):
            if _decodes(raw, encoding):
                return encoding
    return "cp1252" if _decodes(raw, "cp1252") else "latin-1"


def _decodes(raw, encoding):
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
