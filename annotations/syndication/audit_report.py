"""What an audit pack says to people: a report in Markdown, and how to check the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

Record = Mapping[str, Any]
Parts = Mapping[str, Sequence[Record]]

REDACTED = "(blanked for legal reasons)"

README = """\
AUDIT PACK

report.md         what happened, for reading: with dates and names
manifest.json     what this is about, when it was made, where the publication log ended then, and the SHA-256 of
                  every other file
articles.json     the articles: metadata and revisions, with the text where the pack is about an article
claims.json       the claims: every version, with its links to evidence; claims that were merged into one another
evidence.json     the sources: every version, with its status and the day on which that was looked up
annotations.json  the annotations: every version, where it stands in each revision, notices that stood in its place
history.json      every step that somebody took: who, what, when, from which state to which, and why
log.json          the rows of the publication log that are about these things
corrections.json  what was shown before, what after, and why
redactions.json   what was blanked for legal reasons
people.json       who is behind the ids
interests.json    interests that people had declared, and what they did while they had them

Times are UTC. "four_eyes": false marks an approval by the author, under the setting for a one-person desk. Nothing
here was ever changed but what "redacted" marks; drafts and turned-down versions are included.

HOW TO CHECK THE HASHES

All hashes are SHA-256, in hexadecimal, over canonical JSON (RFC 8785).

1. Files. Compare "sha256" in manifest.json with the files (sha256sum *).
2. A step of history.json. Take the object without "hash"; its hash must be "hash". "prev_hash" must be the "hash" of
   the step before it of the same entity, or 64 zeros for the first.
3. A row of log.json. Likewise; "prev_hash" is that of the row with the seq before, which is in this pack only if it is
   about the same things. The whole chain can be checked with "flask log verify" where the database is, or by anybody
   who has kept a head: "flask log verify --expect SEQ:HASH".
4. A version. Its "content_hash" is over the following members of "content", as they stand there:
   claim       text, verdict, certainty, summary, search_record, searched_on, citations; and the claim's slug as "slug"
   evidence    all members; and the source's key as "key"
   annotation  claim_id, severity, note, quote, categories; and of the anchor in the oldest revision: paragraph_id as
               "paragraph", start_offset as "start", end_offset as "end"
   metadata    all members
   revision    no object: the list of [kind, text] of all blocks in their order
   A revision's "import_hash" is over an object with "text" (its "content_hash") and, from "content", source_sha256,
   source_format and import_report.
   A history's "version_hash" and the log's "content_hash" name the version that they are about.
5. A correction of corrections.json. Its "hash" is over an object with "log_row" (the "hash" of the row of log.json
   with the same seq), before, after and reason.
