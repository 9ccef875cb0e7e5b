"""Text: where it is found, that nothing of it is lost, its batches, and sentences for bad input."""

import math
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pooch
import pytest

from bptt_helpers import Vocabulary, cross_entropy, load_text, one_hot, text_batch
from bptt_helpers.tasks import stored, text, text_files

HERE = Path(__file__).parent
DATA = Path(__file__).parents[1] / "data"
STORY = load_text()
UNWRAPPED = STORY.replace("\n", " ")  # same positions, and no phrase is cut by the end of a line


# the embedded text


def test_the_embedded_text_is_the_file_in_data():
    assert (DATA / text.EMBEDDED).read_bytes().replace(b"\r\n", b"\n") == STORY.encode("ascii")


def test_the_embedded_text_is_long_plain_and_never_repeats_itself():
    assert len(STORY) >= 30_000
    assert "!" not in STORY
    assert len(Vocabulary.of(STORY)) == 60
    paragraphs = STORY.split("\n\n")
    assert len(set(paragraphs)) == len(paragraphs)
    words = STORY.split()
    runs = Counter(tuple(words[i : i + 12]) for i in range(len(words)))
    assert runs.most_common(1)[0][1] == 1  # no twelve words in a row occur twice
    assert max(map(len, STORY.split("\n"))) <= 96


def table_rows():
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| (\d+) \| ([^|]+) \| (\d+) \| (\d+) \|$", README, re.MULTILINE)
    return [pytest.param(early, int(i), late, int(j), int(gap), id=what) for what, early, i, late, j, gap in rows]


README = (DATA / "README.md").read_text(encoding="utf-8")


def test_the_table_of_what_returns_has_its_rows():
    assert len(table_rows()) == README.count("\n| ") - 1 >= 14  # all but the heading


@pytest.mark.parametrize(("early", "i", "late", "j", "gap"), table_rows())
def test_early_things_return_where_the_table_says(early, i, late, j, gap):
    assert [m.start() for m in re.finditer(re.escape(early), UNWRAPPED)] == [i]
    assert [m.start() for m in re.finditer(re.escape(late), UNWRAPPED)] == [j]
    assert gap == j - i > 15_000


def test_a_wheel_carries_the_text_inside_the_package(tmp_path, monkeypatch):
    """The lookup prefers the package's own data/, and falls back to that of the checkout."""
    package = tmp_path / "src" / "bptt_helpers"
    for folder, content in ((tmp_path / "data", "checkout"), (package / "data", "wheel")):
        folder.mkdir(parents=True)
        (folder / text.EMBEDDED).write_text(content)
    monkeypatch.setattr(stored, "__file__", str(package / "tasks" / "stored.py"))
    assert load_text() == "wheel"
    (package / "data" / text.EMBEDDED).unlink()
    assert load_text() == "checkout"
    (tmp_path / "data" / text.EMBEDDED).unlink()
    with pytest.raises(FileNotFoundError, match=f"want a text file, got .*{text.EMBEDDED}', which does not exist"):
        load_text()


# the reader's own text


@pytest.mark.parametrize("content", ["one line", "two\nlines\n", " \n", "Grüße, 世界 🙂\tλ₁\n", "\n\n"])
def test_nothing_is_lost_from_the_file_to_the_numbers_and_back(tmp_path, content):
    file = tmp_path / "own.txt"
    file.write_bytes(content.encode())
    for source in (file, str(file)):
        read = load_text(source)
        vocabulary = Vocabulary.of(read)
        assert vocabulary.decode(vocabulary.encode(read)) == read == content


