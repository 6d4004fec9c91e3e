"""Models of every structure: nested, shared, several inputs, policies, names. `k` is keras 3, tf_keras 2 or a tf.keras.

`@graph()` registers `make(k, major)` -> model, or (model, options); options: fill (how to fill inputs, by position), compute (the model that
computes the reference, when it is not the saved one), refused (the error's code), tolerance.
"""

import numpy as np

GRAPHS = []


def graph(only=(2, 3), formats=None):
    def register(make):
        GRAPHS.append({"name": make.__name__.replace("_", "-"), "make": make, "only": only, "formats": formats})
        return make

    return register


def small(k, name=None, channels=3, size=8, filters=4):
    """A little network with batch statistics."""
    L = k.layers
    x = k.Input((size, size, channels))
    y = L.Conv2D(filters, 3, padding="same", activation="relu")(x)
    y = L.BatchNormalization()(y)
    y = L.DepthwiseConv2D(3, padding="same")(y)
    return k.Model(x, y, name=name)


# --- Sequential ---


@graph()
def sequential_with_input(k, major):
    L = k.layers
    return k.Sequential([k.Input((8, 8, 3)), L.Conv2D(4, 3), L.BatchNormalization(), L.ReLU(), L.Flatten(), L.Dense(3)])


@graph()
def sequential_first_layer_has_shape(k, major):
    L = k.layers
    return k.Sequential([L.Conv2D(4, 3, input_shape=(8, 8, 3)), L.MaxPooling2D(), L.Flatten(), L.Dense(3, activation="softmax")])


@graph()
def sequential_explicit_input_layer(k, major):
    L = k.layers
    shape = {"batch_shape" if major == 3 else "batch_input_shape": (None, 6, 6, 2)}
    return k.Sequential([L.InputLayer(**shape), L.Conv2D(4, 3), L.GlobalMaxPooling2D()])


@graph()
def sequential_without_shape(k, major):
    """Built by being called: the file says a shape nowhere, or in build_input_shape."""
    L = k.layers
    model = k.Sequential([L.Conv2D(4, 3), L.BatchNormalization(), L.Flatten(), L.Dense(3)])
    model(np.zeros((1, 8, 8, 3), "float32"))
    return model, {"shapes": [[1, 8, 8, 3]]}


@graph()
def sequential_free_size(k, major):
    L = k.layers
    return k.Sequential([k.Input((None, None, 3)), L.Conv2D(4, 3, strides=2), L.UpSampling2D(interpolation="bilinear"), L.GlobalAveragePooling2D()])


@graph()
def sequential_in_sequential_in_sequential(k, major):
    L = k.layers
    a = k.Sequential([k.Input((8, 8, 3)), L.Conv2D(4, 3), L.BatchNormalization()], name="innermost")
    b = k.Sequential([a, L.Conv2D(2, 3), L.BatchNormalization()], name="inner")
    return k.Sequential([b, L.Flatten(), L.Dense(2)], name="outer")


@graph()
def nested_sequential_without_input(k, major):
    L = k.layers
    inner = k.Sequential([L.Conv2D(4, 3), L.ReLU()], name="features")
    return k.Sequential([k.Input((7, 7, 2)), inner, k.Sequential([L.Flatten(), L.Dense(5), L.Dense(2)])])


@graph()
def teachable_machine(k, major):
    """Sequential of (Sequential of a Functional and pooling) and (Sequential of Dense)."""
    L = k.layers
    features = k.Sequential([small(k, "model1"), L.GlobalAveragePooling2D()], name="sequential_1")
    head = k.Sequential([L.Dense(4, activation="relu", input_shape=(4,)), L.Dense(2, use_bias=False, activation="softmax")], name="sequential_3")
    return k.Sequential([features, head], name="sequential_4")


@graph()
def functional_in_sequential_in_functional(k, major):
    L = k.layers
    x = k.Input((8, 8, 3))
    y = k.Sequential([small(k, "deep"), L.Conv2D(2, 3), small(k, "deep2", channels=2, size=6)], name="middle")(x)
    return k.Model(x, L.Dense(2)(L.Flatten()(y)))


@graph()
def sequential_single_layer(k, major):
    return k.Sequential([k.Input((5,)), k.layers.Dense(3)])


@graph()
def sequential_only_activation(k, major):
    return k.Sequential([k.Input((5, 5, 2)), k.layers.ReLU(0.4), k.layers.Flatten()])


# --- Shared and nested ---


@graph()
def shared_layer(k, major):
    L = k.layers
    a, b = k.Input((6, 6, 2)), k.Input((6, 6, 2))
    conv = L.Conv2D(2, 3, padding="same")
    norm = L.BatchNormalization()
    y = L.Concatenate()([norm(conv(a)), norm(conv(b)), conv(conv(a))])
    return k.Model([a, b], y)


@graph()
def shared_model(k, major):
    L = k.layers
    base = small(k, "twin")
    a, b = k.Input((8, 8, 3)), k.Input((8, 8, 3))
    return k.Model([a, b], L.Dense(1)(L.Flatten()(L.Subtract()([base(a), base(b)]))))


@graph()
def shared_model_in_a_chain(k, major):
    base = small(k, "again", filters=3)
    x = k.Input((8, 8, 3))
    return k.Model(x, base(base(base(x))))


