"""Estimators of scikit-learn's as bytes, by skops: none but the few kinds that learn here are read, and no code is run."""

from __future__ import annotations

import base64
import binascii
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from ... import checks

# Bytes, unpacked; a schema takes many times as much once it is read.
LARGEST, LARGEST_SCHEMA = 1_000_000_000, 50_000_000
SCHEMA = "schema.json"
_MOMENT = (1980, 1, 1, 0, 0, 0)
# What the estimators of `learning.learners` are made of, by how skops reads it: nothing else is.
KNOWN = frozenset(
    {
        ("DictNode", "builtins.dict"),
        ("ListNode", "builtins.list"),
        ("TupleNode", "builtins.tuple"),
        ("JsonNode", "builtins.str"),
        ("TypeNode", "builtins.str"),
        ("NdArrayNode", "numpy.ndarray"),
        ("NdArrayNode", "numpy.float64"),
        ("NdArrayNode", "numpy.float32"),
        ("NdArrayNode", "numpy.int64"),
        ("NdArrayNode", "numpy.int32"),
        ("NdArrayNode", "numpy.uint64"),
        ("NdArrayNode", "numpy.uint32"),
        ("NdArrayNode", "numpy.bool_"),
        ("RandomGeneratorNode", "numpy.random._generator.Generator"),
        ("ObjectNode", "sklearn.linear_model._logistic.LogisticRegression"),
        ("ObjectNode", "sklearn.linear_model._glm.glm.PoissonRegressor"),
        ("ObjectNode", "sklearn.ensemble._forest.RandomForestClassifier"),
        ("ObjectNode", "sklearn.tree._classes.DecisionTreeClassifier"),
        ("TreeNode", "sklearn.tree._tree.Tree"),
        ("ObjectNode", "sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingRegressor"),
        ("ObjectNode", "sklearn.ensemble._hist_gradient_boosting.binning._BinMapper"),
        ("ObjectNode", "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"),
        ("ObjectNode", "sklearn._loss.loss.HalfPoissonLoss"),
        ("ObjectNode", "sklearn._loss.link.LogLink"),
        ("ObjectNode", "sklearn._loss.link.Interval"),
        ("LossNode", "sklearn._loss._loss.CyHalfPoissonLoss"),
    }
)
# What a reader meets in a file made by hand: a part that is missing, of another type, packed otherwise, nested too deep.
_DAMAGED = (
    *(binascii.Error, json.JSONDecodeError, zipfile.BadZipFile, zlib.error, EOFError),
    *(LookupError, TypeError, AttributeError, RuntimeError),
)
# Those that skops does not trust by itself.
_TRUSTED = ["sklearn.tree._tree.Tree", "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"]


def written_estimator(estimator: Any) -> str:
    """Return a fitted estimator as text (base64): the same each time, but for bytes of a forest's trees that nobody reads.

    Raises
    ------
    ImportError
        If skops is missing.
    TypeError
        If it holds what is not read again.
    """
    packed = _repacked(_skops("save").dumps(estimator))
    strange = sorted({name for _, name in set(_kinds(_schema(packed))) - KNOWN})
    if strange:
        raise TypeError(f"The estimator holds a {strange[0]}, which would not be read again; it cannot be saved.")
    return base64.b64encode(packed).decode("ascii")


def read_estimator(text: Any, features: int) -> Any:
    """Return the estimator of a text, made for so many features.

    Raises
    ------
    ImportError
        If skops or scikit-learn is missing.
    ValueError
        If it is damaged, too large, holds a kind that none of ours does, or trees that lead out of themselves.
    """
    skops = _skops("read")
    try:
        packed = base64.b64decode(text, validate=True)
        found = set(_kinds(_schema(packed)))
    except _DAMAGED as problem:
        raise ValueError(f"its estimator is damaged ({problem}).") from problem
    strange = sorted({name for _, name in found - KNOWN})
    if strange:
        raise ValueError(f"its estimator holds {checks.listed(strange[:3])}, which none of ours does: it is not read.")
    try:
        estimator = skops.loads(packed, trusted=_TRUSTED)
    except Exception as problem:  # of a file made by hand: skops and numpy raise what they meet
        raise ValueError(f"its estimator cannot be read ({' '.join(str(problem).split())[:200]}).") from problem
    if getattr(estimator, "n_features_in_", None) != features:
        raise ValueError(f"its estimator is not made for its {features:,} features.")
    try:
        for first, second, column, split in _trees(estimator):
            _require_within(first, second, column, split, features)
    except _DAMAGED as problem:
        raise ValueError(f"its estimator is damaged ({problem}).") from problem
    return estimator


