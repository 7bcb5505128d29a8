"""Terms: what of a text is compared when searching, the same on every database."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import snowballstemmer

TERM_LIMIT = 64
# A letter may come with its marks apart, as some keyboards type it.
_WORD = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+(?:[’'](?:[^\W_][\u0300-\u036f]*)+)?")
_POSSESSIVE = re.compile(r"[’']s?$")
# Scripts written without spaces are searched character by character.
_UNSPACED = re.compile(r"[぀-ヿ㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff]")
_STEMMERS = threading.local()


@dataclass(frozen=True, slots=True)
class Term:
    """A normalised term, and where in the text (code points) it stands."""

    value: str
    start: int
    end: int


def terms_of(text: str) -> Iterator[Term]:
    """The terms of ``text`` in order: words case-folded, without diacritics, stemmed (Snowball, English).

    A term's value is ASCII without spaces, so that no database's own tokeniser can read it differently: terms
    in other scripts are the hexadecimal of their UTF-8. Values are cut at 64 characters.
    """
    for match in _WORD.finditer(text):
        if _UNSPACED.search(match.group()):
            for offset, character in enumerate(match.group(), start=match.start()):
                yield Term(_ascii(character), offset, offset + 1)
            continue
        value = _normalise(match.group())
        if value:
            yield Term(value, match.start(), match.end())


def index_terms(text: str) -> str:
    """The terms of ``text`` joined by single spaces, as the index stores them."""
    return " ".join(term.value for term in terms_of(text))


def _normalise(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    bare = _POSSESSIVE.sub("", bare).replace("’", "").replace("'", "")
    return _ascii(_stem(bare))


def _stem(word: str) -> str:
    # Snowball's stemmer keeps its state between calls, so each thread has its own.
    stemmer = getattr(_STEMMERS, "english", None)
    if stemmer is None:
        stemmer = _STEMMERS.english = snowballstemmer.stemmer("english")
    return str(stemmer.stemWord(word))


def _ascii(word: str) -> str:
    value = word if word.isascii() and word.isalnum() else "x" + word.encode("utf-8").hex() if word else ""
    return value[:TERM_LIMIT]
