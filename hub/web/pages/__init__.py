"""The pages: rendered here, in Chinese or English; the console then keeps itself current through the API. One module an area."""

from hub.web.pages import (
    accounts,
    alerts,
    centres,
    chain,
    changes,
    console,
    devices,
    enrol,
    homes,
    key_tests,
    ledger,
    life,
    login,
    own_values,
    people,
    protection,
    reports,
    requests,
    roster,
    roster_forms,
    silences,
    tokens,
)
from hub.web.pages.rendering import NOT_FOR_SCRIPTS, Pages, pages_of

__all__ = ["NOT_FOR_SCRIPTS", "ROUTERS", "Pages", "pages_of"]

ROUTERS = (
    login.router,
    console.router,
    alerts.router,
    requests.router,
    homes.router,
    devices.router,
    chain.router,
    enrol.router,
    key_tests.router,
    silences.router,
    own_values.router,
    protection.router,
    life.router,
    roster.router,
    roster_forms.router,
    reports.router,
    people.router,
    centres.router,
    ledger.router,
    accounts.router,
    tokens.router,
    changes.router,
)
