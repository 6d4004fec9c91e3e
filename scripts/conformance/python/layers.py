"""What one layer of each class may look like. See draw.py; `k` is keras 3 or tf_keras 2, `d` the choices."""

import re

import numpy as np

from draw import makes

KERAS3 = (3,)
KERAS2 = (2,)


def one(k, shape, layer, **call):
    x = k.Input(shape)
    return x, layer(x, **call)


def rank_of(name):
    return int(re.search(r"(\d)D", name)[1])


def window(d, rank, largest=4):
    """kernel_size or pool_size with strides, padding, dilation: Keras takes strides or dilation."""
    options = {"padding": d.of("valid", "same")}
    if d.chance(0.5):
        options["strides"] = d.ints(rank, 1, 3)
    elif d.chance(0.5):
        options["dilation_rate"] = d.ints(rank, 1, 2)
    return d.ints(rank, 1, largest), options


# --- Convolutions ---


@makes("Conv1D", "Conv2D", "Conv3D", times=2)
def conv(d, k):
    rank = rank_of(d.name)
    size, options = window(d, rank, 3)
    if rank == 1 and d.chance(0.2):
        options["padding"] = "causal"
    groups = d.of(1, 1, 1, 2, 3)
    form = d.format()
    if form == "channels_first" and options["padding"] == "causal":
        form = "channels_last"
    layer = getattr(k.layers, d.name)(
        groups * d.int(1, 4), size, groups=groups, data_format=form, activation=d.activation(), use_bias=d.chance(0.8), **options
    )
    return one(k, d.image(rank, groups * d.int(1, 3), first=form == "channels_first"), layer)


@makes("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose", times=2)
def transposed(d, k):
    rank = rank_of(d.name)
    size = d.ints(rank, 1, 4)
    options = {"padding": d.of("valid", "same"), "use_bias": d.chance(0.8), "activation": d.activation()}
    if d.chance(0.7):
        options["strides"] = d.ints(rank, 1, 3)
    elif d.chance(0.4):
        options["dilation_rate"] = d.ints(rank, 1, 2)
    if d.chance(0.3) and options.get("strides"):
        options["output_padding"] = 0 if options["strides"] == 1 else d.int(0, 1)
    form = d.format()
    layer = getattr(k.layers, d.name)(d.int(1, 4), size, data_format=form, **options)
    return one(k, d.image(rank, low=3, high=6, first=form == "channels_first"), layer)


@makes("DepthwiseConv1D", "DepthwiseConv2D", times=2)
def depthwise(d, k):
    rank = rank_of(d.name)
    size, options = window(d, rank)
    if rank == 2 and isinstance(options.get("strides"), tuple):
        options["strides"] = options["strides"][0]
    form = d.format()
    layer = getattr(k.layers, d.name)(
        size, depth_multiplier=d.int(1, 3), data_format=form, activation=d.activation(), use_bias=d.chance(0.8), **options
    )
    return one(k, d.image(rank, first=form == "channels_first"), layer)


@makes("SeparableConv1D", "SeparableConv2D", times=2)
def separable(d, k):
    rank = rank_of(d.name)
    size, options = window(d, rank)
    if rank == 2 and isinstance(options.get("strides"), tuple):
        options["strides"] = options["strides"][0]
    form = d.format()
    layer = getattr(k.layers, d.name)(
        d.int(1, 5), size, depth_multiplier=d.int(1, 3), data_format=form, activation=d.activation(), use_bias=d.chance(0.8), **options
    )
    return one(k, d.image(rank, first=form == "channels_first"), layer)


@makes("LocallyConnected1D", "LocallyConnected2D", only=KERAS2)
def local(d, k):
    rank = rank_of(d.name)
    implementation = d.int(1, 3)
    form = d.of("channels_last", "channels_first")
    layer = getattr(k.layers, d.name)(
        d.int(1, 3),
        d.ints(rank, 1, 3),
        strides=d.ints(rank, 1, 2),
        implementation=implementation,
        padding="valid" if implementation == 1 else d.of("valid", "same"),
        activation=d.activation(),
        use_bias=d.chance(0.8),
        data_format=form,
    )
    return one(k, d.image(rank, low=4, high=6, first=form == "channels_first"), layer)


