"""The service's operations, a module a subject; each runs in a thread of its own."""

from functools import partial

from litestar import delete, get

from kaohe_serve.problems import documented

read = partial(get, responses=documented(), sync_to_thread=True)
remove = partial(delete, responses=documented(), sync_to_thread=True)
