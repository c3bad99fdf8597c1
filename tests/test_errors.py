"""Errors of which the machine is the cause."""

from __future__ import annotations

from ruralpanel.errors import want_of_memory


def test_want_of_memory_is_found_behind_what_came_of_it() -> None:
    short = MemoryError("8 GiB")
    try:
        try:
            raise short
        except MemoryError:
            raise KeyError("unit")  # noqa: B904
    except KeyError as error:
        assert want_of_memory(error) is short
    thread = RuntimeError("can't start new thread")
    assert want_of_memory(thread) is thread
    assert want_of_memory(KeyError("unit")) is None