6. What was redacted has lost its words, so its hash can no longer be worked out. The chains still go through it.
"""


def render_report(kind: str, name: str, made_at: datetime, parts: Parts) -> str:
    """The report of a pack about the ``kind`` called ``name``, in Markdown."""
    people = {person["id"]: f"{person['name']} ({person['role']})" for person in parts["people"]}
    lines = [f"# Audit of the {kind} {_cell(name)}", "", f"Made {made_at.isoformat()}. Times are UTC.", ""]
    for title, rows in (
        ("What it says", _claims(parts, people)),
        ("Evidence", _evidence(parts, people)),
        ("Annotations", _annotations(parts, people)),
        ("Articles", _articles(parts, people)),
        ("Decisions", _decisions(parts, people)),
        ("Corrections", _corrections(parts)),
        ("Redactions", _redactions(parts, people)),
        ("Declared interests", _interests(parts, people)),
    ):
        found = list(rows)
        # The first row is the table's head.
        if len(found) > 1:
            lines += [f"## {title}", "", *_table(found), ""]
    return "\n".join(lines)


def _claims(parts: Parts, people: Mapping[str, str]) -> Iterator[list[str]]:
    yield ["claim", "version", "written", "in force", "verdict", "certainty", "text", "summary"]
    for claim in parts["claims"]:
        for version in claim["versions"]:
            content = version["content"]
            yield [
                *(claim["slug"], *_written(version, people), content["verdict"], content["certainty"]),
                *(_words(version, "text"), _words(version, "summary")),
            ]


def _evidence(parts: Parts, people: Mapping[str, str]) -> Iterator[list[str]]:
    yield ["source", "version", "written", "in force", "title", "status", "looked up on", "cited by"]
    cited: dict[str, list[str]] = {}
    for claim in parts["claims"]:
        for version in claim["versions"]:
            for link in version["content"]["citations"]:
                stance = f"{claim['slug']} {version['number']}: {link['stance']}"
                cited.setdefault(link["evidence_id"], []).append(stance)
    for source in parts["evidence"]:
        for version in source["versions"]:
            content = version["content"]
            yield [
                *(source["key"], *_written(version, people), _words(version, "title"), content["status"]),
                *(content["status_checked_on"], "; ".join(cited.get(source["id"], []))),
            ]


def _annotations(parts: Parts, people: Mapping[str, str]) -> Iterator[list[str]]:
    yield ["annotation", "version", "written", "in force", "article", "words", "categories", "note"]
    for annotation in parts["annotations"]:
        for version in annotation["versions"]:
            content = version["content"]
            yield [
                *(annotation["id"], *_written(version, people), annotation["article"], _words(version, "quote")),
                *(", ".join(content["categories"]), _words(version, "note")),
            ]


def _articles(parts: Parts, people: Mapping[str, str]) -> Iterator[list[str]]:
    yield ["article", "version", "written", "in force", "what", "fact-check"]
    for article in parts["articles"]:
        for version in article["metadata"]:
            content = version["content"]
            checked = f"{content['fact_check_status']} {content['checked_at'] or ''}".strip()
            yield [article["slug"], *_written(version, people), "metadata", checked]
        for version in article["revisions"]:
            yield [article["slug"], *_written(version, people), "text", ""]


def _decisions(parts: Parts, people: Mapping[str, str]) -> Iterator[list[str]]:
    yield ["when", "who", "what", "of", "version", "from", "to", "why", "by two"]
    names = {record["id"]: record.get("slug") or record.get("key") or record["id"] for record in _entities(parts)}
    for step in sorted(parts["history"], key=lambda step: (step["at"], step["entity_id"], step["position"])):
        yield [
            *(step["at"], people[step["actor_id"]], step["action"]),
            *(f"{step['entity_type']} {names[step['entity_id']]}", str(step["version_number"])),
            *(step["from_state"] or "", step["to_state"], step["reason"] or "", "yes" if step["four_eyes"] else "NO"),
        ]


def _corrections(parts: Parts) -> Iterator[list[str]]:
    yield ["when", "of", "before", "after", "why"]
    for one in parts["corrections"]:
        yield [
            *(one["at"], f"{one['entity_type']} {one['entity_id']}", _members(one["before"])),
            *(_members(one["after"]) if one["after"] is not None else "(withdrawn)", one["reason"]),
        ]


def _redactions(parts: Parts, people: Mapping[str, str]) -> Iterator[list[str]]:
    yield ["when", "who", "of", "version", "why"]
    for one in parts["redactions"]:
        of = f"{one['entity_type']} {one['entity_id']}"
        yield [one["at"], people[one["actor_id"]], of, str(one["version_number"]), one["reason"]]


def _interests(parts: Parts, people: Mapping[str, str]) -> Iterator[list[str]]:
    yield ["who", "organisation", "nature", "since", "until", "declared", "steps meanwhile"]
    for one in parts["interests"]:
        yield [
            *(people[one["person"]], one["organisation"], one["nature"], one["since"], one["until"] or ""),
            *(one["declared_at"], str(len(one["meanwhile"]))),
        ]


def _entities(parts: Parts) -> Iterator[Record]:
    for name in ("articles", "claims", "evidence", "annotations"):
        yield from parts[name]


def _written(version: Record, people: Mapping[str, str]) -> list[str]:
    """Number, when and by whom it was written, and when it was in force."""
    force = "never"
    if version["valid_from"] is not None:
        force = f"{version['valid_from']} to {version['valid_until'] or 'now'}"
    return [str(version["number"]), f"{version['created_at']}, {people[version['created_by']]}", force]


def _words(version: Record, name: str) -> str:
    return REDACTED if version["redacted"] else version["content"][name] or ""


def _members(content: Record) -> str:
    return "; ".join(f"{name}: {value}" for name, value in content.items() if value not in (None, [], ""))


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    head, *rest = rows
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rest:
        yield f"| {' | '.join(map(_cell, row))} |"


def _cell(text: str) -> str:
    """``text`` so that it stays in its cell, and nothing in it is taken for markup."""
    plain = " ".join(text.split())
    return "".join(f"\\{character}" if character in "\\`*_[]<>|#~" else character for character in plain)
