"""The versions that a prediction depends on."""

from __future__ import annotations

from ...forecasting.model_cards import versions_that_compute


def versions_that_predict(learned: bool) -> dict[str, str]:
    """Return the versions of this package, numpy and scipy, and of scikit-learn where a predictor learned by it."""
    found = versions_that_compute()
    if learned:
        from importlib import metadata  # takes long to import

        found["scikit-learn"] = metadata.version("scikit-learn")
    return found
