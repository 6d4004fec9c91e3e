"""Recurrent layers, attention, wrappers and masks. See draw.py."""

from draw import ACTIVATIONS, makes

KERAS3 = (3,)


def recurrent_options(d):
    return {
        "return_sequences": d.chance(),
        "go_backwards": d.chance(0.25),
        "use_bias": d.chance(0.8),
        **d.some(activation=lambda: d.of(*[a for a in ACTIVATIONS[d.major] if a not in ("softmax", "exponential", "log_softmax")])),
    }


def recurrent_layer(d, k, name, units):
    options = recurrent_options(d)
    if name in ("LSTM", "GRU"):
        options.update(d.some(recurrent_activation=lambda: d.of("sigmoid", "hard_sigmoid", "tanh")))
    if name == "LSTM":
        options.update(d.some(unit_forget_bias=lambda: d.chance()))
    if name == "GRU":
        options.update(d.some(reset_after=lambda: d.chance()))
    return getattr(k.layers, name)(units, **options)


@makes("LSTM", "GRU", "SimpleRNN", times=3)
def recurrent(d, k):
    units = d.int(1, 5)
    layer = recurrent_layer(d, k, d.name, units)
    layer.return_state = d.chance(0.25)
    x = k.Input((d.of(None, 5, 7), 3)) if d.chance(0.2) else k.Input((d.int(3, 7), 3))
    y = k.layers.Masking(0.3)(x) if d.chance(0.2) else x
    return x, layer(y)


@makes("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", times=2)
def conv_lstm(d, k):
    rank = int(d.name[-2])
    form = "channels_last"
    layer = getattr(k.layers, d.name)(
        d.int(1, 3), d.ints(rank, 1, 3), padding=d.of("valid", "same"), data_format=form, **d.some(strides=lambda: d.int(1, 2)), **recurrent_options(d)
    )
    shape = (d.int(2, 4), *d.image(rank, low=4, high=6))
    x = k.Input(shape)
    return x, layer(x)


@makes("RNN", "StackedRNNCells")
def rnn(d, k):
    cells = [d.of(k.layers.LSTMCell, k.layers.GRUCell, k.layers.SimpleRNNCell)(d.int(1, 4)) for _ in range(d.int(2, 3))]
    cell = cells[0] if d.name == "RNN" else d.of(lambda: cells, lambda: k.layers.StackedRNNCells(cells))()
    x = k.Input((5, 3))
    return x, k.layers.RNN(cell, return_sequences=d.chance(), go_backwards=d.chance(0.3))(x)


@makes("Bidirectional", times=3)
def bidirectional(d, k):
    inner = recurrent_layer(d, k, d.of("LSTM", "GRU", "SimpleRNN"), d.int(1, 4))
    inner.go_backwards = False
    x = k.Input((6, 3))
    y = k.layers.Masking(0.2)(x) if d.chance(0.2) else x
    return x, k.layers.Bidirectional(inner, merge_mode=d.of("concat", "sum", "mul", "ave", None))(y)


@makes("TimeDistributed", times=3)
def time_distributed(d, k):
    model_in = k.Input((6, 5, 2))
    y = k.layers.BatchNormalization()(k.layers.Conv2D(3, 3)(model_in))
    model = k.Model(model_in, k.layers.GlobalAveragePooling2D()(y))
    sequence = k.Sequential([k.Input((6, 5, 2)), k.layers.Conv2D(2, 2, activation="relu"), k.layers.Flatten(), k.layers.Dense(3)])
    inner = d.of(
        lambda: k.layers.Conv2D(d.int(1, 3), 3, padding="same", activation=d.activation()),
        lambda: k.layers.Dense(4),
        lambda: k.layers.MaxPooling2D(2),
        lambda: k.layers.BatchNormalization(),
        lambda: k.layers.Flatten(),
        lambda: model,
        lambda: sequence,
    )()
    x = k.Input((3, 6, 5, 2))
    return x, k.layers.TimeDistributed(inner)(x)


@makes("Masking")
def masking(d, k):
    x = k.Input((5, 3))
    d.fill[0] = {"high": 2}
    y = k.layers.Masking(mask_value=d.of(0.0, 1.0))(x)
    return x, d.of(lambda: y, lambda: k.layers.LSTM(3)(y), lambda: k.layers.GlobalAveragePooling1D()(y), lambda: k.layers.TimeDistributed(k.layers.Dense(2))(y))()


@makes("Attention", "AdditiveAttention", times=2)
def attention(d, k):
    q, v = k.Input((d.int(2, 5), 4)), k.Input((6, 4))
    three = d.chance()
    key = k.Input((6, 4))
    options = {"use_scale": d.chance()} if d.name == "AdditiveAttention" else {"use_scale": d.chance(), "score_mode": d.of("dot", "concat")}
    call = {}
    if d.chance(0.3):
        call["use_causal_mask"] = True
    return ([q, v, key] if three else [q, v]), getattr(k.layers, d.name)(**options)([q, v, key] if three else [q, v], **call)


@makes("MultiHeadAttention", times=6)
def multi_head(d, k):
    heads, key_dim = d.int(1, 4), d.int(2, 5)
    picture = d.chance(0.25)
    options = d.some(value_dim=lambda: d.int(1, 5), output_shape=lambda: d.int(2, 6), use_bias=lambda: False)
    if picture:
        options["attention_axes"] = d.of(1, 2, (1, 2))
    layer = k.layers.MultiHeadAttention(heads, key_dim, **options)
    shape = (3, 4, 5) if picture else (6, 5)
    q = k.Input(shape)
    kind = d.int(0, 4)
    if kind == 0 or picture:
        return q, layer(q, q)
    v = k.Input((4, 3))
    if kind == 1:
        return [q, v], layer(q, v)
    if kind == 2:
        key = k.Input((4, 5))
        return [q, v, key], layer(q, v, key=key) if d.chance() else layer(query=q, value=v, key=key)
    if kind == 3:
        mask = k.Input((6, 4), dtype=d.of("bool", "int32"))
        d.fill[2] = {"high": 2}
        return [q, v, mask], layer(q, v, attention_mask=mask)
    if d.chance():
        return q, layer(q, q, use_causal_mask=True)
    return q, layer(q, q, return_attention_scores=True)


@makes("GroupQueryAttention", only=KERAS3, times=2)
def group_query(d, k):
    groups = d.int(1, 2)
    layer = k.layers.GroupQueryAttention(d.int(2, 4), groups * d.int(1, 2), groups, use_bias=d.chance())
    q, v = k.Input((5, 4)), k.Input((3, 4))
    return ([q, v], layer(q, v)) if d.chance() else (q, layer(q, q))
