"""Random arguments for layers, from a seed, and the table of what is drawn."""

import numpy as np

MAKERS = []

ACTIVATIONS = {
    2: "elu exponential gelu hard_sigmoid linear mish relu selu sigmoid softmax softplus softsign swish tanh".split(),
    3: (
        "celu elu exponential gelu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu linear log_sigmoid log_softmax mish "
        "relu relu6 selu sigmoid silu soft_shrink softmax softplus softsign sparse_plus sparse_sigmoid squareplus swish tanh tanh_shrink"
    ).split(),
}


def makes(*names, only=(2, 3), times=1):
    """Registers `make(d, k)` -> (inputs, outputs) for each name; the name is `d.name`. `times`: how many more of it than of others."""

    def register(make):
        for name in names:
            MAKERS.append({"name": name, "make": make, "only": only, "times": times})
        return make

    return register


def has(k, major, kind):
    """Whether this Keras has the layer; what is drawn under a name in lower case is made of others."""
    return major in kind["only"] and (hasattr(k.layers, kind["name"]) or not kind["name"][0].isupper())


class Draw:
    """One case's random choices."""

    def __init__(self, name, rng, major):
        self.name, self.rng, self.major = name, rng, major
        #: How to fill the model's inputs: dicts of scale, offset, high; by position.
        self.fill = {}

    def of(self, *choices):
        return choices[self.rng.integers(len(choices))]

    def int(self, low, high):
        """Both ends included."""
        return int(self.rng.integers(low, high + 1))

    def chance(self, p=0.5):
        return bool(self.rng.random() < p)

    def ints(self, n, low, high, p_equal=0.4):
        """n integers, or one that stands for all."""
        if self.chance(p_equal):
            return self.int(low, high)
        return tuple(self.int(low, high) for _ in range(n))

    def number(self, low, high):
        return float(np.round(self.rng.uniform(low, high), 3))

    def activation(self, p_none=0.4):
        if self.chance(p_none):
            return None
        return self.of(*ACTIVATIONS[self.major])

    def some(self, **options):
        """Each of the options with probability one half; values are functions that draw."""
        return {key: draw() for key, draw in options.items() if self.chance()}

    def spatial(self, rank, low=7, high=12):
        """Spatial sizes; sometimes free in the model (None)."""
        return tuple(self.int(low, high) for _ in range(rank))

    def image(self, rank=2, channels=None, low=7, high=12, first=False):
        channels = channels or self.int(1, 5)
        space = self.spatial(rank, low, high)
        return (channels, *space) if first else (*space, channels)

    def shape(self, rank):
        return tuple(self.int(2, 6) for _ in range(rank))

    def format(self, p_first=0.15):
        """Keras 2 has few channels_first kernels on a CPU: fewer of them."""
        return "channels_first" if self.chance(p_first if self.major == 3 else p_first / 2) else "channels_last"

    def word(self, kind):
        """Lengths of sequences, units."""
        return {"steps": self.int(4, 9), "features": self.int(2, 5), "units": self.int(2, 6)}[kind]
