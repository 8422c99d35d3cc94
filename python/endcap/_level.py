"""Loads the build of endcap._core that suits this processor, before anything else asks for it.

The environment variable ENDCAP_INSTRUCTIONS may name a lower level, for a test.
"""

import importlib
import sys

from endcap import _instructions

_level = _instructions.choice()
_suffix = "" if _level == _instructions.levels[0] else "_" + _level.replace("-", "_")
sys.modules["endcap._core"] = importlib.import_module(f"endcap._core{_suffix}")
