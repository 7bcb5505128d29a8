"""The steps of review, the same for claims, sources and annotations; and withdrawal, for articles too."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from annotations.permissions import Permission
from annotations.services.reviewing import approve, reject, request_changes, submit
from annotations.services.withdrawing import cancel_withdrawal, confirm_withdrawal, request_withdrawal
from api.editorial.blueprint import EditorialBlueprint, Resource, named
from api.editorial.bodies import BodySchema
from api.editorial.inputs import ApprovalSchema, ReasonSchema
from api.editorial.writing import Work


class CancellationSchema(BodySchema):
    """Why a request is taken back or turned down."""

    reason = fields.String(
        load_default=None, allow_none=True, metadata={"description": "Goes into the history, if it is given."}
    )


def add_review_steps(blueprint: EditorialBlueprint, rule: str, noun: str, resource: Resource) -> None:
    """Submit, request changes, reject and approve, below ``rule``."""

    @blueprint.write("POST", f"{rule}/submit", permission=Permission.SUBMIT, resource=resource)
    @named(f"submit_{noun}", f"Send the newest version of this {noun} to review.")
    def submit_it(work: Work, _body: Any, **_path: Any) -> None:
        submit(work.session, work.entity, **work.by)

    @blueprint.write(
        "POST", f"{rule}/request-changes", permission=Permission.REVIEW, resource=resource, takes=ReasonSchema
    )
    @named(f"request_changes_of_{noun}", f"Send this {noun} back to its author, with the reason.")
    def send_back(work: Work, body: dict[str, Any], **_path: Any) -> None:
        request_changes(work.session, work.entity, reason=body["reason"], **work.by)

    @blueprint.write("POST", f"{rule}/reject", permission=Permission.REVIEW, resource=resource, takes=ReasonSchema)
    @named(f"reject_{noun}", f"Turn the newest version of this {noun} down; what is public stays.")
    def turn_down(work: Work, body: dict[str, Any], **_path: Any) -> None:
        reject(work.session, work.entity, reason=body["reason"], **work.by)

    @blueprint.write("POST", f"{rule}/approve", permission=Permission.REVIEW, resource=resource, takes=ApprovalSchema)
    @named(f"approve_{noun}", f"Approve the newest version of this {noun}, and publish it.")
    def approve_it(work: Work, body: dict[str, Any], **_path: Any) -> None:
        approve(
            work.session,
            work.entity,
            kind=body["change_kind"],
            reason=body["reason"],
            four_eyes=work.four_eyes,
            **work.by,
        )


def add_withdrawal(blueprint: EditorialBlueprint, rule: str, noun: str, resource: Resource) -> None:
    """Ask for a withdrawal, take the request back, confirm it, below ``rule``."""

    @blueprint.write(
        "POST", f"{rule}/withdrawal", permission=Permission.WITHDRAW, resource=resource, takes=ReasonSchema
    )
    @named(f"request_withdrawal_of_{noun}", f"Ask that this {noun} be withdrawn; a second person confirms.")
    def ask(work: Work, body: dict[str, Any], **_path: Any) -> None:
        request_withdrawal(work.session, work.entity, reason=body["reason"], **work.by)

    @blueprint.write(
        "DELETE", f"{rule}/withdrawal", permission=Permission.WITHDRAW, resource=resource, takes=CancellationSchema
    )
    @named(f"cancel_withdrawal_of_{noun}", f"Take back, or turn down, the request to withdraw this {noun}.")
    def cancel(work: Work, body: dict[str, Any], **_path: Any) -> None:
        cancel_withdrawal(work.session, work.entity, reason=body["reason"], **work.by)

    @blueprint.write("POST", f"{rule}/withdrawal/confirm", permission=Permission.WITHDRAW, resource=resource)
    @named(f"confirm_withdrawal_of_{noun}", f"Withdraw this {noun}, as somebody else asked.")
    def confirm(work: Work, _body: Any, **_path: Any) -> None:
        confirm_withdrawal(work.session, work.entity, four_eyes=work.four_eyes, **work.by)
