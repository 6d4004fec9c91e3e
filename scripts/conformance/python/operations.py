"""Small graphs of operations: keras.ops in Keras 3, tf.* and overloaded operators (TFOpLambda) in Keras 2. See draw.py."""

import numpy as np

from draw import makes

KERAS2, KERAS3 = (2,), (3,)


def constant(d, *shape):
    value = d.rng.normal(size=shape).round(2).astype("float32")
    return value


def api(d, k):
    """keras.ops, or tensorflow's functions."""
    if d.major == 3:
        return k.ops
    import tensorflow as tf

    return tf


@makes("arithmetic", times=8)
def arithmetic(d, k):
    channels = d.int(2, 4)
    x = k.Input((4, 5, channels))
    y = x
    for _ in range(d.int(1, 4)):
        c = d.of(d.number(0.5, 3), -1, 2, constant(d, channels), constant(d, 1, 1, 1, channels))
        if d.chance(0.3):
            c = k.layers.Conv2D(channels, 1)(x)
        y = d.of(
            lambda: y + c, lambda: c + y, lambda: y - c, lambda: c - y, lambda: y * c, lambda: c * y, lambda: y / c, lambda: c / (y * y + 1.5),
            lambda: -y, lambda: y * y, lambda: (y * y + 0.1) ** 0.5, lambda: abs(y),
        )()
    return x, y


@makes("preprocess", times=3)
def preprocess(d, k):
    """What keras.applications' preprocess_input leaves in a graph."""
    x = k.Input((6, 6, 3))
    d.fill[0] = {"scale": 255.0}
    apps = k.applications
    y = d.of(
        lambda: apps.mobilenet_v2.preprocess_input(x),
        lambda: apps.vgg16.preprocess_input(x),
        lambda: apps.densenet.preprocess_input(x),
        lambda: apps.resnet50.preprocess_input(x),
        lambda: x / 127.5 - 1,
        lambda: (x - np.array([103.9, 116.8, 123.7], "float32")) / np.array([57.4, 57.1, 58.4], "float32"),
    )()
    return x, k.layers.Conv2D(2, 3)(y)


@makes("slicing", times=4)
def slicing(d, k):
    x = k.Input((6, 7, 4))
    y = d.of(
        lambda: x[..., ::-1], lambda: x[:, 1:-1, 2:], lambda: x[:, :, :, 0], lambda: x[:, ::2, 1::3], lambda: x[..., None], lambda: x[:, -1],
        lambda: x[:, None, :, 2:3], lambda: x[..., 1:3] + x[..., :2], lambda: x[:, 3, ::-2, ..., -2:], lambda: x[:, 5:1:-2],
    )()
    return x, y


@makes("unary", times=8)
def unary(d, k):
    x = k.Input((4, 5, 3))
    o = api(d, k)
    if d.major == 3:
        names = "relu relu6 sigmoid tanh softplus softsign silu gelu elu selu exp log1p sqrt square abs sin cos floor ceil sign negative leaky_relu hard_sigmoid hard_silu log_sigmoid softmax log_softmax rsqrt reciprocal expm1 erf round celu mish arctan sinh cosh tan arcsin logistic".split()
        y = None
        for name in [d.of(*names) for _ in range(d.int(1, 2))]:
            f = getattr(o, name, None) or getattr(o.nn, name, None) or o.relu
            y = f((x if y is None else y))
    else:
        import tensorflow as tf

        y = d.of(
            tf.nn.relu, tf.nn.relu6, tf.nn.sigmoid, tf.math.sigmoid, tf.nn.softmax, tf.math.exp, tf.math.square, tf.math.abs, tf.sqrt, tf.tanh,
            tf.nn.swish, tf.nn.gelu, tf.nn.leaky_relu, tf.nn.elu, tf.nn.selu, tf.math.log1p, tf.math.negative, tf.floor, tf.nn.softplus,
            tf.math.rsqrt, tf.math.sin, tf.identity, tf.math.softplus, tf.stop_gradient,
        )(x)
    return x, y


