"""The parts of demo.py: the log, how good the lists are, the lists, the page."""
