"""Identifiers of sources: recognise the usual spellings, bring them into one form, give the record's address.

Forms follow the issuers: DOI Handbook section 2 (compared without regard to ASCII case), PubMed's and PubMed Central's
accession numbers, ClinicalTrials.gov (NCT and eight digits), ISRCTN (eight digits), EudraCT (NNNN-NNNNNN-NN), RFC 3986.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from annotations.errors import InvalidInput

MAX_CODE_POINTS = 2000
"""Longer values are no identifier; longest address that common browsers and registries take."""

_HALF_WIDTH = {point: point - 0xFEE0 for point in range(0xFF01, 0xFF5F)}
_HYPHENS = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
_BRACKETS = {")": "(", "]": "[", "}": "{", ">": "<"}
_QUOTES = "'\"‘’“”«»"
_TRAILING = ".,;:!?…。、" + _QUOTES

_DOI = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/\S+")
_DOI_PREFIX = re.compile(r"(?:doi(?!\.org)|digital object identifier)\s*[:=]?\s*", re.IGNORECASE)
_HOST = re.compile(r"(?=.{1,253}\Z)(?:[\w](?:[\w-]{0,61}[\w])?\.)+[\w](?:[\w-]{0,61}[\w])?\.?", re.ASCII)
_ASCII_LOWER = {point: point + 32 for point in range(ord("A"), ord("Z") + 1)}


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier of one of :data:`KINDS`, its value in normal form, with the case of a DOI as it was given."""

    kind: str
    value: str


def recognise(value: str) -> Identifier | None:
    """Tell which identifier ``value`` is, in any usual spelling, or None.

    Addresses of records at the registries count as the record's identifier (``https://doi.org/10.1136/bmj.g7015`` is
    a DOI). A bare number is None: it could be a PubMed identifier or anything else.
    """
    for kind, read in _READERS.items():
        if (found := _read(read, value)) is not None and not (kind == "pmid" and _tidied(value).isdigit()):
            return Identifier(kind, found)
    return None


def normalise(kind: str, value: str) -> str:
    """Bring ``value`` into the normal form of its kind; any usual spelling is taken, a bare number for pmid too.

    Raises:
        InvalidInput: there is no such kind (``field`` is "kind"), or the value has not its form (``field`` is the
            kind).
    """
    if kind not in _READERS:
        raise InvalidInput(f"kind must be one of {', '.join(KINDS)}", field="kind")
    found = _read(_READERS[kind], value)
    if found is None:
        raise InvalidInput(f"this is not {_FORM[kind]}", field=kind)
    return found


def canonical_key(identifier: Identifier) -> str:
    """The spelling under which two identifiers of a kind are the same: lower-cased in ASCII, addresses as they are."""
    return identifier.value if identifier.kind == "url" else identifier.value.translate(_ASCII_LOWER)


def identifier_url(kind: str, value: str) -> str:
    """Address of the record, percent-encoded; an address given as http keeps its scheme.

    Raises:
        InvalidInput: as :func:`normalise`.
    """
    normal = normalise(kind, value)
    if kind == "url":
        return quote(normal, safe=_URL_SAFE)
    return _RECORD[kind].format(quote(normal, safe="/:;()!*'$&+=@,"))


def _read(read: Callable[[str], str | None], value: str) -> str | None:
    if len(value) > MAX_CODE_POINTS:
        return None
    return read(_tidied(value))


def _tidied(value: str) -> str:
    """``value`` without what pasting adds: full-width forms, invisible characters, quotes, trailing punctuation."""
    text = value.translate(_HALF_WIDTH).replace("\u3000", " ")
    text = "".join(character for character in text if unicodedata.category(character) != "Cf").strip()
    while text:
        last, first = text[-1], text[0]
        if last in _TRAILING or (last in _BRACKETS and text.count(last) > text.count(_BRACKETS[last])):
            text = text[:-1].rstrip()
        elif first in _QUOTES:
            text = text[1:].lstrip()
        elif first in _BRACKETS.values() and last == _closing(first):
            text = text[1:-1].strip()
        elif first in _BRACKETS.values() and text.count(first) > text.count(_closing(first)):
            text = text[1:].lstrip()
        else:
            break
    return text


def _closing(opening: str) -> str:
    return next(closing for closing, other in _BRACKETS.items() if other == opening)


def _read_doi(text: str) -> str | None:
    text = _DOI_PREFIX.sub("", text, count=1) if _DOI_PREFIX.match(text) else text
    address = re.fullmatch(r"(?:https?://)?(?:dx\.|www\.)?doi\.org/(?:doi:)?([^?#]+)[^\s]*", text, re.IGNORECASE)
    if address:
        text = unquote(address.group(1)).rstrip("/")
    text = _tidied(text.translate(_HYPHENS))
    plain = _DOI.fullmatch(text) and all(unicodedata.category(character)[0] != "C" for character in text)
    return text if plain else None