@makes("reduction", times=5)
def reduction(d, k):
    x = k.Input((4, 5, 3))
    axis = d.of(-1, 1, (1, 2), [1, 2], 3, None if d.major == 3 else 2)
    keep = d.chance()
    o = api(d, k)
    if d.major == 3:
        f = d.of(o.mean, o.sum, o.max, o.min, o.std, o.var, o.prod, o.logsumexp)
        return x, f(x, axis=axis, keepdims=keep)
    f = d.of(o.reduce_mean, o.reduce_sum, o.reduce_max, o.reduce_min, o.math.reduce_std, o.reduce_prod)
    return x, f(x, axis, keep) if d.chance() else f(x, axis=axis, keepdims=keep)


@makes("shape operations", times=6)
def shapes(d, k):
    x = k.Input((4, 6, 3))
    o = api(d, k)
    if d.major == 3:
        y = d.of(
            lambda: o.reshape(x, (-1, 12, 6)), lambda: o.transpose(x, (0, 3, 1, 2)), lambda: o.expand_dims(x, d.of(1, -1)), lambda: o.squeeze(x[:, :1], 1),
            lambda: o.concatenate([x, x * 2.0], axis=d.of(1, -1)), lambda: o.stack([x, x + 1.0], axis=d.of(1, -1)), lambda: o.split(x, 2, axis=d.of(1, 2))[1],
            lambda: o.pad(x, ((0, 0), (1, 2), (0, 1), (0, 0))), lambda: o.pad(x, ((0, 0), (1, 2), (0, 1), (0, 0)), mode=d.of("reflect", "symmetric")),
            lambda: o.tile(x, (1, 2, 1, 2)), lambda: o.repeat(x, 2, axis=1), lambda: o.flip(x, axis=2), lambda: o.roll(x, 2, axis=1),
            lambda: o.swapaxes(x, 1, 3), lambda: o.moveaxis(x, 1, -1), lambda: o.take(x, [2, 0], axis=d.of(1, 3)), lambda: o.broadcast_to(x[:1] * 1.0, (1, 4, 6, 3)) if False else o.reshape(x, (-1, 72)),
        )()
    else:
        y = d.of(
            lambda: o.reshape(x, (-1, 12, 6)), lambda: o.transpose(x, (0, 3, 1, 2)), lambda: o.expand_dims(x, d.of(1, -1)), lambda: o.squeeze(x[:, :1], axis=1),
            lambda: o.concat([x, x * 2.0], axis=d.of(1, -1)), lambda: o.concat([x, x * 2.0], -1), lambda: o.stack([x, x + 1.0], axis=d.of(1, -1)), lambda: o.split(x, 2, axis=d.of(1, 2))[1],
            lambda: o.pad(x, [[0, 0], [1, 2], [0, 1], [0, 0]]), lambda: o.pad(x, [[0, 0], [1, 2], [0, 1], [0, 0]], mode=d.of("REFLECT", "SYMMETRIC")),
            lambda: o.tile(x, [1, 2, 1, 2]), lambda: o.repeat(x, 2, axis=1), lambda: o.reverse(x, axis=[2]), lambda: o.roll(x, 2, axis=1),
            lambda: o.gather(x, [2, 0], axis=d.of(1, 3)), lambda: o.unstack(x, axis=1)[2],
        )()
    return x, y


