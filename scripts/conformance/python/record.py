"""How the cases and Keras' results are written down: index.json (one entry a file) and one .bin of float32 a case."""

import json
import pathlib
import time

import numpy as np

KNUTH = np.uint64(2654435761)


def pattern(shape):
    """float32 v[i] = ((i * 2654435761) mod 2^32) / 2^32: in [0, 1), the same everywhere."""
    i = np.arange(int(np.prod(shape)), dtype=np.uint64)
    return (((i * KNUTH) % np.uint64(2**32)) / 2**32).astype("float32").reshape(shape)


def input_of(shape, scale=1.0, offset=0.0, high=None):
    """`scale` and `offset` in float32 steps; `high` makes integers below it."""
    values = pattern(shape)
    if high is not None:
        return np.floor(values * np.float32(high)).astype("int32")
    return values * np.float32(scale) + np.float32(offset)


class Record:
    """Collects the cases of one run in a folder."""

    def __init__(self, folder, resume=False):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.entries = json.loads((self.folder / "index.json").read_text()) if resume and (self.folder / "index.json").exists() else []

    def expected(self, case, outputs):
        """Writes (path, class name, arrays) of each call to CASE.bin and returns their description."""
        layers, at = [], 0
        with open(self.folder / f"{case}.bin", "wb") as file:
            for path, class_name, arrays in outputs:
                shapes = []
                for array in arrays:
                    data = np.ascontiguousarray(array, dtype="<f4")
                    file.write(data.tobytes())
                    shapes.append([int(n) for n in np.shape(array)])
                layers.append({"path": path, "className": class_name, "shapes": shapes, "at": at})
                at += sum(int(np.prod(shape)) for shape in shapes)
        return layers

    def add(self, case, file, inputs, layers, parameters, **more):
        """`inputs`: dicts of shape, scale, offset, high. One entry for each model file."""
        self.entries.append({"case": case, "file": file, "inputs": inputs, "layers": layers, "parameters": None if parameters is None else int(parameters), **more})

    def skip(self, case, file, reason, **more):
        self.entries.append({"case": case, "file": file, "skipped": (reason.strip() or "?").splitlines()[0][:300], **more})

    def write(self):
        (self.folder / "index.json").write_text(json.dumps(self.entries))


class timed:
    """with timed() as t: ...; t.seconds"""

    def __enter__(self):
        self.start = time.perf_counter()
        return self

    def __exit__(self, *_):
        self.seconds = time.perf_counter() - self.start