def _pattern(*spellings: str, form: str = "{}") -> Callable[[str], str | None]:
    """A reader that takes the spellings, each a regular expression whose one group is the identifier."""
    expressions = [re.compile(spelling, re.IGNORECASE | re.ASCII) for spelling in spellings]

    def read(text: str) -> str | None:
        plain = text.translate(_HYPHENS)
        for expression in expressions:
            if match := expression.fullmatch(plain):
                return form.format(match.group(1))
        return None

    return read


def _read_url(text: str) -> str | None:
    if text.lower().startswith("www."):
        text = f"https://{text}"
    if any(character.isspace() or unicodedata.category(character)[0] == "C" for character in text):
        return None
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or "@" in parts.netloc or not _HOST.fullmatch(host):
        return None
    default = {"http": 80, "https": 443}[parts.scheme]
    authority = host if port in {None, default} else f"{host}:{port}"
    path = parts.path or "/"
    query = f"?{parts.query}" if parts.query else ""
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return f"{parts.scheme}://{authority}{path}{query}{fragment}"


_WEB = r"(?:https?://)?(?:www\.)?"
_TAIL = r"/?(?:[?#]\S*)?"
_EUDRACT_NUMBER = r"([0-9]{4}-[0-9]{6}-[0-9]{2})"

_READERS: dict[str, Callable[[str], str | None]] = {
    "doi": _read_doi,
    "pmcid": _pattern(
        r"(?:PMCID\s*[:=]?\s*)?PMC\s*[:=]?\s*([1-9][0-9]{0,8})(?:\.[0-9]+)?",
        rf"{_WEB}(?:pmc\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pmc)/articles/PMC([1-9][0-9]{{0,8}}){_TAIL}",
        rf"{_WEB}europepmc\.org/(?:article/PMC|articles)/PMC([1-9][0-9]{{0,8}}){_TAIL}",
        form="PMC{}",
    ),
    "pmid": _pattern(
        r"(?:(?:PMID|PubMed(?:\s*ID)?)\s*[:=]?\s*)?([1-9][0-9]{0,8})",
        rf"{_WEB}(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/([1-9][0-9]{{0,8}}){_TAIL}",
        rf"{_WEB}europepmc\.org/(?:article|abstract)/MED/([1-9][0-9]{{0,8}}){_TAIL}",
    ),
    "nct": _pattern(
        r"(?:ClinicalTrials\.gov(?:\s+(?:identifier|number))?\s*[:=]?\s*)?NCT[\s:-]*([0-9]{8})",
        rf"{_WEB}(?:classic\.)?clinicaltrials\.gov/(?:study|ct2/show(?:/results)?|show)/NCT([0-9]{{8}}){_TAIL}",
        form="NCT{}",
    ),
    "isrctn": _pattern(
        r"ISRCTN[\s:-]*([0-9]{8})",
        rf"{_WEB}(?:isrctn\.com|controlled-trials\.com)/ISRCTN([0-9]{{8}}){_TAIL}",
        form="ISRCTN{}",
    ),
    "eudract": _pattern(
        rf"(?:EudraCT(?:\s*(?:number|no\.?|nr\.?))?\s*[:=]?\s*)?{_EUDRACT_NUMBER}",
        rf"{_WEB}clinicaltrialsregister\.eu/ctr-search/trial/{_EUDRACT_NUMBER}(?:/[\w-]+)*{_TAIL}",
        rf"{_WEB}clinicaltrialsregister\.eu/ctr-search/search\?query=(?:eudract_number(?::|%3A))?{_EUDRACT_NUMBER}",
    ),
    "url": _read_url,
}

KINDS: tuple[str, ...] = tuple(_READERS)
"""The kinds of identifiers, in the order in which :func:`recognise` tries them."""

_FORM = {
    "doi": "a DOI such as 10.1016/S0140-6736(16)30169-6",
    "pmcid": "a PubMed Central identifier such as PMC6439765",
    "pmid": "a PubMed identifier, a number such as 30644983",
    "nct": "a ClinicalTrials.gov identifier, NCT and eight digits",
    "isrctn": "an ISRCTN and eight digits",
    "eudract": "a EudraCT number, NNNN-NNNNNN-NN",
    "url": "a web address with http or https and a host name in ASCII",
}
_RECORD = {
    "doi": "https://doi.org/{}",
    "pmcid": "https://pmc.ncbi.nlm.nih.gov/articles/{}/",
    "pmid": "https://pubmed.ncbi.nlm.nih.gov/{}/",
    "nct": "https://clinicaltrials.gov/study/{}",
    "isrctn": "https://www.isrctn.com/{}",
    "eudract": "https://www.clinicaltrialsregister.eu/ctr-search/search?query=eudract_number:{}",
}
_URL_SAFE = "%/:?#[]@!$&'()*+,;=~"
