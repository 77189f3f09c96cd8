"""Processes that help this one: they begin when it says so, and end when it ends.

Signals are for this process alone, which ends its helpers. Ctrl-C reaches all processes of a
terminal at once, so helpers do not heed it; and none is told to end while it is only half started.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import BaseContext
from types import TracebackType
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Made = TypeVar("Made")

HEEDED = {signal.SIGINT, signal.SIGTERM}
SERVER_START = "openbaar.server_start"


def processors() -> int:
    """How many processors this process may use; not every system tells which."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def server_of(modules: Sequence[str]) -> BaseContext:
    """How to start helpers as copies of a server that has imported `modules`.

    The server is started at once, where it does not run yet, and imports them while this process
    goes on. Copies of this process would have its locks and threads, and the lock of the
    publication would outlive it in them.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([SERVER_START, *modules])
    resource_tracker.ensure_running()  # by itself: it lets signals through when it is done
    with signals_wait():
        forkserver.ensure_running()
    return context


class Pool(ProcessPoolExecutor):
    """So many helpers, started as the context says, each of which calls `start` first."""

    def __init__(
        self, count: int, context: BaseContext, start: Callable[..., object] = int, *given: object
    ) -> None:
        garbage = gc.get_threshold()
        super().__init__(count, context, partial(_begin, garbage, start, *given))

    def submit(
        self, fn: Callable[Given, Made], /, *args: Given.args, **kwargs: Given.kwargs
    ) -> Future[Made]:
        """Give a helper something to do, as any executor does; one may be started for it."""
        with signals_wait():
            return super().submit(fn, *args, **kwargs)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        """Wait until all is done; where a signal ended the block, end the helpers."""
        if kind is not None and not issubclass(kind, Exception):
            for helper in multiprocessing.active_children():
                helper.terminate()
        return super().__exit__(kind, error, trace)


@contextmanager
def signals_wait() -> Iterator[None]:
    """Signals that come in the block are heeded when it ends.

    What is started in it does not heed them: a thread never, a helper as soon as it may be ended.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, HEEDED)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(garbage: tuple[int, int, int], start: Callable[..., object], *given: object) -> None:
    """Begin as a helper, which SIGTERM ends and Ctrl-C does not, and which ends with its parent.

    It looks for garbage as seldom as its parent, and never among what it has imported.
    """
    gc.set_threshold(*garbage)
    gc.freeze()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HEEDED)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    start(*given)


def _end_with_parent() -> None:
    """End this helper as soon as the process is gone that would have ended it."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
