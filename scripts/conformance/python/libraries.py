"""One face for keras 3, tf_keras 2, tf.keras and the Keras 1.2 to 2.3 that were packages of their own.

`load(name)` gives a `Library`: `keras` (with layers, Input, Model, Sequential, models, backend, applications), `version`, `major`, and
what the scripts do with a model.
"""

import importlib
import os
import re
import sys
import types

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["TF_USE_LEGACY_KERAS"] = "1" if "tf_keras" in sys.argv else "0"

import numpy as np

import walk


def choose_kernels():
    """The same kernels of TensorFlow on any CPU (see the README), from 2.9 on: those of oneDNN in earlier versions crash."""
    try:
        from importlib.metadata import distributions
    except ImportError:  # Python 3.7
        return
    versions = [d.version for d in distributions() if d.metadata["Name"] in ("tensorflow", "tensorflow-cpu", "tensorflow_cpu")]
    if any(numbers(version) >= (2, 9) for version in versions):
        os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")


def load(name):
    module = importlib.import_module(name)
    version = getattr(module, "__version__", None) or importlib.import_module("tensorflow").__version__
    return Separate(module, version) if name == "keras" and numbers(version) < (2, 4) else Eager(module, version)


def numbers(version):
    return tuple(int(part) for part in version.split(".")[:2])


choose_kernels()


class Library:
    def __init__(self, keras, version):
        self.keras, self.version, self.major = keras, version, int(version.split(".")[0])

    def clear(self):
        self.keras.backend.clear_session()

    def broadcast_outputs(self, model, values):
        return None

    def load_model(self, path):
        return self.keras.models.load_model(path, compile=False)


class Eager(Library):
    """Layers compute when they are called."""

    def tensor(self, value):
        if self.major >= 3:
            return self.keras.ops.convert_to_tensor(value)
        return importlib.import_module("tensorflow").constant(value)

    def layer_outputs(self, model, values):
        return walk.layer_outputs(model, [self.tensor(value) for value in values], self.major)

    def run(self, model, values):
        """The model's outputs; `values` in the order of model.inputs."""
        struct = getattr(model, "_inputs_struct", getattr(model, "_nested_inputs", None))
        if isinstance(struct, dict):
            values = dict(zip(sorted(struct), values))
        elif len(values) == 1:
            values = values[0]
        return [np.asarray(output) for output in walk.flatten(model(values, training=False))]

    def broadcast_outputs(self, model, values):
        """What the layers give when additions broadcast, where that is something else than Keras 3 gives on TensorFlow; otherwise None.

        Keras takes a second operand with one axis longer than 1 for a bias along the last axis when that axis is as long.
        """
        if self.major < 3:
            return None
        numpy = importlib.import_module("keras.src.backend").numpy
        add = numpy.add
        numpy.add = lambda x1, x2: add(x2, x1)
        try:
            return self.layer_outputs(model, values)
        finally:
            numpy.add = add

    def weights(self, model):
        """(name, value, assign) of each."""
        for variable in model.weights:
            yield getattr(variable, "path", variable.name), np.asarray(variable), variable.assign

    def dtype(self, symbol):
        return getattr(symbol.dtype, "name", str(symbol.dtype))


class Separate(Library):
    """Keras 1.2 to 2.3: symbols and sessions."""

    def __init__(self, module, version):
        for name in ("models", "layers", "backend", "utils", "applications"):
            importlib.import_module("keras." + name)
        if module.backend.backend() == "theano":
            importlib.import_module("theano.ifelse")  # Keras forgets to
        face = types.SimpleNamespace(**{name: getattr(module, name) for name in ("models", "layers", "backend", "utils", "applications")})
        face.Model, face.Input = module.models.Model, module.layers.Input
        face.layers = types.SimpleNamespace(**{name: value for name, value in vars(module.layers).items() if name[0] != "_"})
        if not hasattr(face.layers, "ReLU"):
            face.layers.ReLU = lambda name=None: module.layers.Activation("relu", name=name)
        face.Sequential = lambda layers=None, name=None: sequential(module, layers or [], name)
        face.__version__ = version
        super().__init__(face, version)

    def clear(self):
        if hasattr(self.keras.backend, "clear_session"):
            self.keras.backend.clear_session()

    def load_model(self, path):
        return self.keras.models.load_model(path)

    def layer_outputs(self, model, values):
        import walk_graph

        return walk_graph.layer_outputs(model, values)

    def run(self, model, values):
        outputs = model.predict(values if len(values) > 1 else values[0])
        return list(outputs) if isinstance(outputs, list) else [outputs]

    def weights(self, model):
        backend = self.keras.backend
        for variable in model.weights:
            yield variable.name or "", np.asarray(backend.get_value(variable)), lambda value, variable=variable: backend.set_value(variable, value)

    def dtype(self, symbol):
        return self.keras.backend.dtype(symbol)


def sequential(module, layers, name):
    """A Sequential whose list may begin with an Input."""
    if layers and hasattr(layers[0], "_keras_history"):
        layers = [module.layers.InputLayer(batch_input_shape=layers[0]._keras_shape), *layers[1:]]
    return module.models.Sequential(layers, name=name)


def randomise(library, model, rng, scale=0.5):
    """Random values for every weight; variances and deviations stay positive."""
    for name, old, assign in library.weights(model):
        if "seed" in name or old.dtype.kind != "f" and old.dtype.name != "bfloat16":
            continue
        value = rng.normal(0, scale, old.shape)
        if re.search("variance|stddev|running_std", name):
            value = rng.uniform(0.5, 1.5, old.shape)
        assign(value.astype(old.dtype))
    finalize(model)


def finalize(layer):
    """Normalization computes with a copy of its statistics."""
    if hasattr(layer, "finalize_state") and getattr(layer, "built", False):
        layer.finalize_state()
    for inner in [*getattr(layer, "layers", []), *filter(None, [getattr(layer, "layer", None)])]:
        finalize(inner)