def _skops(what: str) -> Any:
    try:
        import skops.io
    except ImportError as problem:
        raise ImportError(
            f"A predictor that learned is {what} by skops: pip install skops; those without an estimator, such as "
            "'prior_counts' and 'auto', do without."
        ) from problem
    return skops.io


def _schema(packed: bytes) -> Any:
    """Return what skops says is in a file, whose parts are not too large."""
    with zipfile.ZipFile(io.BytesIO(packed)) as file:
        whole = sum(part.file_size for part in file.infolist())
        for size, most in ((whole, LARGEST), (file.getinfo(SCHEMA).file_size, LARGEST_SCHEMA)):
            if size > most:
                raise ValueError(f"its estimator has {size:,} bytes, more than the {most:,} that any of ours has.")
        return json.loads(file.read(SCHEMA))


def _kinds(node: Any) -> Iterator[tuple[str, str]]:
    """Yield how each part is read, and as what."""
    if isinstance(node, dict):
        if "__loader__" in node:
            yield str(node["__loader__"]), f"{node.get('__module__')}.{node.get('__class__')}"
        for part in node.values():
            yield from _kinds(part)
    elif isinstance(node, list):
        for part in node:
            yield from _kinds(part)


def _repacked(made: bytes) -> bytes:
    """Return a file of skops' with numbers in their order in place of addresses in memory, and without the time of day."""
    with zipfile.ZipFile(io.BytesIO(made)) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    text = parts.pop(SCHEMA).decode()
    # An address names a part, and the file of an array.
    addresses = list(dict.fromkeys(re.findall(r'"(?:__id__": |file": ")(\d+)', text)))
    number = {address: str(at) for at, address in enumerate(addresses, start=1)}
    text = re.sub(r'("(?:__id__": |file": "))(\d+)', lambda found: found[1] + number[found[2]], text)
    named = {number[name.partition(".")[0]] + "." + name.partition(".")[2]: part for name, part in parts.items()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name in sorted(named, key=lambda name: int(name.partition(".")[0])):
            file.writestr(zipfile.ZipInfo(name, _MOMENT), named[name], zipfile.ZIP_DEFLATED)
        file.writestr(zipfile.ZipInfo(SCHEMA, _MOMENT), text, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _trees(estimator: Any) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """Yield of each tree where its nodes lead to, which feature they look at, and which of them split."""
    for member in getattr(estimator, "estimators_", ()):
        tree = member.tree_
        yield tree.children_left, tree.children_right, tree.feature, tree.children_left != -1
    for step in getattr(estimator, "_predictors", ()):
        for member in step:
            nodes = member.nodes
            if nodes["is_categorical"].any():
                raise ValueError("its estimator splits by categories, which none of ours does: it is not read.")
            yield nodes["left"], nodes["right"], nodes["feature_idx"], nodes["is_leaf"] == 0


def _require_within(
    first: np.ndarray, second: np.ndarray, column: np.ndarray, split: np.ndarray, features: int
) -> None:
    """Raise where a tree leads out of itself or back: compiled code follows it without looking."""
    own = np.flatnonzero(split)
    ends = np.array([first[split], second[split]], dtype=np.int64)
    forward = ((ends > own) & (ends < split.size)).all()
    looked = np.asarray(column[split], dtype=np.int64)
    if not (split.size and forward and ((looked >= 0) & (looked < features)).all()):
        raise ValueError("its estimator has a tree that leads out of itself: the file is damaged or made by hand.")
