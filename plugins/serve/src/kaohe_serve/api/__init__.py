"""The service's operations, a module a subject; each runs in a thread of its own."""

from functools import partial
from typing import TypeAlias
from uuid import UUID

from litestar import delete, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from kaohe_serve.jobs import Computed, Jobs
from kaohe_serve.papers import Papers, Press
from kaohe_serve.problems import documented
from kaohe_serve.settings import Settings
from kaohe_serve.shelf import Shelf
from kaohe_serve.work import Desk

read = partial(get, responses=documented(), sync_to_thread=True)
remove = partial(delete, responses=documented(), sync_to_thread=True)

Number: TypeAlias = FromPath[UUID]
TheSettings: TypeAlias = NamedDependency[Settings]
TheShelf: TypeAlias = NamedDependency[Shelf]
TheDesk: TypeAlias = NamedDependency[Desk]
TheJobs: TypeAlias = NamedDependency[Jobs[Computed]]
ThePapers: TypeAlias = NamedDependency[Jobs[Papers]]
ThePress: TypeAlias = NamedDependency[Press]
