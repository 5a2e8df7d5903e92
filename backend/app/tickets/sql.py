"""Parts of SQL about tickets that other features weave into a statement of their own."""


def has_acted(person: str) -> str:
    """True for a person who has written a ticket."""
    return f"EXISTS (SELECT FROM ticket k WHERE k.person_id = {person})"
