"""Saves the models of graphs.py and random ones, and every layer's output.

    python structures.py --library keras --formats keras h5 weights --out FOLDER [--seed 1] [--random 10] [--only TEXT]

'weights' saves the architecture as JSON and the weights alone.
"""

import argparse
import importlib
import json
import os
import sys
import traceback

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["TF_USE_LEGACY_KERAS"] = "1" if "tf_keras" in sys.argv else "0"

import numpy as np

from graphs import GRAPHS
from one import randomise, reopen, value_for
from random_graphs import random_graph
from record import Record
from walk import flatten, layer_outputs


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--library", default="keras")
    parser.add_argument("--formats", nargs="+", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--random", type=int, default=10)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    keras = load(options.library)
    version = keras.__version__
    major = int(version.split(".")[0])
    record = Record(options.out)
    kinds = list(GRAPHS)
    for i in range(options.random):
        kinds.append({"name": f"random-{i + 1}", "make": random_graph(options.seed * 1000 + i), "only": (2, 3), "formats": None})
    for kind in kinds:
        if major not in kind["only"] or options.only not in kind["name"]:
            continue
        keras.backend.clear_session()
        try:
            made = kind["make"](keras, major)
            model, more = made if isinstance(made, tuple) else (made, {})
            save(keras, major, version, record, options, kind, model, more)
        except Exception as error:
            if os.environ.get("VERBOSE"):
                traceback.print_exc()
            record.skip(kind["name"], kind["name"], f"not built by Keras: {type(error).__name__}: {error}", keras=version, kind=kind["name"])
    record.write()


def load(library):
    keras = importlib.import_module(library)
    if not hasattr(keras, "__version__"):  # tf.keras
        keras.__version__ = importlib.import_module("tensorflow").__version__
    return keras


def save(keras, major, version, record, options, kind, model, more):
    rng = np.random.default_rng(options.seed)
    if not more.get("keep"):
        randomise(model, rng)
    refused = more.get("refused")
    inputs, values, layers, reference = [], [], [], None
    if refused is None:
        shapes = more.get("shapes") or [[2 if axis == 0 else n or 6 for axis, n in enumerate(symbol.shape)] for symbol in model.inputs]
        inputs = [{"shape": shape, **(more.get("fill", {}).get(i) or {"scale": 2.0, "offset": -0.7})} for i, shape in enumerate(shapes)]
        values = [value_for(symbol, given) for symbol, given in zip(getattr(model, "inputs", None) or [np.zeros(1, "float32")], inputs)]
        reckoner = in_float32(keras, model) if more.get("in_float32") else model
        tensors = [keras.backend.constant(v) if v.dtype.kind == "f" else v for v in values] if major < 3 else [keras.ops.convert_to_tensor(v) for v in values]
        layers = record.expected(kind["name"], layer_outputs(reckoner, tensors, major))
        fed = dict(zip(input_names(model), values)) if isinstance(getattr(model, "_inputs_struct", getattr(model, "_nested_inputs", None)), dict) else values if len(values) > 1 else values[0]
        reference = flatten(model(fed, training=False))
    for form in kind["formats"] or options.formats:
        if form not in options.formats:
            continue
        file = f"{kind['name']}.{form}"
        label = {"keras": version, "format": form, "kind": kind["name"], **({"refused": refused} if refused else {})}
        path = os.path.join(options.out, file)
        try:
            if form == "weights":
                file = f"{kind['name']}.weights.h5"
                model.save_weights(os.path.join(options.out, file))
                label["architecture"] = f"{kind['name']}.architecture.json"
                with open(os.path.join(options.out, label["architecture"]), "w") as target:
                    target.write(model.to_json())
            else:
                model.save(path)
        except Exception as error:
            record.skip(kind["name"], file, f"not saved by Keras: {type(error).__name__}: {error}", **label)
            continue
        reopened = "yes" if refused or form == "weights" else reopen(keras, path, fed, reference)
        record.add(kind["name"], file, inputs, layers, model.count_params(), reopened=reopened, **label)


def input_names(model):
    struct = getattr(model, "_inputs_struct", None) or getattr(model, "_nested_inputs", None)
    return sorted(struct)


def in_float32(keras, model):
    """The same model with every dtype float32: what its weights mean when nothing is rounded on the way."""
    text = model.to_json()
    for name in ("mixed_float16", "mixed_bfloat16", "bfloat16", "float16", "float64"):
        text = text.replace(f'"{name}"', '"float32"')
    twin = keras.models.model_from_json(text)
    twin.set_weights([np.asarray(w).astype("float32") for w in model.get_weights()])
    return twin


if __name__ == "__main__":
    sys.exit(main())
