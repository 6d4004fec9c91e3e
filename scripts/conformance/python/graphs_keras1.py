"""Models in Keras 1.2's words; the same convention as graphs.py. `th` ones keep channels first, as Theano's users did."""

GRAPHS = []


def graph(make):
    GRAPHS.append({"name": make.__name__.replace("_", "-"), "make": make, "only": (1,), "formats": None})
    return make


def layer(name, shape, make, **more):
    """A model of one layer, after one that says the order of axes (padding layers do not write it down) and is no identity."""

    def build(k, major):
        x = k.Input(shape)
        y = x
        if len(shape) == 4:
            y = k.layers.Convolution3D(2, 1, 1, 1, dim_ordering=TH["dim_ordering"] if shape[0] == 2 else "tf")(x)
        elif len(shape) == 3 and shape[0] == 4:
            y = k.layers.Convolution2D(4, 1, 1, dim_ordering="th")(x)
        elif len(shape) == 1 and "fill" not in more:
            y = k.layers.Dense(*shape, activation="tanh")(x)
        return k.Model(x, make(k.layers)(y)), more

    GRAPHS.append({"name": name, "make": build, "only": (1,), "formats": None})


# --- One layer ---

TF, TH = {"dim_ordering": "tf"}, {"dim_ordering": "th"}
for key, order, picture, volume in (("tf", TF, (8, 7, 4), (5, 5, 6, 2)), ("th", TH, (4, 8, 7), (2, 5, 5, 6))):
    layer(f"conv2d-{key}", picture, lambda L, o=order: L.Convolution2D(3, 3, 2, **o))
    layer(f"conv2d-same-{key}", picture, lambda L, o=order: L.Convolution2D(3, 3, 3, border_mode="same", subsample=(2, 2), activation="relu", **o))
    layer(f"conv2d-no-bias-{key}", picture, lambda L, o=order: L.Convolution2D(3, 3, 3, bias=False, init="he_normal", **o))
    layer(f"atrous2d-{key}", picture, lambda L, o=order: L.AtrousConvolution2D(2, 3, 3, atrous_rate=(2, 2), **o))
    layer(f"conv3d-{key}", volume, lambda L, o=order: L.Convolution3D(3, 2, 3, 2, activation="tanh", **o))
    layer(f"pool-{key}", picture, lambda L, o=order: L.MaxPooling2D((2, 3), strides=(2, 2), border_mode="valid", **o))
    layer(f"average-pool-{key}", picture, lambda L, o=order: L.AveragePooling2D((2, 2), border_mode="valid", **o))
    layer(f"pool3d-{key}", volume, lambda L, o=order: L.MaxPooling3D((2, 2, 2), **o))
    layer(f"zero-padding-{key}", picture, lambda L, o=order: L.ZeroPadding2D((1, 2), **o))
    layer(f"zero-padding-four-{key}", picture, lambda L, o=order: L.ZeroPadding2D((1, 2, 0, 3), **o))
    layer(f"zero-padding-dict-{key}", picture, lambda L, o=order: L.ZeroPadding2D({"top_pad": 1, "right_pad": 2}, **o))
    layer(f"zero-padding3d-{key}", volume, lambda L, o=order: L.ZeroPadding3D((1, 0, 2), **o))
    layer(f"cropping-{key}", picture, lambda L, o=order: L.Cropping2D(((1, 0), (2, 1)), **o))
    layer(f"cropping3d-{key}", volume, lambda L, o=order: L.Cropping3D(((1, 0), (0, 1), (1, 1)), **o))
    layer(f"upsampling-{key}", picture, lambda L, o=order: L.UpSampling2D((2, 3), **o))
    layer(f"upsampling3d-{key}", volume, lambda L, o=order: L.UpSampling3D((2, 1, 2), **o))
    layer(f"global-average-{key}", picture, lambda L, o=order: L.GlobalAveragePooling2D(**o))
    layer(f"global-max-{key}", picture, lambda L, o=order: L.GlobalMaxPooling2D(**o))
    layer(f"spatial-dropout-{key}", picture, lambda L, o=order: L.SpatialDropout2D(0.3, **o))
    layer(f"batch-norm-{key}", picture, lambda L, o=order: L.BatchNormalization(axis=3 if o is TF else 1, epsilon=1e-4))
    layer(f"separable-{key}", picture, lambda L, o=order: L.SeparableConvolution2D(3, 3, 3, depth_multiplier=2, **o))
    layer(f"local2d-{key}", picture, lambda L, o=order: L.LocallyConnected2D(2, 3, 3, **o))
