# Which build of the compiled module suits this processor.
levels: list[str]

def choice() -> str: ...
