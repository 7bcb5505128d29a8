"""Articles as editors are shown them."""

from __future__ import annotations

from marshmallow import Schema, fields

from annotations.vocabulary import (
    AnchorState,
    BlockKind,
    FactCheckStatus,
    OriginStatus,
    RecheckReason,
    ReviewState,
    TitleOrigin,
    Visibility,
)
from api.schemas.base import many, one_of, optional_string, sha256, string, whole
from api.schemas.editorial.base import (
    EditorialPageSchema,
    PersonSchema,
    VersionFields,
    WithdrawalRequestSchema,
    day,
    flag,
    moment,
    one,
    one_or_null,
    optional_moment,
    optional_one_of,
    optional_whole,
    uuid,
)


class MetadataVersionSchema(VersionFields):
    """One version of an article's metadata and fact-check status."""

    title = optional_string("The title that an editor gave; null where the text has its own.")
    title_origin = one_of(TitleOrigin, "Where the title comes from.")
    language = string("BCP 47 tag of the text.")
    topics = fields.List(fields.String(), required=True, metadata={"description": "In the editor's order."})
    canonical_url = optional_string("Where the text first appeared, if known.")
    publisher = optional_string("Who published it, if known.")
    byline = optional_string("Who wrote it, if known.")
    published_at = optional_moment("When it was published, if known.")
    origin_status = one_of(OriginStatus, "What is known of where it first appeared.")
    fact_check_status = one_of(FactCheckStatus, "How far it was checked.")
    checked_at = day("The day of the check.", may_be_null=True)


class AttentionSchema(Schema):
    """What an article asks of editors."""

    pending = whole("Notices that stand in the place of annotations.")
    flagged = whole("Other annotations that wait for another look.")
    orphaned = whole("Annotations whose newest version stands nowhere in the text.")


class ArticleListItemSchema(Schema):
    """An article in a list."""

    id = uuid("The same through all revisions.")
    slug = string("Stable name of the article here.")
    title = optional_string("The editor's, or the one in the text.")
    visibility = one_of(Visibility, "Whether the public sees it.")
    lock_version = whole("Counts the changes; the ETag is made of it.", low=1)
    revision_number = whole("Number of the newest revision.", low=1)
    text_hash = sha256("Of the kinds and texts of all its paragraphs.")
    metadata = one(MetadataVersionSchema, "The newest.")
    created_at = moment("When it was imported.")
    created_by = one(PersonSchema, "Who imported it.")
    public_since = optional_moment("When it was made public.")
    withdrawal_request = one_or_null(WithdrawalRequestSchema, "A request to withdraw it, if one stands.")
    withdrawn_at = optional_moment("When it was withdrawn.")
    withdrawn_reason = optional_string("What its tombstone says.")
    attention = one(AttentionSchema, "What it asks of editors.")


class AnnotationMarkSchema(Schema):
    """The newest version of an annotation as it stands in the text."""

    id = uuid("The annotation's id.")
    state = one_of(ReviewState, "Where the newest version stands in review.")
    lock_version = whole("Counts the changes; the ETag is made of it.", low=1)
    head_number = whole("Number of the newest version.", low=1)
    in_force_number = optional_whole("Number of the version in force; null if none is.")
    claim = string("Slug of the claim that the passage makes.", attribute="claim_slug")
    start = optional_whole("The first position, in code points; null where the words are gone.")
    end = optional_whole("The first position after it.")
    quote = string("The words as they stand there; where they are gone, as they were marked.")
    anchor_state = one_of(AnchorState, "How it holds on to the text.")
    context_changed = flag("The sentence around the same words changed.")
    needs_recheck = flag("It waits for another look.")
    recheck_reason = optional_one_of(RecheckReason, "Why it waits for another look.")
    pending = flag("A notice stands in its place.")


class EditorialParagraphSchema(Schema):
    """A paragraph of the newest revision."""

    ordinal = whole("Its place in the article; 0 is the title found in the text.")
    id = uuid("The same through all revisions.")
    kind = one_of(BlockKind, "What it is in the article.")
    text = string("Plain text in NFC.")
    sha256 = sha256("SHA-256 of the text in UTF-8, hexadecimal.")
    annotations = many(AnnotationMarkSchema, "In the order of their words.")


class EditorialArticleSchema(ArticleListItemSchema):
    """An article with the text of its newest revision."""

    paragraphs = many(EditorialParagraphSchema, "In order.")
    orphaned = many(AnnotationMarkSchema, "Annotations that stand nowhere in the text.")


class ArticlePageSchema(EditorialPageSchema):
    """A page of articles."""

    items = many(ArticleListItemSchema)