def test_line_ends_and_byte_order_mark_are_the_only_changes(tmp_path):
    file = tmp_path / "windows.txt"
    file.write_bytes(b"\xef\xbb\xbfa\r\nb\rc\n\xef\xbb\xbf")
    assert load_text(file) == "a\nb\nc\n\ufeff"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\x89PNG\r\n\x1a\n\x00", "want a UTF-8 text file, got byte 0x89 at position 0 of "),
        (b"ab\x00c", "want a UTF-8 text file, got byte 0x00 at position 2 of "),
        (b"caf\xe9 \xe9", "want a UTF-8 text file, got byte 0xe9 at position 3 of "),
        (b"\xef\xbb\xbfab\xff", "want a UTF-8 text file, got byte 0xff at position 5 of "),
        ("text".encode("utf-16-le"), "want a UTF-8 text file, got byte 0x00 at position 1 of "),
        (b"", "want at least one character, got the empty file "),
        (b"\xef\xbb\xbf", "want at least one character, got the empty file "),
    ],
)
def test_a_file_that_is_no_text_gets_one_sentence(tmp_path, content, sentence):
    file = tmp_path / "own.txt"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=re.escape(f"source: {sentence}{str(file)!r}")) as caught:
        load_text(file)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "error", "sentence"),
    [
        (
            "no/such.txt",
            FileNotFoundError,
            f"'no/such.txt', which does not exist: there is no folder {str(HERE / 'no')!r}",
        ),
        ("such.txt", FileNotFoundError, f"'such.txt', which does not exist in the folder {str(HERE)!r}"),
        ("~/such.txt", FileNotFoundError, f"{str(Path.home() / 'such.txt')!r}, which does not exist in the folder "),
        (
            "https://example.org/a.txt",
            ValueError,
            "got the address 'https://example.org/a.txt', which is not fetched; save",
        ),
        (
            "www.example.org/a.txt",
            ValueError,
            "got the address 'www.example.org/a.txt', which is not fetched; save the page",
        ),
        ("to be " * 1000, FileNotFoundError, "source: want a text file, got 'to be to be "),
        ("nul\0", FileNotFoundError, "source: want a text file, got 'nul\\x00', which does not exist"),
        (
            str(DATA),
            OSError,
            f"{str(DATA)!r}, which is a folder; name a file in it, such as 'signal_line.txt'",
        ),
        (3, ValueError, 'source: want a path, "time_machine" or None, got 3'),
        (b"x.txt", ValueError, "source: want a path, \"time_machine\" or None, got b'x.txt'"),
    ],
)
def test_a_source_that_is_no_file_gets_one_sentence(source, error, sentence, monkeypatch):
    monkeypatch.chdir(HERE)
    with pytest.raises(error, match=re.escape(sentence)) as caught:
        load_text(source)
    assert len(str(caught.value)) < 300


A_NAME = "encoding: want the name of a text encoding, such as 'cp1252', or None"
QUOTED = "He said “no” – and left. Grüße aus Köln, 1876.\r\n" * 20


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_a_file_that_begins_with_a_mark_is_read_in_the_encoding_of_the_mark(tmp_path, encoding):
    file = tmp_path / "marked.txt"
    file.write_bytes((QUOTED if encoding in ("utf-16", "utf-32", "utf-8-sig") else "\ufeff" + QUOTED).encode(encoding))
    assert load_text(file) == QUOTED.replace("\r\n", "\n")
    assert load_text(file, encoding=encoding) == QUOTED.replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (QUOTED, "cp1252"),
        (QUOTED, "utf-16-le"),
        (QUOTED, "utf-16-be"),
        ("It’s\n", "cp1252"),
        ("déjà vu\x8d\n", "latin-1"),
        ("Все счастливые семьи похожи друг на друга\n" * 9, "cp1251"),
        ("道可道非常道名可名非常名\n" * 9, "gb18030"),
    ],
)
def test_the_encoding_that_a_file_was_probably_written_in_is_named_and_reads_it(tmp_path, content, encoding):
    file = tmp_path / "old.txt"
    file.write_bytes(content.encode(encoding))
    with pytest.raises(ValueError, match=r"^source: want a UTF-8 text file, got byte 0x") as caught:
        load_text(str(file))
    assert str(caught.value).endswith(f"it looks like {encoding!r}: load_text(source, encoding={encoding!r})")
    assert load_text(file, encoding=encoding) == content.replace("\r\n", "\n")


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\0\0", b"\xff\xfe\xff", bytes(range(128, 160)) * 9 + bytes(9)])
def test_a_file_that_is_no_text_in_any_encoding_is_told_so(tmp_path, content):
    file = tmp_path / "picture"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=r"want a .* text file, got .*; it does not look like text"):
        load_text(file)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            {"encoding": "klingon"},
            "encoding: want the name of a text encoding, such as 'cp1252', or None, got 'klingon'",
        ),
        ({"encoding": "base64"}, "encoding: want the name of a text encoding, such as 'cp1252', or None, got 'base64'"),
        ({"encoding": 8}, "encoding: want the name of a text encoding, such as 'cp1252', or None, got 8"),
        ({"encoding": "utf-8"}, "source: want a UTF-8 text file, got byte 0x92 at position 2 of "),
        ({"encoding": "ascii"}, "source: want a ascii text file, got byte 0x92 at position 2 of "),
        ({"source": None, "encoding": "cp1252"}, "encoding: want None, since this text needs no other, got 'cp1252'"),
    ],
)
def test_an_encoding_that_does_not_fit_gets_one_sentence(tmp_path, arguments, sentence):
    file = tmp_path / "old.txt"
    file.write_bytes("It’s".encode("cp1252"))
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}"):
        load_text(**({"source": file} | arguments))


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("Grüße, 世界 🙂 und so weiter".encode() + b"\xff ..", None),
        ("Grüße, 世界 🙂".encode()[:-1], None),  # cut within a character
        (b"\xef\xbb\xbfabc\xff", None),
        ("Grüße".encode("utf-16")[:-1], None),
        ("Grüße, 世界".encode() + b"\xff", "UTF8"),
    ],
)
def test_a_damaged_file_is_not_blamed_on_its_encoding(tmp_path, content, encoding):
    file = tmp_path / "damaged.txt"
    file.write_bytes(content)
    wanted = r"want a (UTF-8|utf-16) text file, got byte 0x.*; it is in this encoding otherwise, so the file is damaged"
    with pytest.raises(ValueError, match=wanted):
        load_text(file, encoding=encoding)


