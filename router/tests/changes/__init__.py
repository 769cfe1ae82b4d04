"""Whether `check` names exactly the operations that break, by trying out all that can happen."""
