"""endcap: recommendations for a shop, inside the shop's own process."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import endcap._level  # noqa: F401  before all that imports endcap._core
from endcap import _core, _instructions

if TYPE_CHECKING:
    from endcap._core import CorruptFileError, UnknownIdError
    from endcap.approximate_index import ApproximateIndex
    from endcap.catalog import Catalog
    from endcap.evaluation import Report, evaluate
    from endcap.event_log import EventLog, LoggedEvent
    from endcap.events import Events
    from endcap.file_check import FileCheck, check_files
    from endcap.live import Preference
    from endcap.models import (
        Als,
        Ease,
        ItemKnn,
        Popularity,
        Rp3Beta,
        SequentialRules,
        SessionKnn,
        Slist,
        TurboCf,
    )
    from endcap.recommender import Recommender
    from endcap.results import Explanation, PickList, Picks, WhyNot
    from endcap.rules import Rules

# Where the names of the package live. Their modules, and numpy with them, are imported when they
# are first asked for: `import endcap` itself takes milliseconds.
_NAMES = {
    "_core": "CorruptFileError UnknownIdError",
    "approximate_index": "ApproximateIndex",
    "catalog": "Catalog",
    "file_check": "FileCheck check_files",
    "evaluation": "Report evaluate",
    "event_log": "EventLog LoggedEvent",
    "events": "Events",
    "live": "Preference",
    "models": "Als Ease ItemKnn Popularity Rp3Beta SequentialRules SessionKnn Slist TurboCf",
    "recommender": "Recommender",
    "results": "Explanation PickList Picks WhyNot",
    "rules": "Rules",
}
_MODULE_OF = {name: module for module, names in _NAMES.items() for name in names.split()}

__version__: str = _core.build_info()["version"]

__all__ = [
    "Als",
    "ApproximateIndex",
    "Catalog",
    "CorruptFileError",
    "Ease",
    "EventLog",
    "Events",
    "Explanation",
    "FileCheck",
    "ItemKnn",
    "LoggedEvent",
    "PickList",
    "Picks",
    "Popularity",
    "Preference",
    "Recommender",
    "Report",
    "Rp3Beta",
    "Rules",
    "SequentialRules",
    "SessionKnn",
    "Slist",
    "TurboCf",
    "UnknownIdError",
    "WhyNot",
    "build_info",
    "check_files",
    "evaluate",
]


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF:
        value = getattr(import_module(f"endcap.{_MODULE_OF[name]}"), name)
    elif name in _NAMES:
        value = import_module(f"endcap.{name}")
    else:
        msg = f"module 'endcap' has no attribute {name!r}"
        raise AttributeError(msg)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def build_info() -> dict[str, Any]:
    """Say what this build is and has found.

    `version`; `compiler`; `instructions`: the level in use; `kernels`: the level of the kernels
    that choose for themselves; `levels`: those built; `eigen`; `sqlite`: its version, "" without;
    `json`: whether JSON Lines are read; `hnswlib`: whether there is an approximate index;
    `xgboost`: whether fits may train trees; `threads`: how many `threads=0` means now.
    """
    return _core.build_info() | {"levels": _instructions.levels}