def test_home_is_written_out(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "own.txt").write_text("at home", encoding="utf-8")
    assert load_text("~/own.txt") == load_text(Path("~/own.txt")) == "at home"


def test_a_file_that_is_too_large_is_told_the_limit(tmp_path, monkeypatch):
    (tmp_path / "large.txt").write_bytes(b"a" * 200)
    monkeypatch.setattr(text_files, "LARGEST_FILE", 100)
    with pytest.raises(ValueError, match=r"^source: want a file of at most 1 GB, got 0\.0 GB in .*; cut it"):
        load_text(tmp_path / "large.txt")


def test_a_long_text_is_numbered_piece_by_piece():
    """Longer than the pieces, with an unknown character in a later one, beyond and within the code points known."""
    long = "abc" * 50_000
    vocabulary = Vocabulary.of("acb\U0001f642")
    assert vocabulary.encode(long).tolist() == [0, 1, 2] * 50_000
    for unknown in "ä\U0001f643":
        with pytest.raises(ValueError, match=f"got '{unknown}' at position 140000$"):
            vocabulary.encode(long[:140_000] + unknown + long)
    assert len(Vocabulary.of(long[:140_000] + "z" + long)) == 4


# The Time Machine, without the network


def test_the_time_machine_is_fetched_with_its_address_and_hash(tmp_path, monkeypatch):
    asked = []
    file = tmp_path / "fetched.txt"
    file.write_text("The Time Traveller\n")

    def retrieve(url, known_hash, **settings):
        asked.append((url, known_hash))
        return str(file)

    monkeypatch.setattr(pooch, "retrieve", retrieve)
    assert load_text("time_machine") == "The Time Traveller\n"
    address = "http://d2l-data.s3-accelerate.amazonaws.com/timemachine.txt"
    assert asked == [(address, "sha1:090b5e7e70c295757f55df93cb0a180b9691891a")]


