"""Saves small models drawn at random, and every layer's output.

    python one.py --library keras --formats keras --out FOLDER [--seed 1] [--each 2] [--only TEXT]

Each kind of layer or graph is drawn `--each` times (some kinds more often); what Keras itself refuses or cannot reopen is drawn again.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import traceback
import zlib

import numpy as np

import layers  # noqa: F401  (registers its makers)
import libraries
import operations  # noqa: F401
import sequences  # noqa: F401
import sound  # noqa: F401
import tokens  # noqa: F401
import pictures  # noqa: F401  (behind the others, whose draws go by their place)
import composed  # noqa: F401
from draw import MAKERS, Draw, has
from record import Record, input_of

ATTEMPTS = 30


def draw(kind, number, library, seed):
    rng = np.random.default_rng([seed, number, zlib.crc32(kind["name"].encode())])
    library.clear()
    d = Draw(kind["name"], rng, library.major)
    ins, outs = kind["make"](d, library.keras)
    model = library.keras.Model(ins, outs, name=d.of("model", "small_model", "m"))
    libraries.randomise(library, model, rng)
    inputs = []
    for i, symbol in enumerate(model.inputs):
        shape = [2 if axis == 0 else n or 6 for axis, n in enumerate(shape_of(symbol))]
        inputs.append({"shape": shape, **(d.fill.get(i) or {"scale": 2.0, "offset": -0.7})})
    return model, inputs


def shape_of(symbol):
    shape = getattr(symbol, "_keras_shape", None) or symbol.shape
    return [n.value if hasattr(n, "value") else n for n in shape]


def values_for(library, model, inputs):
    return [input_of(**given).astype(library.dtype(symbol)) for symbol, given in zip(model.inputs, inputs)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--library", default="keras")
    parser.add_argument("--formats", nargs="+", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=2)
    parser.add_argument("--only", default="")
    parser.add_argument("--resume", action="store_true", help="go on after the draw at which a run died")
    options = parser.parse_args()
    position = pathlib.Path(options.out) / "position.json"
    if not options.resume and "ONE_IS_CHILD" not in os.environ:
        sys.exit(supervise())
    library = libraries.load(options.library)
    record = Record(options.out, resume=options.resume)
    start = json.loads(position.read_text()) if options.resume else {"kind": 0, "attempt": 0, "made": 0}
    for number, kind in enumerate(MAKERS[start["kind"] :], start["kind"]):
        if options.only in kind["name"] and has(library.keras, library.major, kind):
            save_kind(library, record, options, kind, number, position, start if number == start["kind"] else {"attempt": 0, "made": 0})
    record.write()


def supervise():
    """Some drawn arguments make TensorFlow divide by zero and die: the run goes on after them."""
    command = [sys.executable, *sys.argv]
    for _ in range(50):
        status = subprocess.run(command, env={**os.environ, "ONE_IS_CHILD": "1"}).returncode
        if status >= 0:
            return status
        position = pathlib.Path(sys.argv[sys.argv.index("--out") + 1]) / "position.json"
        at = json.loads(position.read_text())
        position.write_text(json.dumps({**at, "attempt": at["attempt"] + 1}))
        command = [sys.executable, *sys.argv, "--resume"]
    return 1


def save_kind(library, record, options, kind, number, position, start):
    made, reasons = start["made"], []
    label = {"keras": library.version, "kind": kind["name"]}
    for attempt in range(start["attempt"], ATTEMPTS * options.each):
        if made >= options.each * kind["times"]:
            return
        case = re.sub(r"\W+", "-", f"{kind['name']}-{made + 1}")
        position.write_text(json.dumps({"kind": number, "attempt": attempt, "made": made}))
        try:
            model, inputs = draw(kind, attempt, library, options.seed)
            values = values_for(library, model, inputs)
            outputs = library.layer_outputs(model, values)
            reference = library.run(model, values)
            check_against_model(outputs, reference)
        except Exception as error:
            reasons.append(f"{type(error).__name__}: {error}")
            if os.environ.get("VERBOSE"):
                traceback.print_exc()
            if attempt >= ATTEMPTS and made == 0:
                break
            continue
        layers_ = record.expected(case, outputs)
        more = {}
        broadcast = library.broadcast_outputs(model, values)
        if broadcast and differ(outputs, broadcast):
            more["broadcast"] = f"{case}.broadcast"
            record.expected(more["broadcast"], broadcast)
        for form in options.formats:
            file = f"{case}.{form}"
            path = os.path.join(options.out, file)
            try:
                model.save(path)
            except Exception as error:
                record.skip(case, file, f"not saved by Keras: {error}", format=form, **label)
                continue
            reopened = reopen(lambda: library.load_model(path), library, values, reference)
            record.add(case, file, inputs, layers_, model.count_params(), reopened=reopened, format=form, **label, **more)
        made += 1
        record.write()
    if made == 0:
        record.skip(kind["name"], kind["name"], f"never built by Keras: {reasons[-1] if reasons else ''}", **label)


def check_against_model(outputs, reference):
    """The walk has to give what the model gives."""
    walked = [array for _, _, arrays in outputs for array in arrays]
    for array in reference:
        same = (np.allclose(a, array, rtol=1e-4, atol=1e-6, equal_nan=array.dtype.kind == "f") for a in walked if a.shape == array.shape)
        if not any(same):
            raise AssertionError("walk and model differ")


def differ(one, other):
    pairs = ((a, b) for (_, _, left), (_, _, right) in zip(one, other) for a, b in zip(left, right))
    return not all(np.allclose(a, b, rtol=1e-4, atol=1e-6, equal_nan=a.dtype.kind == "f") for a, b in pairs)


def reopen(load, library, values, reference):
    """Whether Keras' own `load()` gives a model that computes the same."""
    try:
        outputs = library.run(load(), values)
        if all(np.allclose(a, b, rtol=1e-3, atol=1e-4, equal_nan=True) for a, b in zip(outputs, reference)):
            return "yes"
        return "with other results"
    except Exception as error:
        return f"no: {type(error).__name__}: {(str(error).strip().splitlines() or ['?'])[0][:160]}"


if __name__ == "__main__":
    sys.exit(main())
