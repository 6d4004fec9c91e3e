"""Saves one architecture of keras.applications in the formats of one Keras, and every layer's output.

    python architectures.py --library keras --name MobileNet --formats keras h5 --out FOLDER [--seed 1] [--size 96]

`--library`: 'keras' (whichever version is installed) or 'tf_keras'. Weights are random: Keras' own initialisers, and for biases, batch
statistics and scales numbers that show when they are in the wrong place.
"""

import argparse
import importlib
import os
import sys
import traceback

import numpy as np

import libraries  # noqa: F401  (chooses TensorFlow's settings, before it is loaded)
from record import Record, input_of, timed
from walk import layer_outputs

# Sizes other than 96. VGG: the head as people have it, 553 MB.
SIZES = {"VGG16": 224, "InceptionV3": 128, "Xception": 96, "NASNetMobile": 96, "NASNetLarge": 96, "InceptionResNetV2": 128}

# Scales that are this much smaller: else the activations grow from block to block until the gates saturate, where Keras itself, computing
# with other kernels of TensorFlow (TF_ENABLE_ONEDNN_OPTS=0), is percents away from Keras.
DAMPED = {"EfficientNetV2": 0.7, "EfficientNetB6": 0.7, "EfficientNetB7": 0.7}


def randomise(model, rng, damping):
    for variable in model.weights:
        name = getattr(variable, "path", variable.name)
        shape = tuple(variable.shape)
        if "moving_variance" in name or name.rstrip(":0").endswith("variance"):
            value = rng.uniform(0.5, 1.5, shape)
        elif "gamma" in name:
            value = damping * rng.uniform(0.6, 1.4, shape)
        elif "mean" in name or "beta" in name:
            value = rng.normal(0, 0.2, shape)
        elif "bias" in name:
            value = rng.normal(0, 0.1, shape)
        else:
            continue
        variable.assign(value.astype("float32"))
    finalize(model)


def finalize(model):
    for layer in model.layers:
        if hasattr(layer, "finalize_state"):  # Normalization computes with a copy of its statistics
            layer.finalize_state()


def build(keras, name, size):
    make = getattr(keras.applications, name)
    return make(weights=None, input_shape=(size, size, 3))


def exact_outputs(keras, model, name, size, values, major):
    """The same in float64: tells what float32 leaves of a network that multiplies rounding errors."""
    weights = model.get_weights()
    keras.backend.clear_session()
    keras.backend.set_floatx("float64")
    try:
        again = build(keras, name, size)
        again.set_weights(weights)
        finalize(again)
        return layer_outputs(again, [value.astype("float64") for value in values], major)
    finally:
        keras.backend.set_floatx("float32")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--library", default="keras")
    parser.add_argument("--name", required=True)
    parser.add_argument("--formats", nargs="+", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", type=int)
    parser.add_argument("--time", action="store_true", help="also time load_model")
    options = parser.parse_args()
    keras = importlib.import_module(options.library)
    version = getattr(keras, "__version__", None) or importlib.import_module("tensorflow").__version__
    rng = np.random.default_rng(options.seed)
    keras.utils.set_random_seed(options.seed)
    size = options.size or SIZES.get(options.name, 96)
    model = build(keras, options.name, size)
    randomise(model, rng, next((factor for start, factor in DAMPED.items() if options.name.startswith(start)), 1))
    record = Record(options.out)
    # The ImageNet mean is subtracted inside some architectures, which then take 0..255.
    inputs = [{"shape": [1, size, size, 3], "scale": 255.0 if options.name.startswith(("Efficient", "MobileNetV3", "ConvNeXt")) else 1.0}]
    values = [input_of(**given) for given in inputs]
    major = int(version.split(".")[0])
    layers = record.expected(options.name, layer_outputs(model, values, major))
    for form in options.formats:
        file = f"{options.name}.{form}"
        label = {"keras": version, "format": form}
        try:
            model.save(os.path.join(options.out, file))
        except Exception as error:
            record.skip(options.name, file, f"not saved by Keras: {error}", **label)
            continue
        reopened, seconds = "yes", None
        try:
            with timed() as t:
                again = keras.models.load_model(os.path.join(options.out, file), compile=False)
            seconds = t.seconds
            if [tuple(w.shape) for w in again.weights] != [tuple(w.shape) for w in model.weights]:
                reopened = "with other weights"
            del again
        except Exception as error:
            reopened = f"no: {type(error).__name__}: {str(error).strip().splitlines()[0][:160]}"
            if os.environ.get("VERBOSE"):
                traceback.print_exc()
        record.add(options.name, file, inputs, layers, model.count_params(), reopened=reopened, load_seconds=seconds, exact=f"{options.name}.exact", **label)
    record.expected(f"{options.name}.exact", exact_outputs(keras, model, options.name, size, values, major))
    record.write()


if __name__ == "__main__":
    sys.exit(main())