def test_what_is_kept_on_disk_is_not_fetched_again_and_what_is_not_the_file_is_refused(tmp_path, monkeypatch):
    """pooch itself, with its downloader replaced: the second call must not need it."""
    (tmp_path / "timemachine.txt").write_text("stored")
    monkeypatch.setattr(pooch, "os_cache", lambda name: tmp_path)
    monkeypatch.setattr(text, "TIME_MACHINE_SHA1", pooch.file_hash(str(tmp_path / "timemachine.txt"), alg="sha1"))

    def forged(url, output_file, pooch, **settings):
        Path(output_file).write_text("forged")

    monkeypatch.setattr("pooch.core.choose_downloader", lambda *args, **kwargs: forged)
    assert load_text("time_machine") == "stored"
    (tmp_path / "timemachine.txt").unlink()
    with pytest.raises(ValueError, match=r"what came is not the file with sha1 .*; the embedded text needs no"):
        load_text("time_machine")
    assert not (tmp_path / "timemachine.txt").exists()


def test_offline_the_embedded_text_is_named_as_the_way_on(monkeypatch):
    requests = pytest.importorskip("requests")

    def retrieve(*args, **kwargs):
        raise requests.exceptions.ConnectionError("a long story\nover several lines")

    monkeypatch.setattr(pooch, "retrieve", retrieve)
    with pytest.raises(OSError, match="time_machine: could not be fetched") as caught:
        load_text("time_machine")
    expected = "time_machine: could not be fetched (ConnectionError); the embedded text needs no network: load_text()"
    assert str(caught.value) == expected


# vocabulary, one-hot vectors, batches


def test_the_vocabulary_numbers_characters_in_order():
    vocabulary = Vocabulary.of("hello")
    assert vocabulary.characters == ("e", "h", "l", "o")
    assert len(vocabulary) == 4
    assert vocabulary.encode("hole").tolist() == [1, 3, 2, 0]
    assert vocabulary.encode("").tolist() == []
    assert vocabulary.decode([]) == ""
    assert vocabulary.decode(np.array([1, 0], np.uint8)) == "he"
    assert repr(vocabulary) == "Vocabulary('ehlo')"


def test_one_hot_marks_one_place_in_each_vector():
    indices = np.random.default_rng(0).integers(0, 5, (4, 3))
    vectors = one_hot(indices, 5)
    assert vectors.shape == (4, 3, 5)
    assert vectors.dtype == np.float64
    for place in np.ndindex(4, 3):
        assert vectors[place].tolist() == [float(k == indices[place]) for k in range(5)]
    assert one_hot(2, 3).tolist() == [0, 0, 1]
    assert one_hot([], 3).shape == (0, 3)


@pytest.mark.parametrize(("T", "B"), [(1, 1), (25, 7), (1000, 2)])
def test_a_batch_holds_pieces_of_the_text_and_the_characters_that_follow(T, B):
    batch = text_batch(STORY, T, B, rng=3)
    characters = sorted(set(STORY))
    assert batch.x.shape == (T, B, len(characters))
    assert batch.y.shape == (T, B)
    assert batch.weight is None
    for b in range(B):
        read = "".join(characters[list(step).index(1)] for step in batch.x[:, b])
        follows = "".join(characters[k] for k in batch.y[:, b])
        assert read[1:] == follows[:-1]
        assert read + follows[-1] in STORY


def test_every_piece_of_the_text_can_be_drawn_the_last_one_included():
    vocabulary = Vocabulary.of("abcde")
    batch = text_batch("abcde", 2, 500)
    pieces = {vocabulary.decode(piece) for piece in batch.x.argmax(2).T}
    assert pieces == {"ab", "bc", "cd"}  # each with a next character
    assert set(batch.y[-1]) == {2, 3, 4}
    assert text_batch("abcde", 4, 1).y[:, 0].tolist() == [1, 2, 3, 4]


def test_a_larger_vocabulary_makes_longer_vectors():
    vocabulary = Vocabulary.of("abcz")
    batch = text_batch("abcab", 3, 2, vocabulary=vocabulary)
    assert batch.x.shape == (3, 2, 4)
    assert not batch.x[:, :, 3].any()


def test_the_baselines_of_text():
    batch = text_batch(STORY, 1, 20_000, rng=4)
    count = Counter(STORY)
    frequency = np.array([count[c] / len(STORY) for c in sorted(count)])
    entropy = -(frequency * np.log(frequency)).sum()
    surprise = -np.log(frequency)[batch.y[0]]
    assert abs(surprise.mean() - entropy) < 4 * surprise.std() / math.sqrt(20_000)
    o = np.broadcast_to(np.log(frequency), batch.x.shape).copy()
    assert cross_entropy(o, batch.y)[0] == pytest.approx(surprise.mean())
    assert cross_entropy(np.zeros(batch.x.shape), batch.y)[0] == pytest.approx(math.log(60))
    assert entropy < math.log(60)


