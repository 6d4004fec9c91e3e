"""Random graphs: layers shared at random, models nested at random, outputs anywhere. They try the order of execution and of weights."""

import numpy as np


def random_model(k, rng, size=4, channels=3, nodes=10, depth=2, name=None):
    L = k.layers
    inputs = [k.Input((size, size, channels)) for _ in range(rng.integers(1, 4))]
    tensors, shared, parts = list(inputs), [], []
    used = set()

    def pick():
        i = int(rng.integers(max(0, len(tensors) - 6), len(tensors)))
        used.add(i)
        return tensors[i]

    for _ in range(int(rng.integers(nodes // 2, nodes + 1))):
        kind = rng.random()
        if kind < 0.35:
            y = L.Conv2D(channels, int(rng.integers(1, 4)), padding="same", activation="tanh", trainable=bool(rng.random() < 0.8))
            if rng.random() < 0.3:
                shared.append(y)
            tensors.append(y(pick()))
        elif kind < 0.5:
            tensors.append(L.BatchNormalization(trainable=bool(rng.random() < 0.8))(pick()))
        elif kind < 0.7:
            merge = (L.Add, L.Average, L.Maximum)[rng.integers(3)]
            tensors.append(merge()([pick() for _ in range(rng.integers(2, 4))]))
        elif kind < 0.8 and shared:
            tensors.append(shared[rng.integers(len(shared))](pick()))
        elif depth > 0:
            if parts and rng.random() < 0.4:
                part = parts[rng.integers(len(parts))]
            else:
                part = random_model(k, rng, size, channels, nodes // 2, depth - 1, name=None)
                if rng.random() < 0.2:
                    part.trainable = False
                parts.append(part)
            given = [pick() for _ in part.inputs]
            out = part(given if len(given) > 1 else given[0])
            tensors.extend(out if isinstance(out, (list, tuple)) else [out])
        else:
            tensors.append(L.ReLU()(pick()))
    ends = [t for i, t in enumerate(tensors) if i not in used and i >= len(inputs)] or [tensors[-1]]
    outputs = [ends[i] for i in rng.permutation(len(ends))]
    if rng.random() < 0.3 and len(tensors) > len(inputs) + 2:
        outputs.append(tensors[len(inputs) + 1])
    inputs = [x for i, x in enumerate(inputs) if i in used]
    return k.Model(inputs if len(inputs) > 1 else inputs[0], outputs if len(outputs) > 1 else outputs[0], name=name)


def random_graph(seed):
    def make(k, major):
        return random_model(k, np.random.default_rng(seed), nodes=14)

    return make
