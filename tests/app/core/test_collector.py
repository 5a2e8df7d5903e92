"""The collector waits while many rows are made, and only then."""

import gc

import pytest

from backend.app.core import collector


def test_it_waits_inside_and_goes_on_afterwards() -> None:
    assert gc.isenabled()
    with collector.paused(), collector.paused():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_goes_on_after_an_error() -> None:
    @collector.paused()
    def fails() -> None:
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011  whichever: the collector is what is asked about
        fails()
    assert gc.isenabled()