layer("deconv2d-tf", (4, 4, 3), lambda L: L.Deconvolution2D(2, 3, 3, output_shape=(2, 9, 9, 2), subsample=(2, 2), border_mode="valid", dim_ordering="tf"))
layer("deconv2d-th", (3, 4, 4), lambda L: L.Deconvolution2D(2, 3, 3, output_shape=(2, 2, 9, 9), subsample=(2, 2), border_mode="valid", dim_ordering="th"))
layer("conv1d", (9, 3), lambda L: L.Convolution1D(4, 3, subsample_length=2))
layer("conv1d-same", (9, 3), lambda L: L.Convolution1D(4, 3, border_mode="same", activation="hard_sigmoid"))
layer("atrous1d", (9, 3), lambda L: L.AtrousConvolution1D(4, 3, atrous_rate=2))
layer("local1d", (9, 3), lambda L: L.LocallyConnected1D(4, 3))
layer("pool1d", (9, 3), lambda L: L.MaxPooling1D(pool_length=3, stride=2))
layer("average-pool1d", (9, 3), lambda L: L.AveragePooling1D(pool_length=2))
layer("upsampling1d", (5, 3), lambda L: L.UpSampling1D(length=2))
layer("zero-padding1d", (5, 3), lambda L: L.ZeroPadding1D(2))
layer("cropping1d", (6, 3), lambda L: L.Cropping1D((1, 2)))
layer("global-max1d", (6, 3), lambda L: L.GlobalMaxPooling1D())
layer("dense", (6,), lambda L: L.Dense(4, activation="softmax", W_regularizer=None))
layer("dense-no-bias", (6,), lambda L: L.Dense(4, bias=False))
layer("maxout", (6,), lambda L: L.MaxoutDense(4, nb_feature=3))
layer("highway", (6,), lambda L: L.Highway(activation="tanh"))
layer("time-distributed-dense", (5, 6), lambda L: L.TimeDistributed(L.Dense(4)))
layer("embedding", (6,), lambda L: L.Embedding(5, 3), fill={0: {"high": 5}})
for mode in (0, 1, 2):
    layer(f"batch-norm-mode{mode}", (6,), lambda L, m=mode: L.BatchNormalization(mode=m))
layer("leaky", (6,), lambda L: L.LeakyReLU(0.2))
layer("elu", (6,), lambda L: L.ELU(0.7))
layer("prelu", (6, 5), lambda L: L.PReLU())
layer("prelu-shared", (6, 5, 4), lambda L: L.PReLU(shared_axes=[1, 2]))
layer("thresholded", (6,), lambda L: L.ThresholdedReLU(0.4))
layer("parametric-softplus", (6,), lambda L: L.ParametricSoftplus())
layer("srelu", (6,), lambda L: L.SReLU())
for name in "softmax softplus softsign relu tanh sigmoid hard_sigmoid linear".split():
    layer(f"activation-{name}", (6,), lambda L, n=name: L.Activation(n))
layer("dropout", (6,), lambda L: L.Dropout(0.4))
layer("noise", (6,), lambda L: L.GaussianNoise(0.4))
layer("gaussian-dropout", (6,), lambda L: L.GaussianDropout(0.4))
layer("regularization", (6,), lambda L: L.ActivityRegularization(l1=0.1))
layer("flatten", (3, 4, 2), lambda L: L.Flatten())
layer("reshape", (3, 4, 2), lambda L: L.Reshape((2, -1)))
layer("permute", (3, 4, 2), lambda L: L.Permute((3, 1, 2)))
layer("repeat", (3,), lambda L: L.RepeatVector(4))
for name in ("SimpleRNN", "GRU", "LSTM"):
    for mode in ("cpu", "mem", "gpu"):
        layer(f"{name.lower()}-{mode}", (5, 3), lambda L, n=name, m=mode: getattr(L, n)(4, consume_less=m, return_sequences=m == "mem"))
layer("lstm-backwards", (5, 3), lambda L: L.LSTM(3, go_backwards=True, inner_activation="sigmoid", forget_bias_init="one"))
layer("bidirectional", (5, 3), lambda L: L.Bidirectional(L.LSTM(3), merge_mode="sum"))
layer("time-distributed-conv", (3, 6, 6, 2), lambda L: L.TimeDistributed(L.Convolution2D(2, 3, 3, dim_ordering="tf")))


# --- Structures ---


@graph
def sequential(k, major):
    """With batch_input_shape on the first layer, Activation and Dropout apart, as the examples of the time."""
    L = k.layers
    return k.Sequential(
        [
            L.Convolution2D(4, 3, 3, border_mode="valid", input_shape=(10, 10, 3), dim_ordering="tf"), L.Activation("relu"), L.Convolution2D(4, 3, 3, dim_ordering="tf"),
            L.Activation("relu"), L.MaxPooling2D(pool_size=(2, 2), dim_ordering="tf"), L.Dropout(0.25), L.Flatten(), L.Dense(8), L.Activation("relu"), L.Dropout(0.5),
            L.Dense(3), L.Activation("softmax"),
        ]
    )  # fmt: skip