# --- Pooling ---


@makes(*(f"{kind}Pooling{n}D" for kind in ("Max", "Average") for n in (1, 2, 3)))
def pool(d, k):
    rank = rank_of(d.name)
    size = d.ints(rank, 1, 4)
    options = d.some(strides=lambda: d.ints(rank, 1, 3))
    form = d.format()
    layer = getattr(k.layers, d.name)(size, padding=d.of("valid", "same"), data_format=form, **options)
    return one(k, d.image(rank, first=form == "channels_first"), layer)


@makes(*(f"Global{kind}Pooling{n}D" for kind in ("Max", "Average") for n in (1, 2, 3)))
def global_pool(d, k):
    rank = rank_of(d.name)
    form = d.format(0.3)
    layer = getattr(k.layers, d.name)(data_format=form, keepdims=d.chance())
    return one(k, d.image(rank, first=form == "channels_first"), layer)


@makes(*(f"Adaptive{kind}Pooling{n}D" for kind in ("Max", "Average") for n in (1, 2, 3)), only=KERAS3)
def adaptive(d, k):
    rank = rank_of(d.name)
    form = d.format(0.3)
    return one(k, d.image(rank, first=form == "channels_first"), getattr(k.layers, d.name)(d.ints(rank, 2 if rank == 3 else 1, 7), data_format=form))  # TensorFlow crashes on (1, 1, 1)


# --- Padding, cropping, sizes ---


def borders(d, rank, high):
    kind = d.int(0, 2)
    if rank == 1:
        return d.int(0, high) if kind == 0 else (d.int(0, high), d.int(0, high))
    if kind == 0:
        return d.int(0, high)
    if kind == 1:
        return tuple(d.int(0, high) for _ in range(rank))
    return tuple((d.int(0, high), d.int(0, high)) for _ in range(rank))


@makes(*(f"{kind}{n}D" for kind in ("ZeroPadding", "Cropping") for n in (1, 2, 3)))
def pad(d, k):
    rank = rank_of(d.name)
    options = {}
    if rank > 1 or d.name.startswith("Zero") and d.major == 3:
        options["data_format"] = d.format(0.3)
    layer = getattr(k.layers, d.name)(borders(d, rank, 3), **options)
    return one(k, d.image(rank, first=options.get("data_format") == "channels_first"), layer)


@makes("UpSampling1D", "UpSampling2D", "UpSampling3D", times=2)
def upsample(d, k):
    rank = rank_of(d.name)
    options = {}
    if rank > 1:
        options["data_format"] = d.format(0.2)
    if rank == 2 and d.chance(0.6):
        options["interpolation"] = d.of("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5") if d.chance(0.5) else d.of("bilinear", "bicubic")
    layer = getattr(k.layers, d.name)(d.int(1, 4) if rank == 1 else d.ints(rank, 1, 3), **options)
    return one(k, d.image(rank, low=3, high=6, first=options.get("data_format") == "channels_first"), layer)


@makes("Resizing", times=2)
def resizing(d, k):
    options = d.some(interpolation=lambda: d.of("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", "area"))
    if d.chance(0.4):
        options[d.of("crop_to_aspect_ratio", "pad_to_aspect_ratio") if d.major == 3 else "crop_to_aspect_ratio"] = True
    return one(k, d.image(low=4, high=14), k.layers.Resizing(d.int(3, 14), d.int(3, 14), **options))


@makes("CenterCrop", times=2)
def center_crop(d, k):
    return one(k, d.image(low=4, high=12), k.layers.CenterCrop(d.int(2, 12), d.int(2, 12)))


