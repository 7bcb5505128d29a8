"""Every table, in one place, so that the metadata is whole wherever it is needed."""

from annotations.store.accounts import AccountEvent, Interest, Token, User
from annotations.store.actors import ActorRow
from annotations.store.articles import Article, ArticleTopic, ArticleVersion, Block, Paragraph, Revision
from annotations.store.base import Base
from annotations.store.claims import Claim, ClaimVersion, EvidenceLink
from annotations.store.editorial import (
    ChainHead,
    ClaimMerger,
    RedactedRow,
    Redaction,
    ReviewDate,
    StoredAnswer,
)
from annotations.store.evidence import Evidence, EvidenceIdentifier, EvidenceVersion
from annotations.store.log import Correction, LogRow, PublicVersion
from annotations.store.notes import Anchor, Annotation, AnnotationCategory, AnnotationVersion, PendingNotice
from annotations.store.review import Transition
from annotations.store.search import SearchEntry

METADATA = Base.metadata

__all__ = [
    "METADATA",
    "AccountEvent",
    "ActorRow",
    "Anchor",
    "Annotation",
    "AnnotationCategory",
    "AnnotationVersion",
    "Article",
    "ArticleTopic",
    "ArticleVersion",
    "Block",
    "ChainHead",
    "Claim",
    "ClaimMerger",
    "ClaimVersion",
    "Correction",
    "Evidence",
    "EvidenceIdentifier",
    "EvidenceLink",
    "EvidenceVersion",
    "Interest",
    "LogRow",
    "Paragraph",
    "PendingNotice",
    "PublicVersion",
    "RedactedRow",
    "Redaction",
    "ReviewDate",
    "Revision",
    "SearchEntry",
    "StoredAnswer",
    "Token",
    "Transition",
    "User",
]
