"""What a line looks like: its width, how it ends, and whether a heading or a title could look so."""

from __future__ import annotations

import re
import unicodedata

MAX_HEADING_COLUMNS = 100
MAX_HEADING_WORDS = 16
MAX_TITLE_COLUMNS = 160
MAX_TITLE_WORDS = 28

_CLOSERS = "\"'”’“»›)]}」』）】"
_SENTENCE_ENDS = frozenset(".!?…。！？؟۔।．")
_PAUSES = frozenset(",;:–—-،؛，、；：")
_OPENERS = "\"'“‘„«‹([{¿¡「『（【*_"
_TWO_SENTENCES = re.compile(r"\w{4,}[.!?…]['\"”’»)]? +\w|[。！？۔]\S")
_NAME = r"(?:[A-ZÀ-ÞĀ-Ž][\w.'’-]*,?|and|und|et|y|e|en|&|\||de|van|der|von|la|MD|PhD)"
_BYLINE = re.compile(rf"(?i:written by|reviewed by|medically reviewed by|by|von|par|por|di|door)(?: {_NAME}){{1,12}}")
_DATE = re.compile(
    r"(?:published|updated|posted|last (?:updated|reviewed|modified)|stand|veröffentlicht|publié|publicado)\b.{0,40}"
    r"\d{4}"
    r"|(?:\w+,? )?(?:\d{1,2}\.? \w+|\w+ \d{1,2},?) \d{4}|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{4}年\d{1,2}月\d{1,2}日",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\w+", re.IGNORECASE)
SECTION_NAMES = frozenset(
    {
        "introduction", "background", "overview", "summary", "abstract", "key points", "key facts", "in brief",
        "at a glance", "einleitung", "einführung", "hintergrund", "überblick", "zusammenfassung", "résumé", "contexte",
        "en bref", "introducción", "antecedentes", "resumen", "introduzione", "riassunto", "introdução", "resumo",
        "inleiding", "samenvatting", "введение", "引言", "前言", "摘要", "概述", "背景", "مقدمة", "ملخص",
    }
)  # fmt: skip
"""Names of sections with which an untitled text may begin."""


def columns(text: str) -> int:
    """Width of ``text`` on a terminal: East Asian wide characters take two columns, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(_character_columns(character) for character in text)


def _character_columns(character: str) -> int:
    if unicodedata.east_asian_width(character) in {"W", "F"}:
        return 2
    return 0 if unicodedata.combining(character) else 1


def first_word_columns(text: str) -> int:
    """Width of what has to fit on a line for ``text`` to begin there: one ideograph, or the first word."""
    first = columns(text[:1])
    return first if first == 2 else columns(text.split(None, 1)[0])


def ends_sentence(text: str) -> bool:
    """Whether ``text`` ends like a sentence, closing quotes and brackets aside."""
    return text.rstrip(_CLOSERS)[-1:] in _SENTENCE_ENDS


def ends_openly(text: str) -> bool:
    """Whether ``text`` ends on a comma, colon or dash, so that something belongs after it."""
    return text[-1:] in _PAUSES


def starts_lower(text: str) -> bool:
    """Whether the first letter is lower case, unless the word goes on with a capital (mRNA, iPS)."""
    word = text.lstrip(_OPENERS).split(None, 1)[:1]
    return bool(word) and word[0][:1].islower() and not any(character.isupper() for character in word[0])


def starts_upper(text: str) -> bool:
    """Whether the first character is a capital letter."""
    return text.lstrip(_OPENERS)[:1].isupper()


def same_words(one: str, other: str) -> bool:
    """Whether two lines hold the same words, case, spacing and punctuation aside; only short lines are compared."""
    return max(len(one), len(other)) <= 2 * MAX_TITLE_COLUMNS and _words(one) == _words(other) != ""


def _words(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if unicodedata.category(character)[0] not in "ZPC")


def could_be_heading(text: str) -> bool:
    """Whether a heading could look like this: short, begun like a heading, not closed or left open like a sentence.

    A question may be a heading. A colon at the end is taken only after a line in capitals: otherwise it announces
    what follows, as a paragraph does.
    """
    if len(text) > MAX_HEADING_COLUMNS or columns(text) > MAX_HEADING_COLUMNS or len(text.split()) > MAX_HEADING_WORDS:
        return False
    if not _could_head(text):
        return False
    if ends_sentence(text):
        return is_question(text)
    return not ends_openly(text) or (text.endswith(":") and is_shouted(text))


def could_be_title(text: str) -> bool:
    """Whether a title could look like this: as a heading, but longer, and an exclamation is taken too."""
    if len(text) > MAX_TITLE_COLUMNS or columns(text) > MAX_TITLE_COLUMNS or len(text.split()) > MAX_TITLE_WORDS:
        return False
    if not _could_head(text) or ends_openly(text):
        return False
    return not ends_sentence(text) or text.rstrip(_CLOSERS)[-1] in "!?！？؟"


def is_shouted(text: str) -> bool:
    """Whether ``text`` is in capitals throughout, and longer than an abbreviation."""
    return text.isupper() and len(text) > 4


def is_invisible(text: str) -> bool:
    """Whether nothing in ``text`` would show: white space and formatting characters only."""
    return all(character.isspace() or unicodedata.category(character) == "Cf" for character in text)


def is_question(text: str) -> bool:
    """Whether ``text`` ends on a question mark."""
    return text.rstrip(_CLOSERS).endswith(("?", "？", "؟"))


def is_byline_or_date(text: str) -> bool:
    """Whether ``text`` is nothing but the author's name or a date."""
    return any(shape.fullmatch(text) for shape in (_BYLINE, _DATE))


def _could_head(text: str) -> bool:
    return (
        any(character.isalpha() for character in text)
        and text.lstrip(_OPENERS)[:1].isalnum()
        and not starts_lower(text)
        and not _TWO_SENTENCES.search(text)
        and not any(shape.fullmatch(text) for shape in (_BYLINE, _DATE, _ADDRESS))
    )