@makes("Flatten")
def flatten(d, k):
    form = d.format(0.4)
    return one(k, d.of(d.image(), d.image(1), d.image(3, low=2, high=4), (4,)), k.layers.Flatten(data_format=form))


@makes("Reshape")
def reshape(d, k):
    target = list(d.of((6, 4), (2, 3, 4), (24,), (4, 3, 2, 1), (12, 2)))
    if d.chance(0.4):
        target[d.int(0, len(target) - 1)] = -1
    return one(k, d.of((24,), (4, 6), (2, 3, 4), (2, 2, 6)), k.layers.Reshape(tuple(target)))


@makes("Permute")
def permute(d, k):
    rank = d.int(1, 4)
    return one(k, d.shape(rank), k.layers.Permute(tuple(int(i) + 1 for i in d.rng.permutation(rank))))


@makes("RepeatVector")
def repeat(d, k):
    return one(k, (d.int(2, 6),), k.layers.RepeatVector(d.int(1, 5)))


# --- Dense and friends ---


@makes("Dense", times=2)
def dense(d, k):
    return one(k, d.shape(d.int(1, 4)), k.layers.Dense(d.int(1, 6), activation=d.activation(), use_bias=d.chance(0.8)))


@makes("EinsumDense", times=2)
def einsum_dense(d, k):
    equation, shape, output, bias = d.of(
        ("ab,bc->ac", (4,), 5, "c"),
        ("abc,cd->abd", (3, 4), (None, 5), "d"),
        ("...x,xy->...y", (3, 2, 4), 5, "y"),
        ("abc,cde->abde", (3, 4), (None, 2, 5), "de"),
        ("abcd,cde->abe", (3, 2, 4), (None, 5), "e"),
        ("ab...,bc->ac...", (4, 3), 5, None),
        ("abc,bde->acde", (3, 4), (4, 2, 5), "e"),
    )
    bias = bias if d.chance(0.7) else None
    return one(k, shape, k.layers.EinsumDense(equation, output, bias_axes=bias, activation=d.activation()))


@makes("Embedding")
def embedding(d, k):
    tokens = d.int(3, 9)
    d.fill[0] = {"high": tokens}
    x = k.Input((d.int(2, 7),), dtype=d.of("int32", "float32"))
    return x, k.layers.Embedding(tokens, d.int(1, 5), mask_zero=d.chance(0.3))(x)


# --- Merging ---


@makes("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")
def merge(d, k):
    shape = d.shape(d.int(1, 3))
    count = 2 if d.name == "Subtract" else d.int(2, 4)
    shapes = [shape]
    for _ in range(count - 1):
        other = tuple(1 if d.chance(0.2) else n for n in shape)
        shapes.append(other[1:] if d.chance(0.1) and len(other) > 1 else other)
    inputs = [k.Input(s) for s in shapes]
    return inputs, getattr(k.layers, d.name)()(inputs)


@makes("Concatenate")
def concatenate(d, k):
    shape = d.shape(d.int(1, 4))
    axis = d.int(1, len(shape))
    shapes = [tuple(d.int(1, 5) if i + 1 == axis else n for i, n in enumerate(shape)) for _ in range(d.int(2, 4))]
    inputs = [k.Input(s) for s in shapes]
    return inputs, k.layers.Concatenate(axis=axis if d.chance() else axis - len(shape) - 1)(inputs)


@makes("Dot", times=2)
def dot(d, k):
    n = d.int(2, 5)
    shapes, axes = d.of(
        (((n,), (n,)), 1),
        (((4, n), (3, n)), d.of(2, -1)),
        (((n, 4), (n, 3)), 1),
        (((4, n), (n, 3)), (2, 1)),
        (((n, 3), (5, n)), (1, 2)),
    )
    inputs = [k.Input(s) for s in shapes]
    return inputs, k.layers.Dot(axes=axes, normalize=d.chance(0.4))(inputs)


# --- Normalization ---