@makes("binary", times=4)
def binary(d, k):
    a, b = k.Input((4, 5, 3)), k.Input((4, 5, 3))
    o = api(d, k)
    if d.major == 3:
        y = d.of(
            lambda: o.maximum(a, b), lambda: o.minimum(a, d.number(0, 1)), lambda: o.add(a, b), lambda: o.subtract(d.number(0, 1), a), lambda: o.multiply(a, b),
            lambda: o.divide(a, b + 1.0), lambda: o.power(a + 0.5, 2.5), lambda: o.matmul(a, o.transpose(b, (0, 1, 3, 2))), lambda: o.einsum("bijc,bkjc->bikc", a, b),
            lambda: o.where(a > b, a, b * 2.0), lambda: o.clip(a, 0.2, 0.7), lambda: o.square(a - b), lambda: o.arctan2(a, b + 1.0), lambda: o.dot(a, k.ops.reshape(b, (-1, 60))) if False else o.maximum(0.3, a),
            lambda: o.cast(a > 0.5, "float32") * b, lambda: o.logical_and(a > 0.3, b > 0.3), lambda: o.tensordot(a, o.ones((3, 2)), axes=1) if False else a + b,
        )()
    else:
        y = d.of(
            lambda: o.maximum(a, b), lambda: o.minimum(a, d.number(0, 1)), lambda: o.add(a, b), lambda: o.subtract(d.number(0, 1), a), lambda: o.multiply(a, b),
            lambda: o.divide(a, b + 1.0), lambda: o.pow(a + 0.5, 2.5), lambda: o.matmul(a, b, transpose_b=True), lambda: o.where(a > b, a, b * 2.0),
            lambda: o.clip_by_value(a, 0.2, 0.7), lambda: o.math.squared_difference(a, b), lambda: o.cast(a > 0.5, "float32") * b, lambda: o.math.divide_no_nan(a, b),
            lambda: o.einsum("bijc,bkjc->bikc", a, b), lambda: k.backend.concatenate([a, b], axis=-1),
        )()
    return [a, b], y


@makes("image operations", times=4)
def images(d, k):
    x = k.Input((6, 8, 3))
    o = api(d, k)
    size = (d.int(3, 12), d.int(3, 12))
    if d.major == 3:
        y = d.of(
            lambda: o.image.resize(x, size, interpolation=d.of("nearest", "bilinear", "bicubic")),
            lambda: o.average_pool(x, 2, d.of(1, 2), padding=d.of("valid", "same")), lambda: o.max_pool(x, (2, 3), padding=d.of("valid", "same")),
            lambda: o.conv(x, constant(d, 3, 3, 3, 2), strides=d.int(1, 2), padding=d.of("valid", "same")),
            lambda: o.depthwise_conv(x, constant(d, 3, 3, 3, 2), padding="same"), lambda: o.image.rgb_to_grayscale(x),
            lambda: o.normalize(x, axis=-1), lambda: o.one_hot(o.cast(x[..., 0] * 3.0, "int32"), 3), lambda: o.argmax(x, axis=-1),
        )()
    else:
        import tensorflow as tf

        y = d.of(
            lambda: tf.image.resize(x, size, method=d.of("nearest", "bilinear", "bicubic")), lambda: tf.nn.avg_pool2d(x, 2, d.int(1, 2), "SAME"),
            lambda: tf.nn.max_pool2d(x, 2, 2, "VALID"), lambda: tf.nn.conv2d(x, constant(d, 3, 3, 3, 2), strides=1, padding="SAME"),
            lambda: tf.nn.depth_to_space(tf.concat([x, x[..., :1]], -1), 2), lambda: tf.nn.space_to_depth(x, 2), lambda: tf.nn.l2_normalize(x, axis=-1),
            lambda: tf.image.rgb_to_grayscale(x), lambda: tf.nn.bias_add(x, constant(d, 3)), lambda: tf.argmax(x, axis=-1), lambda: tf.image.flip_left_right(x),
            lambda: tf.nn.local_response_normalization(x, 2),
        )()
    return x, y


@makes("backend functions", only=KERAS2, times=3)
def backend(d, k):
    x = k.Input((4, 5, 3))
    b = k.backend
    y = d.of(
        lambda: b.relu(x), lambda: b.relu(x, max_value=0.6), lambda: b.mean(x, axis=-1, keepdims=True), lambda: b.sum(x, axis=[1, 2]), lambda: b.sigmoid(x),
        lambda: b.l2_normalize(x, axis=-1), lambda: b.softmax(x), lambda: b.expand_dims(x, 1), lambda: b.square(x), lambda: b.clip(x, 0.1, 0.5),
        lambda: b.hard_sigmoid(x), lambda: b.permute_dimensions(x, (0, 3, 1, 2)), lambda: b.batch_flatten(x), lambda: b.resize_images(x, 2, 2, "channels_last"),
    )()
    return x, y
