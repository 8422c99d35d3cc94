# The compiled module; endcap's own modules give its parts their types.
from typing import Any

def __getattr__(name: str) -> Any: ...
