"""Graphs of everything that the other modules draw: what one layer gives is what the next is called on. See draw.py."""

import types

import numpy as np

from draw import MAKERS, Draw, has, makes
from walk import flatten

#: Operations that jump: two backends' last bits may fall on either side.
STEPS = {"floor", "ceil", "round", "rint", "sign", "trunc", "mod", "remainder", "discretization", "argsort", "isclose"}
#: What others of one graph may be adapted to: a Dense in between has so many weights times its input.
MOST_NUMBERS = 600


@makes("composed", times=4)
def composed(d, k):
    return Composition(d, k).make()


class Fitting(Draw):
    """Draws the shapes that are there already, mostly."""

    def __init__(self, name, rng, major, ends):
        super().__init__(name, rng, major)
        self.there = [tuple(x.shape[1:]) for x in ends]

    def image(self, rank=2, channels=None, low=7, high=12, first=False):
        fitting = [shape for shape in self.there if len(shape) == rank + 1 and channels in (None, shape[0 if first else -1])]
        return self.of(*fitting) if fitting and self.chance(0.9) else super().image(rank, channels, low, high, first)

    def shape(self, rank):
        fitting = [shape for shape in self.there if len(shape) == rank]
        return self.of(*fitting) if fitting and self.chance(0.9) else super().shape(rank)


class Composition:
    def __init__(self, d, k):
        self.d, self.k = d, k
        self.kinds = [kind for kind in MAKERS if kind["name"] != "composed" and has(k, d.major, kind)]
        self.face = types.SimpleNamespace(**{name: getattr(k, name) for name in dir(k) if not name.startswith("__")})
        self.inputs, self.fills = [], []
        self.ends = []  # what further layers may be called on
        self.leaves = {}  # what nothing has been called on, by id
        self.parts = []  # (layer, the shape of its input), to be called again

    def make(self):
        self.new_input((self.d.int(5, 9), self.d.int(5, 9), self.d.int(1, 4)))
        size, tries = self.d.int(6, 20), 0
        while size > 0 and tries < 100:
            tries += 1
            size -= self.again() if self.parts and self.d.chance(0.15) else self.add()
        self.d.fill.update(enumerate(self.fills))
        return self.inputs, list(self.leaves.values())

    def new_input(self, shape):
        x = self.k.Input(shape)
        self.inputs.append(x)
        self.fills.append(None)
        self.ends.append(x)
        return x

    def again(self):
        """A layer shared."""
        layer, shape = self.d.of(*self.parts)
        self.take([layer(self.suited(shape))])
        return 1

    def add(self):
        kind = self.d.of(*self.kinds)
        inner = Fitting(kind["name"], self.d.rng, self.d.major, self.ends)
        own = []  # inputs that only this layer has

        def give(shape=None, *args, dtype=None, **options):
            if shape is None or args or options or not all(shape) or dtype not in (None, "float32") or np.prod(shape) > MOST_NUMBERS:
                x = self.k.Input(shape, *args, dtype=dtype, **options)
                own.append((len(given), x))
            else:
                x = self.suited(tuple(shape))
            given.append(x)
            return x

        given = []
        self.face.Input = give
        try:
            ins, outs = kind["make"](inner, self.face)
        except Exception:
            return 0  # arguments that this Keras refuses
        # Numbers of a certain kind, as tokens, are asked of the model's own inputs only.
        if set(inner.fill) - {i for i, _ in own}:
            return 0
        for i, x in own:
            self.inputs.append(x)
            self.fills.append(inner.fill.get(i))
        made = flatten(outs)
        if not isinstance(ins, (list, tuple)) and len(made) == 1:
            self.remember(outs, ins)
        self.take(made)
        return 1

    def remember(self, y, x):
        """What was called on one tensor and gave one may be called again."""
        layer = maker_of(y)
        if hasattr(layer, "get_config") and [id(source) for source in flatten(layer._inbound_nodes[0].input_tensors)] == [id(x)]:
            self.parts.append((layer, tuple(x.shape[1:])))

    def take(self, made):
        for y in made:
            shape = tuple(getattr(y, "shape", ()))
            steps = getattr(maker_of(y), "name", "").split("_")[0].split(".")[-1] in STEPS
            if shape and shape[0] is None:
                self.leaves[id(y)] = y
            if not steps and len(shape) > 1 and shape[0] is None and all(shape[1:]) and str(getattr(y.dtype, "name", y.dtype)) == "float32":
                self.ends.append(y)

    def suited(self, shape):
        """A tensor of this shape: one that is there, a new input, or another one adapted."""
        alike = [x for x in self.ends if tuple(x.shape[1:]) == shape]
        if alike and self.d.chance(0.8):
            return self.used(self.d.of(*alike))
        if self.d.chance(0.15) or not shape:
            return self.new_input(shape)
        x = self.used(self.d.of(*self.ends[-5:]))
        L = self.k.layers
        if len(x.shape) > 2:
            x = L.Flatten()(x)
        x = L.Dense(int(np.prod(shape)), activation="softsign")(x)  # (tanh would be 1 all over)
        y = L.Reshape(shape)(x) if len(shape) > 1 else x
        self.ends.append(y)
        return y

    def used(self, x):
        self.leaves.pop(id(x), None)
        return x


def maker_of(y):
    history = getattr(y, "_keras_history", None)
    return getattr(history, "operation", None) or getattr(history, "layer", None) or (history and history[0])
