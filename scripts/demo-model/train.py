"""Trains the demo's network: is this picture a face?

    python -m venv .venv && .venv/bin/pip install -r requirements.txt
    .venv/bin/python train.py --folds 1   # writes ../../examples/lesson/faces.h5, faces.json and astronaut.jpg: 6 minutes on 2 cores
    .venv/bin/python train.py             # and trains four more, each with another fifth held out

The layers and their names are the lesson's; the dense head is smaller, so that the file is.
"""

import argparse
import json
import os
import pathlib
import time

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", KERAS_BACKEND="tensorflow")

import keras
import numpy as np
from keras import layers
from PIL import Image
from skimage import data as pictures

import data

SEED = 20260
BATCH = 16
OUT = pathlib.Path(__file__).parents[2] / "examples" / "lesson"


def network():
    model = keras.Sequential(name="faces")
    model.add(keras.Input((data.SIZE, data.SIZE, 3)))
    for i, filters in enumerate((32, 64, 128, 128), 1):
        model.add(layers.Conv2D(filters, (3, 3), activation="relu", name=f"conv2d_{i}"))
        model.add(layers.MaxPooling2D((2, 2), name=f"max_pooling2d_{i}"))
    model.add(layers.Flatten(name="flatten_1"))
    model.add(layers.Dropout(0.5, name="dropout_1"))
    model.add(layers.Dense(64, activation="relu", name="dense_1"))
    model.add(layers.Dense(1, activation="sigmoid", name="dense_2"))
    model.compile(optimizer=keras.optimizers.Adam(5e-4), loss="binary_crossentropy", metrics=["accuracy"])
    return model


def batches(faces, others, rng):
    """Endless: half faces, half none, every picture made anew."""
    while True:
        x, y = [], []
        for i in range(BATCH):
            source = faces if i % 2 == 0 else others
            x.append(data.augment(source[rng.integers(len(source))], others, rng))
            y.append(1 - i % 2)
        yield np.stack(x), np.asarray(y, np.float32)[:, None]


def train(faces, backgrounds, steps, seed):
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    others = np.concatenate([backgrounds, data.patches(data.TRAIN_PICTURES, 25, rng)])
    model = network()
    stream = batches(faces, others, rng)
    losses = []
    started = time.time()
    for step in range(1, steps + 1):
        losses.append(float(model.train_on_batch(*next(stream), return_dict=True)["loss"]))
        model.reset_metrics()
        if step % 50 == 0:
            print(f"step {step}/{steps}  loss {np.mean(losses[-50:]):.4f}  {time.time() - started:.0f} s", flush=True)
    return model


def accuracy(model, faces, backgrounds):
    """Right answers among pictures that the model was not trained on."""
    other = data.patches(data.TEST_PICTURES, 20, np.random.default_rng(SEED))
    p = {name: model.predict(data.plain(x), verbose=0)[:, 0] for name, x in (("face", faces), ("background", backgrounds), ("other", other))}
    return {
        "faces": [int((p["face"] > 0.5).sum()), len(faces)],
        "backgrounds": [int((p["background"] < 0.5).sum()), len(backgrounds)],
        "otherPictures": [int((p["other"] < 0.5).sum()), len(other)],
    }


def portrait():
    """Head and shoulders of the astronaut: the net was trained on faces that fill much of the picture. Returns the net's input."""
    Image.fromarray(pictures.astronaut()[10:250, 105:345]).save(OUT / "astronaut.jpg", quality=92)
    picture = keras.utils.load_img(OUT / "astronaut.jpg", target_size=(data.SIZE, data.SIZE))
    return keras.utils.img_to_array(picture)[None] / 255


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folds", type=int, default=5, choices=range(1, 6))
    parser.add_argument("--steps", type=int, default=1500)
    args = parser.parse_args()
    faces, backgrounds = data.lfw()
    order = np.random.default_rng(SEED).permutation(100)
    record = {"seed": SEED, "steps": args.steps, "batch": BATCH, "keras": keras.__version__, "rightOf": []}
    for fold in range(args.folds):
        test = order[fold::5]
        rest = np.setdiff1d(np.arange(100), test)
        model = train(faces[rest], backgrounds[rest], args.steps, SEED)
        record["rightOf"].append(accuracy(model, faces[test], backgrounds[test]))
        print(record["rightOf"][-1], flush=True)
        if fold == 0:
            # The committed model is the first one, so that there are pictures it never saw.
            model.save(OUT / "faces.h5", include_optimizer=False)
            picture = portrait()
            record["astronaut"] = round(float(model.predict(picture, verbose=0)[0, 0]), 4)
            maps = keras.Model(model.inputs, [layer.output for layer in model.layers[:8]]).predict(picture, verbose=0)
            flat = [np.flatnonzero(m.min((0, 1, 2)) == m.max((0, 1, 2))).tolist() for m in maps]
            record["deadChannels"] = {layer.name: channels for layer, channels in zip(model.layers, flat)}
        (OUT / "faces.json").write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
