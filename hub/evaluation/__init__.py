"""How good the hub's judgement is on somebody's recordings: the shipped detectors with the shipped figures, fitted to nothing.

One module a subject, each with `FORMATS` and `evaluate(path, format_) -> Report`; a report without figures means that nothing
there could be judged, and its `skipped` says why. How files are read stands in `recordings/`, one module a format.
"""