@graph
def sequential_th(k, major):
    L = k.layers
    return k.Sequential(
        [
            L.ZeroPadding2D((1, 1), input_shape=(3, 10, 10), dim_ordering="th"), L.Convolution2D(4, 3, 3, activation="relu", dim_ordering="th"),
            L.MaxPooling2D((2, 2), strides=(2, 2), dim_ordering="th"), L.BatchNormalization(axis=1), L.Flatten(), L.Dense(5, activation="relu"), L.Dense(3, activation="softmax"),
        ]
    )  # fmt: skip


@graph
def trained(k, major):
    import numpy as np

    model, _ = sequential(k, major), None
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    rng = np.random.RandomState(0)
    model.fit(rng.rand(8, 10, 10, 3), np.eye(3)[rng.randint(3, size=8)], nb_epoch=1, verbose=0)
    return model, {"keep": True}


@graph
def nested_sequentials(k, major):
    L = k.layers
    one = k.Sequential([L.Dense(4, input_dim=6), L.BatchNormalization()])
    two = k.Sequential([L.Dense(3, input_dim=4, activation="relu")])
    return k.Sequential([one, two, L.Dense(2)])


@graph
def nested_made_in_reverse(k, major):
    L = k.layers
    two = k.Sequential([L.Dense(4, input_dim=4, activation="relu")])
    one = k.Sequential([L.Dense(4, input_dim=4)])
    return k.Sequential([one, two, L.Dense(2)])


@graph
def merged_sequentials(k, major):
    """A Sequential that begins with a Merge of two."""
    L = k.layers
    left = k.Sequential([L.Dense(4, input_dim=6), L.Activation("relu")])
    right = k.Sequential([L.Dense(4, input_dim=5)])
    model = k.Sequential()
    model.add(L.Merge([left, right], mode="concat"))
    model.add(L.Dense(3))
    return model


@graph
def merge_modes(k, major):
    from keras.layers import merge

    a, b = k.Input((4, 5)), k.Input((4, 5))
    outs = [merge([a, b], mode=mode) for mode in ("sum", "mul", "ave", "max", "concat")]
    outs.append(merge([a, b], mode="concat", concat_axis=1))
    outs.append(merge([a, b], mode="dot", dot_axes=2))
    outs.append(merge([a, b], mode="dot", dot_axes=(1, 1)))
    return k.Model([a, b], outs)


@graph
def merge_cos(k, major):
    from keras.layers import merge

    a, b = k.Input((5,)), k.Input((5,))
    return k.Model([a, b], merge([a, b], mode="cos", dot_axes=1)), {"tolerance": 1e-4}


@graph
def residual(k, major):
    from keras.layers import merge

    L = k.layers
    x = k.Input((8, 8, 3))
    y = L.Convolution2D(3, 3, 3, border_mode="same", dim_ordering="tf", name="res_conv")(x)
    y = L.BatchNormalization(name="res_bn")(y)
    y = merge([x, y], mode="sum", name="res_sum")
    y = L.Activation("relu")(y)
    return k.Model(input=x, output=L.GlobalAveragePooling2D(dim_ordering="tf")(y))


@graph
def time_distributed_sequential(k, major):
    L = k.layers
    inner = k.Sequential([L.Convolution2D(2, 3, 3, input_shape=(6, 6, 2), dim_ordering="tf"), L.Flatten(), L.Dense(3)])
    x = k.Input((3, 6, 6, 2))
    return k.Model(x, L.TimeDistributed(inner)(x))


@graph
def shared(k, major):
    from keras.layers import merge

    L = k.layers
    dense = L.Dense(4, name="twice")
    base = k.Sequential([L.Dense(3, input_dim=4), L.Activation("tanh")])
    a, b = k.Input((6,)), k.Input((6,))
    return k.Model([a, b], merge([base(dense(a)), base(dense(b))], mode="concat"))


@graph
def sequential_in_functional(k, major):
    L = k.layers
    features = k.Sequential([L.Convolution2D(3, 3, 3, input_shape=(8, 8, 3), dim_ordering="tf"), L.BatchNormalization(), L.Flatten()])
    x = k.Input((8, 8, 3))
    return k.Model(x, L.Dense(2, name="end")(features(x)))


@graph
def functional_in_sequential(k, major):
    L = k.layers
    x = k.Input((8, 8, 3))
    base = k.Model(x, L.Convolution2D(3, 3, 3, dim_ordering="tf")(x))
    return k.Sequential([base, L.Flatten(), L.Dense(2)])
