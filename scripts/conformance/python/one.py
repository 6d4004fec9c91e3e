"""Saves small models drawn at random, and every layer's output.

    python one.py --library keras --formats keras --out FOLDER [--seed 1] [--each 2] [--only TEXT]

Each kind of layer or graph is drawn `--each` times (some kinds more often); what Keras itself refuses or cannot reopen is drawn again.
"""

import argparse
import importlib
import os
import re
import sys
import traceback
import zlib

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["TF_USE_LEGACY_KERAS"] = "1" if "tf_keras" in sys.argv else "0"

import numpy as np

import layers  # noqa: F401  (registers its makers)
import operations  # noqa: F401
import sequences  # noqa: F401
from draw import MAKERS, Draw
from record import Record, input_of
from walk import flatten, layer_outputs

ATTEMPTS = 30


def randomise(model, rng):
    for variable in model.weights:
        name = getattr(variable, "path", variable.name)
        old = np.asarray(variable)
        if "seed" in name or old.dtype.kind not in "f" or "normalization" in name and re.search(r"(^|/)(mean|variance|count)(:0)?$", name):
            continue
        value = rng.normal(0, 0.5, old.shape)
        if re.search("variance|stddev", name):
            value = rng.uniform(0.5, 1.5, old.shape)
        variable.assign(value.astype(old.dtype))


def draw(kind, number, keras, major, seed):
    rng = np.random.default_rng([seed, number, zlib.crc32(kind["name"].encode())])
    keras.backend.clear_session()
    d = Draw(kind["name"], rng, major)
    ins, outs = kind["make"](d, keras)
    model = keras.Model(ins, outs, name=d.of("model", "small_model", "m"))
    randomise(model, rng)
    inputs = []
    for i, symbol in enumerate(model.inputs):
        shape = [1 if i == 0 else 5 for i in range(len(symbol.shape))]
        shape = [2 if axis == 0 and d.name != "Flatten" else (n or 6) for axis, n in enumerate(symbol.shape)]
        inputs.append({"shape": shape, **(d.fill.get(i) or {"scale": 2.0, "offset": -0.7})})
    return model, inputs, rng


def value_for(symbol, given):
    value = input_of(**given)
    name = getattr(symbol.dtype, "name", str(symbol.dtype))
    return value.astype(name)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--library", default="keras")
    parser.add_argument("--formats", nargs="+", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=2)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    keras = importlib.import_module(options.library)
    version = keras.__version__
    major = int(version.split(".")[0])
    record = Record(options.out)
    for kind in MAKERS:
        if major not in kind["only"] or options.only not in kind["name"]:
            continue
        if kind["make"].__name__ != "layer_activation" and kind["name"][0].isupper() and not hasattr(keras.layers, kind["name"]):
            continue
        made, reasons = 0, []
        for attempt in range(ATTEMPTS * options.each):
            if made >= options.each * kind["times"]:
                break
            case = re.sub(r"\W+", "-", f"{kind['name']}-{made + 1}")
            try:
                model, inputs, _ = draw(kind, attempt, keras, major, options.seed)
                values = [value_for(symbol, given) for symbol, given in zip(model.inputs, inputs)]
                outputs = layer_outputs(model, [keras.ops.convert_to_tensor(v) if major == 3 else importlib.import_module("tensorflow").constant(v) for v in values], major)
                reference = flatten(model(values if len(values) > 1 else values[0], training=False))
                check_against_model(outputs, reference)
            except Exception as error:
                reasons.append(f"{type(error).__name__}: {error}")
                if os.environ.get("VERBOSE"):
                    traceback.print_exc()
                continue
            layers_ = record.expected(case, outputs)
            for form in options.formats:
                file = f"{case}.{form}"
                label = {"keras": version, "format": form, "kind": kind["name"]}
                path = os.path.join(options.out, file)
                try:
                    model.save(path)
                except Exception as error:
                    record.skip(case, file, f"not saved by Keras: {error}", **label)
                    continue
                record.add(case, file, inputs, layers_, model.count_params(), reopened=reopen(keras, path, values, reference), **label)
            made += 1
        if made == 0:
            record.skip(kind["name"], kind["name"], f"never built by Keras: {reasons[-1] if reasons else ''}", keras=version, kind=kind["name"])
    record.write()


def check_against_model(outputs, reference):
    """The walk has to give what the model gives."""
    last = [np.asarray(r) for r in reference]
    walked = [array for _, _, arrays in outputs for array in arrays]
    for array in last:
        if not any(a.shape == array.shape and np.array_equal(a, array, equal_nan=a.dtype.kind == "f") for a in walked):
            if not any(a.shape == array.shape and np.allclose(a, array, rtol=1e-4, atol=1e-6) for a in walked):
                raise AssertionError("walk and model differ")


def reopen(keras, path, values, reference):
    try:
        again = keras.models.load_model(path, compile=False)
        outputs = flatten(again(values[0] if isinstance(values, list) and len(values) == 1 else values, training=False))
        if all(np.allclose(np.asarray(a), np.asarray(b), rtol=1e-3, atol=1e-4, equal_nan=True) for a, b in zip(outputs, reference)):
            return "yes"
        return "with other results"
    except Exception as error:
        return f"no: {type(error).__name__}: {(str(error).strip().splitlines() or ['?'])[0][:160]}"


if __name__ == "__main__":
    sys.exit(main())