@makes("BatchNormalization", times=2)
def batch_norm(d, k):
    rank = d.int(1, 4)
    axis = d.of(-1, d.int(1, rank))
    options = d.some(epsilon=lambda: d.of(1e-5, 1e-3, 0.1), scale=lambda: d.chance(0.3), center=lambda: d.chance(0.3), momentum=lambda: 0.9)
    return one(k, d.shape(rank), k.layers.BatchNormalization(axis=axis, **options))


@makes("LayerNormalization", times=2)
def layer_norm(d, k):
    rank = d.int(1, 4)
    axis = d.of(-1, d.int(1, rank), [-1], list(range(1, rank + 1)), [1, rank] if rank > 1 else 1)
    options = d.some(epsilon=lambda: d.of(1e-6, 1e-3, 0.1), scale=lambda: d.chance(0.5), center=lambda: d.chance(0.5))
    if d.major == 2 and isinstance(axis, list) and len(set(a % (rank + 1) for a in axis)) < len(axis):
        axis = -1
    return one(k, d.shape(rank), k.layers.LayerNormalization(axis=axis, **options))


@makes("GroupNormalization", times=2)
def group_norm(d, k):
    groups = d.of(1, 2, 3, -1)
    form = d.of(-1, -1, 1)
    shape = d.image(channels=6, low=3, high=5, first=form == 1) if d.chance(0.7) else ((6, 5) if form == 1 else (5, 6))
    options = d.some(epsilon=lambda: d.of(1e-5, 0.1), scale=lambda: d.chance(0.5), center=lambda: d.chance(0.5))
    return one(k, shape, k.layers.GroupNormalization(groups, axis=form, **options))


@makes("UnitNormalization")
def unit_norm(d, k):
    rank = d.int(1, 3)
    return one(k, d.shape(rank), k.layers.UnitNormalization(axis=d.of(-1, d.int(1, rank), list(range(1, rank + 1)))))


@makes("RMSNormalization", only=KERAS3)
def rms_norm(d, k):
    rank = d.int(1, 3)
    return one(k, d.shape(rank), k.layers.RMSNormalization(axis=d.of(-1, list(range(1, rank + 1))), epsilon=d.of(1e-6, 0.1)))


@makes("SpectralNormalization")
def spectral(d, k):
    inner = d.of(lambda: k.layers.Conv2D(3, 3, activation=d.activation()), lambda: k.layers.Dense(4), lambda: k.layers.Conv2DTranspose(2, 3))()
    return one(k, d.image(), k.layers.SpectralNormalization(inner, power_iterations=d.int(1, 3)))


@makes("Normalization", times=2)
def normalization(d, k):
    shape = d.shape(d.int(1, 3))
    if d.chance():
        axis = d.of(-1, None)
        size = () if axis is None else (shape[-1],)
        mean = d.rng.normal(size=size).round(2)
        variance = d.rng.uniform(0.2, 2, size=size).round(2)
        values = [value.tolist() if d.chance() else value for value in (mean, variance)]
        layer = k.layers.Normalization(axis=axis, mean=values[0], variance=values[1], invert=d.chance(0.2))
    else:
        layer = k.layers.Normalization(axis=d.of(-1, -1, d.int(1, len(shape)), None), invert=d.chance(0.2))
        layer.adapt(d.rng.normal(0.5, 2, size=(8, *shape)).astype("float32"))
    return one(k, shape, layer)


@makes("Rescaling")
def rescaling(d, k):
    channels = d.int(1, 4)
    scale = d.of(1 / 255, 1 / 127.5, d.number(-2, 2), [d.number(0.1, 1) for _ in range(channels)])
    offset = d.of(0.0, -1, d.number(-3, 3), [d.number(-1, 1) for _ in range(channels)])
    return one(k, d.image(channels=channels), k.layers.Rescaling(scale, offset))