def test_a_seed_decides_the_pieces_and_the_global_state_is_left_alone():
    before = np.random.get_state(legacy=False)  # noqa: NPY002 - the old global state is what we look at
    first, again, other = (text_batch(STORY, 20, 4, rng=seed) for seed in (5, np.random.default_rng(5), 6))
    after = np.random.get_state(legacy=False)  # noqa: NPY002
    assert (before["state"]["key"] == after["state"]["key"]).all()
    assert before["state"]["pos"] == after["state"]["pos"]
    assert (first.x == again.x).all()
    assert (first.y == again.y).all()
    assert (first.y != other.y).any()


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: Vocabulary.of(""), "text: want at least one character, got an empty string"),
        (lambda: Vocabulary.of(None), "text: want a string, got NoneType"),
        (lambda: Vocabulary.of("abc").encode("abxcy"), "the 3 characters of the vocabulary, got 'x' at position 2"),
        (lambda: Vocabulary.of("abc").encode("\n"), "the 3 characters of the vocabulary, got '\\n' at position 0"),
        (lambda: Vocabulary.of("abc").encode(3), "text: want a string, got int"),
        (lambda: Vocabulary.of("abc").decode([0, 3]), "indices: want whole numbers from 0 to 2, got 0 to 3"),
        (lambda: Vocabulary.of("abc").decode([-1]), "indices: want whole numbers from 0 to 2, got -1 to -1"),
        (lambda: one_hot([0.0], 3), "indices: want whole numbers from 0 to 2, got entries of type float64"),
        (lambda: one_hot([True], 3), "indices: want whole numbers from 0 to 2, got entries of type bool"),
        (lambda: one_hot([3], 3), "indices: want whole numbers from 0 to 2, got 3 to 3"),
        (lambda: one_hot([0], 0), "size: want an integer >= 1, got 0"),
        (lambda: one_hot([0], 1.0), "size: want an integer >= 1, got 1.0"),
        (
            lambda: one_hot([0, 0], 10**9),
            "indices, size: want at most 50000000 numbers in the result, got 2 × 1000000000",
        ),
        (lambda: text_batch("", 3, 1), "text: want at least one character, got an empty string"),
        (lambda: text_batch(b"abc", 1, 1), "text: want a string, got bytes"),
        (lambda: text_batch("abc", 3, 1), "text: want at least sequence_length + 1 = 4 characters, got 3"),
        (lambda: text_batch("abc", 0, 1), "sequence_length: want an integer >= 1, got 0"),
        (lambda: text_batch("abc", -2, 1), "sequence_length: want an integer >= 1, got -2"),
        (lambda: text_batch("abc", 2.0, 1), "sequence_length: want an integer >= 1, got 2.0"),
        (lambda: text_batch("abc", 2, 0), "batch_size: want an integer >= 1, got 0"),
        (lambda: text_batch("abc", 2, -1), "batch_size: want an integer >= 1, got -1"),
        (lambda: text_batch("abc", 2, 1.5), "batch_size: want an integer >= 1, got 1.5"),
        (lambda: text_batch("abc", 2, 10**9), "want at most 50000000 numbers in x, got 2 × 1000000000 × 3"),
        (lambda: text_batch("abc", 10**9, 1), "want at most 50000000 numbers in x, got 1000000000 × 1 × 3"),
        (lambda: text_batch("abc", 1, 1, vocabulary="abc"), "vocabulary: want a Vocabulary or None, got str"),
    ],
)
def test_bad_input_gets_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_an_unknown_character_is_reported_wherever_the_pieces_begin():
    story = "ab" * 5000 + "?"
    for seed in range(3):
        with pytest.raises(ValueError, match=re.escape("got '?' at position 10000")):
            text_batch(story, 2, 1, vocabulary=Vocabulary.of("ab"), rng=seed)