@graph()
def cut_out_of_shared(k, major):
    """Only the third call of a layer is in the model, so its node numbers have gaps."""
    L = k.layers
    x = k.Input((6, 6, 2))
    conv, base = L.Conv2D(2, 3, padding="same", name="conv"), small(k, "base", channels=2, size=6, filters=2)
    conv(base(x))
    conv(x)
    return k.Model(x, L.ReLU(name="end")(conv(base(conv(base(x))))))


@graph()
def model_of_models_output(k, major):
    """New layers on base.output: nothing is nested."""
    L = k.layers
    base = small(k, "base")
    return k.Model(base.input, L.Dense(2)(L.GlobalAveragePooling2D()(base.output)))


@graph()
def nested_and_its_layer_outside(k, major):
    """A layer of a nested model is also called directly."""
    L = k.layers
    conv = L.Conv2D(3, 3, padding="same", name="conv")
    i = k.Input((6, 6, 3))
    inner = k.Model(i, L.BatchNormalization(name="bn")(conv(i)), name="inner")
    x = k.Input((6, 6, 3))
    return k.Model(x, L.Add(name="sum")([inner(x), conv(x)])), {"parameters": None}  # counted twice once it is opened again


@graph()
def frozen(k, major):
    """Frozen layers in nested models change the order of weights in an HDF5 file."""
    L = k.layers
    base = small(k, "base")
    base.trainable = False
    half = small(k, "half")
    half.layers[1].trainable = False
    x = k.Input((8, 8, 3))
    y = L.Add()([base(x), half(x)])
    inner = k.Sequential([k.Input((8, 8, 4)), L.Conv2D(2, 3, name="a"), L.BatchNormalization(name="b", trainable=False), L.Conv2D(2, 1, name="c")], name="seq")
    return k.Model(x, inner(y))


@graph()
def deep_nesting(k, major):
    L = k.layers
    model = small(k, "level0")
    for level in range(1, 5):
        x = k.Input((8, 8, 3))
        y = L.Conv2D(3, 1, name=f"mix{level}")(model(x)) if level > 1 else L.Conv2D(3, 3, padding="same", name="mix1")(model(x))
        model = k.Model(x, L.BatchNormalization(name=f"norm{level}")(y), name=f"level{level}")
    return model


@graph()
def nested_with_same_names(k, major):
    """Layers of different nested models share their names."""
    L = k.layers

    def part(name, channels):
        i = k.Input((6, 6, channels), name="in")
        return k.Model(i, L.BatchNormalization(name="bn")(L.Conv2D(channels, 3, padding="same", name="conv")(i)), name=name)

    x = k.Input((6, 6, 2), name="in")
    y = L.Conv2D(2, 1, name="conv")(x)
    return k.Model(x, part("second", 2)(part("first", 2)(y)))


@graph()
def several_nested_in_reverse(k, major):
    """Nested models are made in another order than they are used in."""
    L = k.layers
    parts = [small(k, filters=3) for _ in range(4)]
    x = k.Input((8, 8, 3))
    y = x
    for part in reversed(parts):
        y = part(y)
    return k.Model(x, L.GlobalMaxPooling2D()(y))


@graph()
def layers_used_in_reverse(k, major):
    L = k.layers
    convs = [L.Conv2D(3, 3, padding="same") for _ in range(12)]
    x = k.Input((6, 6, 3))
    y = x
    for conv in reversed(convs):
        y = conv(y)
    return k.Model(x, y)


@graph()
def time_distributed_model(k, major):
    L = k.layers
    inner = k.Sequential([L.Conv2D(2, 3, input_shape=(8, 8, 3)), L.BatchNormalization(), L.Flatten(), L.Dense(3)])
    x = k.Input((3, 8, 8, 3))
    y, z = L.TimeDistributed(inner)(x), L.TimeDistributed(small(k))(x)
    return k.Model(x, [L.LSTM(2)(y), z])


# --- Inputs and outputs ---


@graph(only=(2,))
def unused_input(k, major):
    if k.__version__ < "2.4":
        raise NotImplementedError("this version leaves the input out")
    x, y = k.Input((5,), name="used"), k.Input((4,), name="unused")
    return k.Model([x, y], k.layers.Dense(2)(x))


@graph()
def inputs_as_dict(k, major):
    L = k.layers
    ins = {"right": k.Input((6, 6, 3), name="right"), "left": k.Input((6, 6, 2), name="left")}
    return k.Model(ins, L.Conv2D(2, 3)(L.Concatenate()([ins["left"], ins["right"]])))


@graph()
def outputs_as_dict(k, major):
    L = k.layers
    x = k.Input((6, 6, 3))
    y = L.Conv2D(4, 3)(x)
    return k.Model(x, {"z_map": y, "a_class": L.Dense(3)(L.Flatten()(y))})


@graph()
def nested_with_dict(k, major):
    L = k.layers
    ins = {"b": k.Input((4, 4, 2), name="b"), "a": k.Input((4, 4, 3), name="a")}
    inner = k.Model(ins, L.Concatenate()([L.Conv2D(2, 3, name="on_b")(ins["b"]), L.Conv2D(1, 3, name="on_a")(ins["a"])]), name="inner")
    p, q = k.Input((4, 4, 3)), k.Input((4, 4, 2))
    return k.Model([p, q], inner({"a": p, "b": q}))