@makes(
    "RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomContrast", "RandomBrightness", "RandomCrop", "GaussianNoise",
    "GaussianDropout", "AlphaDropout", "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "ActivityRegularization", "Identity",
)
def at_training_only(d, k):
    cls = getattr(k.layers, d.name)
    args = {
        "RandomFlip": lambda: [d.of("horizontal", "vertical", "horizontal_and_vertical")],
        "RandomZoom": lambda: [d.of(0.2, (-0.1, 0.3))],
        "RandomTranslation": lambda: [0.2, 0.1],
        "RandomCrop": lambda: [d.int(3, 9), d.int(3, 9)],
        "ActivityRegularization": lambda: [0.01, 0.02],
        "Identity": lambda: [],
    }.get(d.name, lambda: [0.3])()
    options = {"seed": 3} if d.chance() and d.name.startswith("Random") else {}
    rank = {"1": 1, "3": 3}.get(d.name[-2:-1], 2)
    return one(k, d.image(rank, channels=3), cls(*args, **options))


@makes("RandomWidth", "RandomHeight", only=KERAS2)
def random_size(d, k):
    return one(k, d.image(channels=3), getattr(k.layers, d.name)(0.3))


@makes(
    "RandomShear", "RandomPerspective", "RandomGaussianBlur", "RandomGrayscale", "RandomHue", "RandomSaturation", "RandomSharpness",
    "RandomColorJitter", "RandomColorDegeneration", "RandomErasing", "RandomInvert", "RandomElasticTransform", "RandomPosterization",
    "AugMix", "RandAugment", "CutMix", "MixUp", "AutoContrast", "Equalization", "Solarization",
    only=KERAS3,
)
def augmentation(d, k):
    cls = getattr(k.layers, d.name)
    for args in ({}, {"factor": 0.4}, {"factor": 4}, {"factor": 0.3, "value_range": (0, 255)}):
        try:
            layer = cls(**args)
            break
        except TypeError:
            continue
    d.fill[0] = {"scale": 255.0}
    return one(k, d.image(channels=3, low=8), layer)


# --- Activations ---


@makes("Activation", times=8)
def activation(d, k):
    from draw import ACTIVATIONS

    names = [name for name in ACTIVATIONS[d.major]] + (["glu", "sparsemax", "threshold"] if d.major == 3 else [])
    name = d.of(*names)
    if name == "threshold":
        name = "relu"
    shape = d.shape(d.int(1, 3))
    return one(k, (*shape[:-1], 4), k.layers.Activation(name))


@makes("ReLU", "LeakyReLU", "ELU", "PReLU", "Softmax", times=2)
def activation_layer(d, k):
    rank = d.int(1, 3)
    shape = d.shape(rank)
    new = d.major == 3
    options = {
        "ReLU": lambda: d.some(max_value=lambda: d.number(0.3, 6), negative_slope=lambda: d.number(0, 0.5), threshold=lambda: d.number(0, 0.5)),
        "LeakyReLU": lambda: d.some(**{"negative_slope" if new else "alpha": lambda: d.number(0, 0.9)}),
        "ELU": lambda: d.some(alpha=lambda: d.number(0.1, 2)),
        "PReLU": lambda: d.some(shared_axes=lambda: sorted({d.int(1, rank), d.int(1, rank)})),
        "Softmax": lambda: {"axis": d.of(-1, d.int(1, rank), [1, rank] if rank > 1 else 1)},
    }[d.name]()
    return one(k, shape, getattr(k.layers, d.name)(**options))


@makes("ThresholdedReLU", only=KERAS2)
def thresholded(d, k):
    return one(k, d.shape(2), k.layers.ThresholdedReLU(theta=d.number(0, 0.8)))


@makes("layer as activation")
def layer_activation(d, k):
    inner = d.of(lambda: k.layers.LeakyReLU(), lambda: k.layers.ReLU(max_value=0.7), lambda: k.layers.ELU(0.4))()
    layer = d.of(lambda: k.layers.Conv2D(3, 3, activation=inner), lambda: k.layers.Dense(3, activation=inner), lambda: k.layers.Activation(inner))()
    return one(k, d.image(), layer)
