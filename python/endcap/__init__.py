"""endcap: recommendations for a shop, inside the shop's own process."""

from __future__ import annotations

from endcap._core import CorruptFileError, UnknownIdError
from endcap.catalog import Catalog
from endcap.check_files import FileCheck, check_files
from endcap.evaluation import Report, evaluate
from endcap.event_log import EventLog, LoggedEvent
from endcap.events import Events
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

__version__ = "0.1.0"

__all__ = [
    "Als",
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


def build_info() -> dict[str, str]:
    """Say what this build is: version, compiler, instruction level."""
    from endcap import _core

    return {"version": __version__, "compiler": _core.compiler, "instructions": "portable"}