@graph()
def nested_with_two_outputs(k, major):
    L = k.layers
    i = k.Input((6, 6, 3))
    j = k.Input((6, 6, 3))
    y = L.Conv2D(2, 3)(L.Add()([i, j]))
    inner = k.Model([i, j], [L.ReLU()(y), L.Conv2D(3, 1)(y)], name="inner")
    a, b = k.Input((6, 6, 3)), k.Input((6, 6, 3))
    p, q = inner([a, b])
    return k.Model([a, b], [L.Flatten()(q), p])


@graph()
def one_in_a_list(k, major):
    x = k.Input((6, 6, 3))
    return k.Model([x], [k.layers.Conv2D(2, 3)(x)])


@graph()
def output_in_the_middle(k, major):
    L = k.layers
    x = k.Input((6, 6, 3))
    y = L.Conv2D(3, 3, padding="same", name="first")(x)
    z = L.Conv2D(3, 3, padding="same", name="second")(y)
    return k.Model(x, [z, y, L.Add(name="sum")([x, z])])


@graph()
def input_is_an_output(k, major):
    x, y = k.Input((5,)), k.Input((5,))
    return k.Model([x, y], [k.layers.Dense(2)(x), y])


@graph()
def fixed_batch(k, major):
    x = k.Input(batch_shape=(2, 6, 6, 3))
    return k.Model(x, k.layers.Conv2D(2, 3)(x)), {"shapes": [[2, 6, 6, 3]]}


@graph()
def bytes_in(k, major):
    L = k.layers
    x = k.Input((6, 6, 3), dtype="uint8")
    return k.Model(x, L.Conv2D(2, 3)(L.Rescaling(1 / 255)(x))), {"fill": {0: {"high": 256}}}


@graph()
def many_inputs(k, major):
    L = k.layers
    ins = [k.Input((4 + i,), name=f"in{i}") for i in (3, 0, 2, 1)]
    return k.Model(ins, L.Dense(2)(L.Concatenate()([L.Dense(3)(x) for x in reversed(ins)])))


# --- Names ---


@graph()
def names_of_operations(k, major):
    L = k.layers
    x = k.Input((6, 6, 3), name="add")
    y = L.Conv2D(3, 3, padding="same", name="multiply")(x)
    y = L.Add(name="conv2d")([x, y])
    y = y * 2.0 + 1.0
    return k.Model(x, L.Conv2D(2, 3, name="relu")(y), name="conv2d")


@graph(only=(2,))
def odd_names(k, major):
    L = k.layers
    x = k.Input((6, 6, 3), name="the input")
    y = L.Conv2D(3, 3, name="block1/conv 1")(x)
    return k.Model(x, L.Conv2D(2, 3, name="größe-2.x")(y))


@graph(only=(3,))
def odd_names3(k, major):
    L = k.layers
    x = k.Input((6, 6, 3), name="the input")
    y = L.Conv2D(3, 3, name="conv 1:a")(x)
    return k.Model(x, L.Conv2D(2, 3, name="größe-2.x")(y))


@graph()
def names_like_counters(k, major):
    """Names that look like another layer's automatic one."""
    L = k.layers
    x = k.Input((6, 6, 3))
    y = L.Conv2D(3, 3, padding="same", name="conv2d_1")(x)
    y = L.Conv2D(3, 3, padding="same", name="conv2d")(y)
    return k.Model(x, L.Conv2D(3, 3, padding="same", name="conv2d_10")(y))


@graph(formats=["h5"])
def long_names(k, major):
    """layer_names and a nested model's weight_names are over 64 kB, so that they are stored in pieces."""
    L = k.layers
    x = k.Input((3,))
    y = x
    for i in range(70):
        y = L.Dense(3, name=f"a_dense_layer_with_a_remarkably_long_name_{'x' * 900}_{i}", activation="tanh")(y)
    inner = k.Model(x, y, name="inner")
    z = k.Input((3,))
    w = inner(z)
    for i in range(70):
        w = L.Activation("linear", name=f"an_outer_layer_with_a_remarkably_long_name_{'y' * 900}_{i}")(w)
    return k.Model(z, w, name="outer")


# --- Types ---


def with_policy(k, policy):
    k.mixed_precision.set_global_policy(policy)
    try:
        model = k.Sequential([k.Input((8, 8, 3)), k.layers.Conv2D(4, 3, activation="relu"), k.layers.BatchNormalization(), small(k, "part", 4, 6), k.layers.Flatten(), k.layers.Dense(3)])
    finally:
        k.mixed_precision.set_global_policy("float32")
    return model


@graph()
def mixed_float16(k, major):
    return with_policy(k, "mixed_float16"), {"in_float32": True}


@graph()
def mixed_bfloat16(k, major):
    return with_policy(k, "mixed_bfloat16"), {"in_float32": True}


@graph()
def float16(k, major):
    return with_policy(k, "float16"), {"in_float32": True}


@graph(only=(3,))
def bfloat16(k, major):
    return with_policy(k, "bfloat16"), {"in_float32": True}


@graph()
def float64(k, major):
    return with_policy(k, "float64"), {"in_float32": True}


@graph()
def one_layer_in_float16(k, major):
    L = k.layers
    x = k.Input((8, 8, 3))
    y = L.Conv2D(4, 3, dtype="mixed_float16")(x)
    return k.Model(x, L.Conv2D(2, 3, dtype="float32")(L.Activation("relu", dtype="float16")(y))), {"in_float32": True}


