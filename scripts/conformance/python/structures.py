"""Saves the models of graphs.py and random ones, and every layer's output.

    python structures.py --library keras --formats keras h5 weights --out FOLDER [--seed 1] [--random 10] [--only TEXT]

'weights' saves the architecture as JSON and the weights alone.
"""

import argparse
import os
import sys
import traceback

import numpy as np

import libraries
from graphs import GRAPHS
from one import reopen, shape_of, values_for
from random_graphs import random_graph
from record import Record


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--library", default="keras")
    parser.add_argument("--formats", nargs="+", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--random", type=int, default=10)
    parser.add_argument("--only", default="")
    parser.add_argument("--cases", nargs="*", help="only these")
    options = parser.parse_args()
    library = libraries.load(options.library)
    record = Record(options.out)
    kinds = list(GRAPHS)
    if library.major == 1:
        from graphs_keras1 import GRAPHS as kinds
    for i in range(options.random if library.major > 1 else 0):
        kinds.append({"name": f"random-{i + 1}", "make": random_graph(options.seed * 1000 + i), "only": (2, 3), "formats": None})
    for kind in kinds:
        if library.major not in kind["only"] or options.only not in kind["name"] or options.cases and kind["name"] not in options.cases:
            continue
        library.clear()
        try:
            made = kind["make"](library.keras, library.major)
            model, more = made if isinstance(made, tuple) else (made, {})
            save(library, record, options, kind, model, more)
        except Exception as error:
            if os.environ.get("VERBOSE"):
                traceback.print_exc()
            reason = f"not built by Keras: {type(error).__name__}: {error}"
            record.skip(kind["name"], kind["name"], reason, keras=library.version, kind=kind["name"])
    record.write()


def save(library, record, options, kind, model, more):
    build(model)
    if not more.get("keep"):
        libraries.randomise(library, model, np.random.default_rng(options.seed))
    refused = more.get("refused")
    inputs, values, layers, reference = [], [], [], None
    if refused is None:
        shapes = more.get("shapes") or [[2 if axis == 0 else n or 6 for axis, n in enumerate(shape_of(symbol))] for symbol in model.inputs]
        inputs = [{"shape": shape, **(more.get("fill", {}).get(i) or {"scale": 2.0, "offset": -0.7})} for i, shape in enumerate(shapes)]
        values = values_for(library, model, inputs) if getattr(model, "inputs", None) else [values_for_shape(inputs[0])]
        outputs = outputs_in_float32(library, model, inputs) if more.get("in_float32") else library.layer_outputs(model, values)
        layers = record.expected(kind["name"], outputs)
        reference = library.run(model, values)
    for form in kind["formats"] or options.formats:
        if form in options.formats:
            save_as(form, library, record, options, kind, model, dict(parameters=more.get('parameters', model.count_params()), inputs=inputs, values=values, layers=layers, reference=reference, refused=refused, in_float32=bool(more.get("in_float32"))))


def build(model):
    """Keras 3.0 to 3.3 build a Sequential that begins with a model when it is first called, as by `fit`."""
    first = model
    while not getattr(first, "built", True):
        first = first.layers[0]
    if first is not model:
        model(np.zeros([2, *shape_of(first.inputs[0])[1:]], "float32"))


def save_as(form, library, record, options, kind, model, result):
    file = f"{kind['name']}.{form}"
    refused = result["refused"]
    label = {"keras": library.version, "format": form, "kind": kind["name"], **({"refused": refused} if refused else {})}
    if result["in_float32"]:
        label["in_float32"] = True
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
        return
    if refused:
        reopened = "yes"
    elif form == "weights":
        reopened = reopen(lambda: with_weights(library, model, os.path.join(options.out, file)), library, result["values"], result["reference"])
    else:
        reopened = reopen(lambda: library.load_model(path), library, result["values"], result["reference"])
    record.add(kind["name"], file, result["inputs"], result["layers"], result["parameters"], reopened=reopened, **label)


def with_weights(library, model, path):
    twin = library.keras.models.model_from_json(model.to_json())
    twin.load_weights(path)
    return twin


def values_for_shape(given):
    from record import input_of

    return input_of(**given)


def outputs_in_float32(library, model, inputs):
    twin = in_float32(library.keras, model)
    # The twin's input is what the file says; Keras 3.0 to 3.3 give a Sequential's own the policy's dtype.
    outputs = library.layer_outputs(twin, values_for(library, twin, inputs))
    # Keras 3.4 to 3.6 count the casts of all models in their names.
    names = library.layer_outputs(model, values_for(library, model, inputs))
    assert len(names) == len(outputs)
    return [(path, class_name, arrays) for (path, class_name, _), (_, _, arrays) in zip(names, outputs)]


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
