"""okr: check in on key results from a shell or a pipeline."""