# --- As people save them ---


@graph()
def one_large_layer(k, major):
    """Two megabytes that a packer makes small."""
    return constant_dense(k, 1024, 512), {"keep": True}


@graph(only=(3,), formats=["keras"])
def one_huge_layer(k, major):
    """More than 64 MiB."""
    return constant_dense(k, 4096, 4096), {"keep": True}


def constant_dense(k, size, units):
    dense = k.layers.Dense(units, kernel_initializer=k.initializers.Constant(0.001), bias_initializer="ones", name="large")
    return k.Sequential([k.Input((size,)), dense, k.layers.Dense(2, name="end")])


@graph()
def trained(k, major):
    """With the optimizer's state."""
    L = k.layers
    model = k.Sequential([k.Input((8, 8, 3)), L.Conv2D(4, 3, activation="relu"), L.BatchNormalization(), L.Dropout(0.3), L.Flatten(), L.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    rng = np.random.default_rng(0)
    model.fit(rng.random((16, 8, 8, 3)).astype("float32"), rng.integers(0, 3, 16), epochs=1, verbose=0)
    return model, {"keep": True}


@graph()
def transfer_learning(k, major):
    """A frozen MobileNetV2 with its preprocessing in the graph and a head."""
    L = k.layers
    base = k.applications.MobileNetV2(input_shape=(32, 32, 3), alpha=0.35, include_top=False, weights=None)
    base.trainable = False
    x = k.Input((32, 32, 3))
    y = L.RandomFlip("horizontal")(x)
    y = L.RandomRotation(0.2)(y)
    y = k.applications.mobilenet_v2.preprocess_input(y)
    y = base(y, training=False)
    y = L.GlobalAveragePooling2D()(y)
    y = L.Dropout(0.2)(y)
    return k.Model(x, L.Dense(2)(y)), {"fill": {0: {"scale": 255.0}}}


@graph()
def augmentation_nested(k, major):
    L = k.layers
    augment = k.Sequential([L.RandomFlip("horizontal", input_shape=(8, 8, 3)), L.RandomRotation(0.1), L.RandomZoom(0.1)], name="augmentation")
    return k.Sequential([augment, L.Rescaling(1.0 / 255), L.Conv2D(3, 3), L.Flatten(), L.Dense(2)])


@graph()
def unet(k, major):
    L = k.layers
    x = k.Input((16, 16, 1))
    skips, y = [], x
    for filters in (4, 6):
        y = L.Conv2D(filters, 3, padding="same", activation="relu")(y)
        skips.append(y)
        y = L.MaxPooling2D()(y)
    y = L.Conv2D(8, 3, padding="same", activation="relu")(y)
    for filters, skip in zip((6, 4), reversed(skips)):
        y = L.Conv2DTranspose(filters, 2, strides=2, padding="same")(y)
        y = L.Concatenate()([y, skip])
        y = L.BatchNormalization()(L.Conv2D(filters, 3, padding="same", activation="relu")(y))
    return k.Model(x, L.Conv2D(1, 1, activation="sigmoid")(y), name="unet")


@graph()
def squeeze_and_excite(k, major):
    L = k.layers
    x = k.Input((8, 8, 6))
    y = L.GlobalAveragePooling2D(keepdims=True)(x)
    y = L.Conv2D(6, 1, activation="hard_sigmoid")(L.Conv2D(2, 1, activation="relu")(y))
    z = L.Dense(6, activation="sigmoid")(L.Reshape((1, 1, 6))(L.GlobalAveragePooling2D()(x)))
    return k.Model(x, L.Multiply()([x, L.Multiply()([y, z])]))


@graph()
def convnext_block(k, major):
    """With the layers that Keras has in its applications alone."""
    from importlib import import_module

    parts = import_module(("keras.src" if major == 3 else k.__name__ + ".src") + ".applications.convnext")
    L = k.layers
    x = k.Input((8, 8, 4))
    y = L.LayerNormalization(epsilon=1e-6)(L.DepthwiseConv2D(7, padding="same")(x))
    y = L.Dense(4)(L.Dense(8, activation="gelu")(y))
    y = parts.LayerScale(1e-6, 4, name="scale")(y)
    return k.Model(x, L.Add()([x, parts.StochasticDepth(0.2, name="depth")(y)]))


@graph(only=(3,))
def color_degeneration(k, major):
    L = k.layers
    return k.Sequential([k.Input((6, 6, 3)), L.RandomColorDegeneration(0.4), L.Conv2D(2, 3)]), {"fill": {0: {"scale": 255.0}}}


@graph()
def spectral(k, major):
    L = k.layers
    x = k.Input((6, 6, 2))
    y = L.SpectralNormalization(L.Conv2D(3, 3, activation="relu"), name="limited")(x)
    return k.Model(x, L.SpectralNormalization(L.Dense(2))(L.GlobalAveragePooling2D()(y)))


@graph()
def encoder_decoder(k, major):
    """LSTM states handed on by keyword."""
    L = k.layers
    a, b = k.Input((5, 3)), k.Input((4, 3))
    _, h, c = L.LSTM(4, return_state=True, name="encoder")(a)
    y = L.LSTM(4, return_sequences=True, name="decoder")(b, initial_state=[h, c])
    z = L.GRU(4, name="gru")(b, initial_state=h)
    return k.Model([a, b], [L.Dense(2)(y), z])


@graph()
def masked_sequences(k, major):
    L = k.layers
    x = k.Input((7,), dtype="int32")
    y = L.Embedding(6, 4, mask_zero=True)(x)
    y = L.Bidirectional(L.LSTM(3, return_sequences=True))(y)
    y = L.TimeDistributed(L.Dense(3))(y)
    return k.Model(x, L.GRU(2)(L.Dropout(0.5)(y))), {"fill": {0: {"high": 6}}}


@graph()
def transformer_block(k, major):
    L = k.layers
    x = k.Input((6, 8))
    y = L.LayerNormalization(epsilon=1e-6)(x)
    y = L.Add()([L.MultiHeadAttention(2, 4, name="attention")(y, y), x])
    z = L.LayerNormalization(epsilon=1e-6)(y)
    z = L.Dense(8)(L.Dense(16, activation="gelu")(z))
    return k.Model(x, L.Add()([z, y]))


@graph()
def vision_transformer(k, major):
    """Patches by a convolution, Reshape, positions by an Embedding of constants."""
    L = k.layers
    x = k.Input((16, 16, 3))
    y = L.Reshape((16, 8))(L.Conv2D(8, 4, strides=4)(x))
    for _ in range(2):
        n = L.LayerNormalization()(y)
        y = L.Add()([y, L.MultiHeadAttention(2, 4)(n, n)])
        n = L.LayerNormalization()(y)
        y = L.Add()([y, L.Dense(8)(L.Dense(12, activation="gelu")(n))])
    return k.Model(x, L.Dense(3)(L.GlobalAveragePooling1D()(y)))


@graph()
def attention_with_mask_tensor(k, major):
    L = k.layers
    q, m = k.Input((5, 4)), k.Input((5, 5), dtype="bool")
    y = L.MultiHeadAttention(2, 3)(q, q, attention_mask=m)
    return k.Model([q, m], L.Add()([y, q])), {"fill": {1: {"high": 2}}}


def constant(k, major, *shape, dtype="float32"):
    """A tensor that is always the same."""
    numbers = np.sin(np.arange(np.prod(shape))).reshape(shape)
    numbers = numbers > -0.3 if dtype == "bool" else numbers.astype(dtype)
    if major == 3:
        return k.ops.convert_to_tensor(numbers)
    return k.backend.constant(numbers, dtype=dtype)


@graph(only=(2, 3))
def layers_of_constants(k, major):
    """Layers that are called with arrays beside tensors: positions, keys, masks."""
    L = k.layers
    x = k.Input((4, 3))
    y = L.Add()([x, constant(k, major, 1, 4, 3)])
    longer = L.Concatenate(axis=1)([x, constant(k, major, 2, 2, 3)])
    z = L.Attention()([x, constant(k, major, 2, 5, 3)])
    w = L.Softmax(axis=1)(x, mask=constant(k, major, 1, 4, 1, dtype="bool"))
    pooled = L.GlobalAveragePooling1D()(x, mask=constant(k, major, 2, 4, dtype="bool"))
    return k.Model(x, [y, longer, z, w, pooled])


@graph(only=(3,))
def layers_of_constants_by_name(k, major):
    """The same among the keyword arguments, in lists, and of a nested model."""
    L = k.layers
    x = k.Input((4, 3))
    keys, state = constant(k, major, 2, 5, 3), constant(k, major, 2, 6)
    attended = L.MultiHeadAttention(2, 3)(x, keys)
    named = L.MultiHeadAttention(2, 3)(query=x, value=keys, key=keys, attention_mask=constant(k, major, 1, 4, 5, dtype="bool"))
    last = L.LSTM(6)(x, initial_state=[state, state])
    both = L.Bidirectional(L.GRU(6))(x, initial_state=[state, state])
    kept = L.GRU(6, return_sequences=True)(x, initial_state=state, mask=constant(k, major, 2, 4, dtype="bool"))
    a, b = k.Input((4, 3)), k.Input((4, 3))
    inner = k.Model([a, b], L.Subtract()([L.Dense(3)(a), b]), name="inner")
    return k.Model(x, [attended, named, last, both, kept, inner([x, constant(k, major, 2, 4, 3)])])


@graph(only=(2, 3))
def masks_passed(k, major):
    """A mask that is an input of the model, given to a layer by name."""
    L = k.layers
    x, m = k.Input((5, 3)), k.Input((5,), dtype="bool")
    y = L.LSTM(4)(L.Dropout(0.5)(L.LSTM(4, return_sequences=True)(x, mask=m)))
    z = L.GlobalAveragePooling1D()(L.BatchNormalization()(x, mask=m))
    return k.Model([x, m], [y, z]), {"fill": {1: {"high": 2}}}


@graph(only=(2, 3))
def masks_taken(k, major):
    """A transformer block over masked tokens: from Keras 3.8 on, attention takes the mask off what it reads, for all layers after it."""
    L = k.layers
    x = k.Input((6,))
    tokens = L.Embedding(5, 4, mask_zero=True)(x)
    dropped = L.Dropout(0.1)(tokens)
    y = L.Add()([tokens, L.MultiHeadAttention(2, 3)(dropped, dropped)])
    y = L.LayerNormalization()(y)
    return k.Model(x, [L.GlobalAveragePooling1D()(y), L.LSTM(3)(y), L.Attention()([tokens, tokens])]), {"fill": {0: {"high": 3}}}


@graph(only=(2, 3))
def masks_in_some_calls(k, major):
    """Layers that are called on what has no mask, on what has one, and on a mask in another place."""
    L = k.layers
    x, t = k.Input((5, 4)), k.Input((5,))
    masked = L.Embedding(4, 4, mask_zero=True)(t)
    lstm, last, pool, attend = L.LSTM(4, return_sequences=True), L.GRU(3), L.GlobalAveragePooling1D(), L.Attention()
    ends = []
    for y in (x, masked):
        z = lstm(y)
        ends += [last(z), pool(z)]
    for pair in ([x, x], [x, masked], [masked, x], [masked, masked]):
        ends.append(attend(pair))
    return k.Model([x, t], ends), {"fill": {1: {"high": 4}}}


@graph(only=(2, 3))
def masked_spectral_normalization(k, major):
    L = k.layers
    x = k.Input((6,))
    y = L.SpectralNormalization(L.Dense(4))(L.Embedding(5, 6, mask_zero=True)(x))
    return k.Model(x, [L.LSTM(3)(y), L.GlobalAveragePooling1D()(y)]), {"fill": {0: {"high": 3}}}


@graph()
def batch_norm_called_in_inference(k, major):
    L = k.layers
    x = k.Input((6, 6, 3))
    y = L.BatchNormalization()(L.Conv2D(4, 3)(x), training=False)
    return k.Model(x, L.Dropout(0.5)(y, training=False))


@graph(only=(2,))
def added_loss(k, major):
    """AddLoss and AddMetric are layers of a Keras 2 graph."""
    import tensorflow as tf

    L = k.layers
    x = k.Input((6, 6, 3))
    y = L.Conv2D(3, 3, padding="same")(x)
    model = k.Model(x, L.Flatten()(y))
    model.add_loss(tf.reduce_mean(tf.square(y - x)))
    model.add_metric(tf.reduce_mean(y), name="mean", aggregation="mean")
    return model


@graph()
def free_sizes_everywhere(k, major):
    L = k.layers
    x = k.Input((None, None, 2))
    y = L.Conv2D(3, 3, padding="same")(x)
    z = L.UpSampling2D(2)(L.MaxPooling2D(2)(y))
    y = L.Concatenate()([L.Conv2D(3, 1)(y), z])
    return k.Model(x, [L.GlobalMaxPooling2D()(y), L.Cropping2D(1)(y)])


# --- Operations of TensorFlow in the graph: nodes of its own until 2.3, calls of functions from 2.4 on ---


@graph(only=(2,))
def tensorflow_of_numbers(k, major):
    import tensorflow as tf

    x, y = k.Input((5, 4)), k.Input((5, 4))
    m, positive = tf.math, tf.abs(x) + 0.5
    ones = [tf.negative(x), tf.square(x), tf.sign(x), m.floor(x * 3.0), m.ceil(x * 3), m.round(x * 5.0), m.rint(x * 5.0), tf.sqrt(positive)]
    ones += [m.rsqrt(positive), m.reciprocal(positive), tf.exp(x), m.expm1(x), m.log(positive), m.log1p(positive), tf.sin(x), tf.cos(x), tf.tan(x)]
    ones += [tf.sinh(x), tf.cosh(x), tf.tanh(x), tf.asin(tf.sin(x)), tf.acos(tf.sin(x)), tf.atan(x), tf.asinh(x), tf.acosh(1 + positive)]
    ones += [tf.atanh(tf.sin(x)), m.erf(x), m.erfc(x), tf.nn.relu(x), tf.nn.relu6(x * 5), tf.nn.elu(x), tf.nn.selu(x), tf.sigmoid(x)]
    ones += [m.softplus(x), tf.nn.softsign(x), tf.nn.softmax(x), tf.nn.log_softmax(x), tf.nn.leaky_relu(x, alpha=0.3), tf.identity(x), tf.stop_gradient(x)]
    twos = [x + y, x - y, x * y, x / positive, 2.0 - x, 3 / positive, x // 0.3, x % 0.7, positive**y, positive**2.0, tf.maximum(x, y), tf.minimum(x, 0.2)]
    twos += [m.squared_difference(x, y), m.divide_no_nan(x, tf.nn.relu(y)), m.multiply_no_nan(x, y), m.atan2(x, y), tf.clip_by_value(x, -0.3, 0.6)]
    twos += [tf.add_n([x, y, x]), tf.where(x > y, x, 0.1 * y), tf.cast(m.logical_and(x > 0, y <= 0.4), "float32"), tf.cast(m.logical_or(x < 0, y >= 1.0), "float32")]
    twos += [tf.cast(m.logical_not(m.equal(x, y)), "float32"), tf.cast(m.not_equal(x, y), "float32"), tf.cast(m.is_finite(x), "float32"), tf.cast(tf.cast(x * 9, "int32") // 4, "float32")]
    return k.Model([x, y], [tf.stack(ones, axis=1), tf.stack(twos, axis=-1)])


@graph(only=(2,))
def tensorflow_of_shapes(k, major):
    import tensorflow as tf

    x = k.Input((4, 6, 3))
    reduced = [tf.reduce_sum(x, [1, 2]), tf.reduce_mean(x, axis=(1, 2)), tf.reduce_max(x, [2, 1]), tf.reduce_min(x, [1, 2]), tf.reduce_prod(x[:, :2, :2], [1, 2])]
    reduced += [tf.cast(tf.reduce_all(x > -0.6, [1, 2]), "float32"), tf.cast(tf.reduce_any(x > 1.2, [1, 2]), "float32"), tf.reduce_logsumexp(x, [1, 2])]
    along = [tf.reduce_sum(x, -1, keepdims=True), tf.cumsum(x, 2, exclusive=True), tf.math.cumprod(x, 1, reverse=True), tf.roll(x, [1, -2], [1, 2]), tf.reverse(x, [2])]
    cut = [x[:, 0], x[..., 1:], x[:, ::2, 1:-1], x[:, tf.newaxis, 1, ..., 2], x[:, ::-1], tf.slice(x, [0, 1, 2, 0], [-1, 2, 3, -1]), *tf.split(x, 3, axis=2), *tf.split(x, [1, 2], axis=-1), *tf.unstack(x, axis=3)]
    moved = [tf.transpose(x, [0, 3, 1, 2]), tf.reshape(x, [-1, 24, 3]), tf.expand_dims(x, 2), tf.squeeze(x[:, :1], 1), tf.squeeze(tf.expand_dims(x[:, 1:3], 1)), tf.tile(x, [1, 2, 1, 3]), tf.broadcast_to(x[:, :1], [2, 5, 6, 3]), tf.gather(x, [2, 0], axis=-1), tf.gather(x, [3, 1], axis=1)]
    moved += [tf.pad(x, [[0, 0], [1, 2], [0, 1], [0, 0]]), tf.pad(x, [[0, 0], [1, 2], [0, 1], [0, 0]], constant_values=1.5), tf.pad(x, [[0, 0], [2, 1], [1, 1], [0, 0]], "SYMMETRIC"), tf.concat([x, x * 2], axis=1)]
    chosen = [tf.cast(tf.argmax(x, 1), "float32"), tf.cast(tf.argmin(x, -1), "float32"), tf.math.top_k(x, 2)[0], tf.one_hot(tf.argmax(x, 2), 6), tf.zeros_like(x) + 1.0, tf.ones_like(x)]
    products = [tf.matmul(x, x, transpose_b=True), tf.matmul(tf.reshape(x, [-1, 72]), np.linspace(-1, 1, 144).reshape(72, 2).astype("float32")), tf.matmul(tf.reshape(x, [-1, 3]), [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])]
    return k.Model(x, [*reduced, *along, *cut, *moved, *chosen, *products])


@graph(only=(2,))
def tensorflow_of_pictures(k, major):
    import tensorflow as tf

    x = k.Input((8, 6, 4))
    kernel = np.sin(np.arange(3 * 2 * 4 * 2)).reshape(3, 2, 4, 2).astype("float32")
    outputs = [tf.nn.conv2d(x, kernel, [1, 2, 1, 1], "SAME"), tf.nn.depthwise_conv2d(x, kernel, [1, 1, 1, 1], "VALID"), tf.nn.bias_add(x, [0.0, 1.0, 2.0, 3.0])]
    outputs += [tf.nn.max_pool2d(x, 3, 2, "SAME"), tf.nn.avg_pool2d(x, 2, 1, "VALID"), tf.nn.depth_to_space(x, 2), tf.nn.space_to_depth(x, 2), tf.nn.lrn(x, depth_radius=1, alpha=0.1)]
    outputs += [tf.image.resize(x, [5, 9]), tf.image.resize(x, [16, 12], method="nearest"), tf.image.resize(x, [3, 12], method="nearest"), tf.math.l2_normalize(x, -1), tf.nn.moments(x, [1, 2])[1]]
    volumes, kernel3 = x[..., tf.newaxis], np.sin(np.arange(2 * 3 * 2 * 1 * 2)).reshape(2, 3, 2, 1, 2).astype("float32")
    outputs += [tf.nn.conv3d(volumes, kernel3, [1, 1, 1, 1, 1], "SAME"), tf.nn.max_pool3d(volumes, 2, 2, "SAME"), tf.nn.avg_pool3d(volumes, [1, 2, 2, 2, 1], [1, 2, 2, 1, 1], "VALID")]
    outputs += [tf.space_to_batch(x, [2, 3], [[0, 0], [1, 2]]), tf.batch_to_space(tf.space_to_batch(x, [2, 2], [[0, 0], [0, 0]]), [2, 2], [[1, 0], [0, 2]])]
    return k.Model(x, outputs + [tf.nn.conv2d_transpose(x, np.transpose(kernel, (0, 1, 3, 2)), [2, 16, 12, 2], 2)])


@graph(only=(2,))
def tensorflow_of_sizes(k, major):
    """Sizes that the graph takes from its input."""
    import tensorflow as tf

    x = k.Input((None, None, 4))
    shape = tf.shape(x)
    rows = []
    if tuple(map(int, tf.__version__.split(".")[:2])) < (2, 4):  # later ones cannot open a file with these again
        grid = tf.stack(tf.meshgrid(tf.range(shape[2]), tf.range(shape[1])), axis=-1)
        rows = [x[..., :2] + tf.cast(grid[tf.newaxis], "float32") / tf.cast(shape[1], "float32"), tf.fill([shape[0], 2], 3.0)]
    rows += [tf.reshape(x, [shape[0], shape[1] * shape[2], 2, 2]), tf.image.resize(x, shape[1:3] * 2), tf.image.resize(x[:, ::2], tf.shape(x)[1:3], method="nearest")]
    return k.Model(x, rows + [tf.zeros_like(x)[..., :1] + tf.cast(tf.size(x), "float32") * 0.001])


@graph(only=(2,))
def resizing_of_tensorflow_1(k, major):
    import tensorflow as tf

    x, image = k.Input((4, 6, 3)), tf.compat.v1.image
    outputs = [image.resize(x, [7, 9]), image.resize(x, [7, 9], align_corners=True), image.resize_images(x, [8, 3], method="bilinear", align_corners=True)]
    outputs += [image.resize_nearest_neighbor(x, [7, 5]), image.resize(x, [8, 3], method=image.ResizeMethod.NEAREST_NEIGHBOR), image.resize(x, [4, 6])]
    return k.Model(x, [output for output in outputs if output is not x])


# --- Functions of Keras' own in a Lambda ---


@graph(only=(2,))
def lambda_of_preprocessing(k, major):
    import importlib

    L = k.layers
    applications = importlib.import_module(k.__name__.replace("api._v2.", "") + ".applications")
    x = k.Input((6, 6, 3))
    outputs = [L.Lambda(getattr(applications, name).preprocess_input)(x) for name in ("mobilenet_v2", "vgg16", "densenet", "efficientnet")]
    outputs.append(L.Lambda(applications.imagenet_utils.preprocess_input, arguments={"mode": "torch"})(x))
    return k.Model(x, [L.Conv2D(2, 3)(outputs[0]), *outputs])


@graph(only=(3,))
def lambda_of_activation(k, major):
    import tensorflow as tf

    L = k.layers
    x = k.Input((6, 6, 3))
    return k.Model(x, [L.Lambda(tf.nn.relu6)(x), L.Lambda(k.ops.silu)(x), L.Lambda(k.activations.softmax)(x), L.Lambda(k.activations.gelu)(x)])


@graph(only=(3,))
def config_of_few_words(k, major):
    """Layers whose config has none of what every layer's has."""
    L = k.layers
    x = k.Input((6, 6, 3))
    y = L.SpatialDropout2D(0.3)(L.Pipeline([L.Rescaling(2.0), L.CenterCrop(5, 4)])(x))
    z = L.SpatialDropout1D(0.3)(L.Reshape((20, 3))(y))
    w = L.SpatialDropout3D(0.3)(L.Reshape((5, 4, 3, 1))(y))
    return k.Model(x, [z, w, L.Discretization([0.0, 0.5])(x)])


# --- What has to be refused ---


@graph()
def diverged(k, major):
    """NaN of either sign in some kernels, as a training leaves them that went wrong, and an infinity."""
    L = k.layers
    x = k.Input((12, 12, 3))
    some = L.Conv2D(6, 3, activation="relu", name="some")(x)
    y = L.DepthwiseConv2D(3, activation="relu", name="apart")(some)
    y = L.BatchNormalization(name="norm")(y)
    y = L.ReLU(6.0, name="cut")(y)
    pooled = L.AveragePooling2D(2, name="pool")(y)
    most = L.MaxPooling2D(3, name="most")(some)
    one = L.Conv2D(1, 1, name="one")(L.Conv2D(4, 1, activation="relu", name="all")(pooled))
    end = L.Dense(3, activation="softmax", name="end")(L.Dense(5, activation="relu", name="dense")(L.Flatten(name="flat")(one)))
    model = k.Model(x, [end, most, L.Dense(4, activation="relu", name="alive")(L.GlobalAveragePooling2D(name="mean")(L.Cropping2D(5, name="corner")(x)))])
    rng = np.random.default_rng(0)
    for layer in model.layers:
        layer.set_weights([np.abs(rng.normal(0.5, 0.3, w.shape)).astype("float32") for w in layer.get_weights()])
    kernel, bias = model.get_layer("some").get_weights()
    kernel[0, 0, 0, 1], kernel[1, 1, 1, 2], kernel[2, 2, 2, 3] = np.nan, -np.float32(np.nan), np.inf
    model.get_layer("some").set_weights([kernel, bias])
    return model, {"keep": True}


@graph()
def lambda_layer(k, major):
    x = k.Input((5,))
    return k.Model(x, k.layers.Lambda(lambda t: t * 2.0)(x)), {"refused": "custom-object"}


@graph()
def own_layer(k, major):
    class Mine(k.layers.Layer):
        def call(self, x):
            return x * 2.0

    x = k.Input((5,))
    return k.Model(x, Mine(name="mine")(x)), {"refused": "custom-object or unsupported-layer"}


@graph()
def own_activation(k, major):
    def my_activation(x):
        return x * 2.0

    x = k.Input((5,))
    return k.Model(x, k.layers.Dense(2, activation=my_activation)(x)), {"refused": "custom-object"}


@graph(only=(3,), formats=["keras"])
def own_model(k, major):
    class MyNet(k.Model):
        def __init__(self, **options):
            super().__init__(**options)
            self.dense = k.layers.Dense(2)

        def call(self, x):
            return self.dense(x)

    model = MyNet()
    model(np.zeros((1, 3), "float32"))
    return model, {"refused": "custom-object"}
