"""How a telephone number becomes the way to reach a person: one rule for the ledger, the API and the people's page."""

import re
from dataclasses import replace

from hub.core.context import ContactMethod
from hub.directory.model import PersonEntry

BY_PHONE = "webhook"
"""The channel of whoever has a telephone number and no other method: the service behind the webhook calls or texts it."""

_TEL = "tel:"


def reached(person: PersonEntry, phone_before: str) -> PersonEntry:
    """The person with the method that follows from the number, where there is no other; a method that had the number before
    has the new one."""
    if not person.phone:
        return person
    if not person.methods:
        return replace(person, methods=by_phone(person.phone))
    if not phone_before or digits(phone_before) == digits(person.phone):
        return person
    methods = tuple(
        replace(one, address=_TEL + digits(person.phone)) if _calls(one, phone_before) else one
        for one in person.methods
    )
    return person if methods == person.methods else replace(person, methods=methods)


def by_phone(phone: str) -> tuple[ContactMethod, ...]:
    return (ContactMethod(BY_PHONE, _TEL + digits(phone)),) if phone else ()


def digits(phone: str) -> str:
    return re.sub(r"[^\d+]", "", phone)


def number(phone: str | None) -> str:
    """A telephone number as it is compared: however it is grouped, with or without China's +86. Empty: none."""
    bare = re.sub(r"\D", "", phone or "")
    return bare[2:] if len(bare) == 13 and bare.startswith("861") else bare


def _calls(method: ContactMethod, phone: str) -> bool:
    return method.address.startswith(_TEL) and number(method.address.removeprefix(_TEL)) == number(phone)
