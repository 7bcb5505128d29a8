"""What can go wrong in the domain. Every error has a stable code; none knows HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class DomainError(Exception):
    """A rule of the domain was not met.

    Attributes:
        code: stable, machine-readable name of the error.
        field: the input that is at fault, dotted, or None.
        context: further facts for the caller, JSON-ready.
    """

    code = "domain_error"

    def __init__(self, message: str, *, field: str | None = None, context: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.context: dict[str, Any] = dict(context or {})


class InvalidInput(DomainError):
    """An input is not of the form that the domain takes."""

    code = "invalid_input"


class InvalidText(InvalidInput):
    """A text holds characters that cannot be stored or shown, or is too long."""

    code = "invalid_text"


class UndecodableText(InvalidInput):
    """Bytes that are no text in any encoding that can be told."""

    code = "undecodable_text"


class EmptyText(InvalidInput):
    """An import that leaves no text at all."""

    code = "empty_text"


class QuoteNotFound(InvalidInput):
    """The quoted words do not stand in the paragraph or article."""

    code = "quote_not_found"


class QuoteAmbiguous(InvalidInput):
    """The quoted words stand in more than one place; ``context['candidates']`` lists them."""

    code = "quote_ambiguous"


class QuoteMismatch(InvalidInput):
    """The words at the given offsets are not the words quoted."""

    code = "quote_mismatch"


class SlugTaken(DomainError):
    """Another entity has this slug or key."""

    code = "slug_taken"


class NotFound(DomainError):
    """There is no such thing, or none that the caller may know of."""

    code = "not_found"


class Gone(DomainError):
    """It was public and was withdrawn; ``context`` is the tombstone (id, withdrawn_at, reason)."""

    code = "gone"


class PermissionDenied(DomainError):
    """The actor's role does not allow the action."""

    code = "permission_denied"


class FourEyesRequired(PermissionDenied):
    """Author and approver are the same person."""

    code = "four_eyes_required"


class TransitionNotAllowed(DomainError):
    """The workflow has no such step from the present state."""

    code = "transition_not_allowed"


class NotPublishable(DomainError):
    """A rule that published things must meet is not met; ``context['rule']`` names it."""

    code = "not_publishable"


class StaleVersion(DomainError):
    """The thing changed since the caller read it."""

    code = "stale_version"


class IdempotencyKeyReused(InvalidInput):
    """An ``Idempotency-Key`` was used for another call before."""

    code = "idempotency_key_reused"


class PublishingBusy(DomainError):
    """Another publisher held the lock for too long; try again."""

    code = "publishing_busy"


class SettingsError(DomainError):
    """A setting has a value that cannot be used."""

    code = "settings_error"
