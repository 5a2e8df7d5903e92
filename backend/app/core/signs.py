"""A difference as it is written everywhere: with its sign, the minus as wide as the plus."""

from decimal import Decimal


def signed(value: Decimal | float | str, places: int = 2) -> str:
    """ "+2.00", "−2.00", and nothing before a zero."""
    text = f"{Decimal(str(value)):+.{places}f}".replace("-", "−")
    return text if text.strip("+−0.") else text[1:]
