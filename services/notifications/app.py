"""Understands how notifications is put together: its log, its lists, what it hears, and who carries the mail."""

from __future__ import annotations

from pathlib import Path

from services.notifications.adapters.contacts import ContactsView, SqlContacts
from services.notifications.adapters.mailer import Mailer
from services.notifications.adapters.messages import MessagesView, SqlLog, SqlMessages
from services.notifications.adapters.outgoing import LEFT_BEHIND, OutgoingView, SqlOutgoing
from services.notifications.adapters.post import SmtpPost
from services.notifications.adapters.wording import read_wording
from services.notifications.domain.errors import Refusal
from services.notifications.domain.events import FACTS
from services.notifications.handlers import Handlers, NoAddresses
from services.notifications.http import contact_routes, log_routes, notice_routes
from services.notifications.inbox import Announcements
from services.notifications.outbox import case_of, to_public
from services.notifications.settings import mail_settings
from shared.runtime.service import Around, Parts, Service, assemble
from shared.runtime.streams import CommittingStreams

MIGRATIONS: Path | None = Path(__file__).parent / "adapters" / "migrations"
"""Leases on mails."""


def build(around: Around) -> Service:
    """The service on what the process gives it; it mails only where a mail server is named."""
    store, pool = around.store(FACTS), around.database.pool
    mail, contacts, streams = mail_settings(around.settings), SqlContacts(pool), CommittingStreams(store)
    handlers = Handlers(read_wording(), contacts if mail else NoAddresses())
    post = [SmtpPost(mail)] if mail else []
    return assemble(
        around,
        Parts(
            name="notifications",
            title="Shifan notifications 通知",
            store=store,
            to_public=to_public,
            case_of=case_of,
            routers=(
                notice_routes(SqlMessages(pool), handlers, streams),
                log_routes(SqlLog(pool)),
                contact_routes(contacts, handlers, streams),
            ),
            subscribers=(Announcements(store, handlers, around.clock),),
            views=(MessagesView(), ContactsView(), OutgoingView()),
            refusals=(Refusal,),
            workers=[Mailer(handlers, streams, SqlOutgoing(pool), contacts, one, around.clock) for one in post],
            olds=(LEFT_BEHIND,),
        ),
    )
