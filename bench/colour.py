"""matplotlib's side of bench/colour.mjs: colours the arrays in a folder and prints the milliseconds of each run as JSON."""

import json
import pathlib
import sys
import time

import matplotlib
import numpy as np
from matplotlib.colors import Normalize

folder, shapes = pathlib.Path(sys.argv[1]), json.loads(sys.argv[2])
arrays = [np.fromfile(folder / f'{i}.f32', np.float32).reshape(shape) for i, shape in enumerate(shapes)]
viridis = matplotlib.colormaps['viridis']


def one():
    viridis(Normalize()(arrays[0]), bytes=True)


def every():
    for activation in arrays[1:]:
        for channel in range(activation.shape[-1]):
            viridis(Normalize()(activation[0, :, :, channel]), bytes=True)


def measure(call, runs=20):
    call()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        times.append((time.perf_counter() - start) * 1000)
    return times


print(json.dumps({'one': measure(one), 'all': measure(every)}))
