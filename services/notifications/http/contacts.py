"""Understands how an operator keeps office addresses: one per organisation, or per role and region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Response
from pydantic import Field

from services.notifications.domain.commands import DropContact, NameContact
from services.notifications.domain.contact import contact_id
from services.notifications.domain.errors import NoSuchContact
from services.notifications.domain.events import Language
from services.notifications.handlers import CONTACT, Handlers
from services.notifications.views import ContactRow, Contacts
from shared.runtime.http import Allow, Changing, Creating, Input, Paged, answer, etag, router
from shared.runtime.ports import Streams

LISTING = "contacts"
NOTE = "office addresses only, never a person's own"
ContactId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
ToldRole = Literal["reviewer", "officer", "approver", "finance"]


class ContactInput(Input):
    """Either ``organisation``, or ``role`` with ``region``."""

    organisation: Annotated[str, Field(pattern="^([0-9A-HJ-NPQRTUWXY]{18})?$")] = ""
    role: ToldRole | Literal[""] = ""
    region: Annotated[str, Field(pattern="^([0-9A-Z]{6})?$")] = ""
    address: Annotated[str, Field(max_length=254)]
    language: Language = "zh"


@dataclass(frozen=True)
class ContactPage:
    items: list[ContactRow]


def contact_routes(contacts: Contacts, handlers: Handlers, streams: Streams) -> APIRouter:
    """The directory of addresses."""
    routes = router(tags=["contacts"])

    @routes.get("/contacts")
    @Allow(roles=("operator", "inspector"), note=NOTE)
    async def listed(page: Paged, response: Response) -> ContactPage:
        steps = page.after(LISTING, (str,))
        rows = list(await contacts.page("" if steps is None else str(steps[0]), page.limit + 1))
        last = rows[page.limit - 1] if len(rows) > page.limit else None
        response.headers.update(page.link(LISTING, None if last is None else (last.contact_id,)))
        return ContactPage(rows[: page.limit])

    @routes.post("/contacts")
    @Allow(roles=("operator",), note=NOTE)
    async def named(body: ContactInput, command: Creating) -> Response:
        identity = contact_id(body.organisation, body.role, body.region)
        wanted = NameContact(identity, body.organisation, body.role, body.region, body.address, body.language)
        receipt = command.receipt(200, {"contact_id": identity}, location=f"contacts/{identity}")
        await handlers.keep_contact(streams, wanted, command.origin(), lambda _: receipt)
        return answer(receipt)

    @routes.get("/contacts/{identity}")
    @Allow(roles=("operator", "inspector"), note=NOTE)
    async def one(identity: ContactId, response: Response) -> ContactRow:
        loaded = await streams.load(CONTACT, identity)
        if loaded.state.named is None:
            raise NoSuchContact
        response.headers["ETag"] = etag(loaded.version)
        return ContactRow(**vars(loaded.state.named))

    @routes.delete("/contacts/{identity}")
    @Allow(roles=("operator",), note=NOTE)
    async def dropped(identity: ContactId, command: Changing) -> Response:
        receipt = command.receipt(204)
        await handlers.keep_contact(
            streams, DropContact(identity), command.origin(), lambda _: receipt, command.expected
        )
        return answer(receipt)

    return routes
