"""Embeddings both ways, and vocabularies. See draw.py."""

from draw import makes

KERAS3 = (3,)


@makes("ReversibleEmbedding", only=KERAS3, times=2)
def reversible(d, k):
    tokens, size, steps = d.int(3, 9), d.int(1, 6), d.int(2, 7)
    options = d.some(tie_weights=lambda: d.chance(), logit_soft_cap=lambda: d.number(0.3, 3), mask_zero=lambda: d.chance())
    layer = k.layers.ReversibleEmbedding(tokens, size, **options)
    if d.chance(0.3):
        x = k.Input((steps, size))
        return x, layer(x, reverse=True)
    d.fill[0] = {"high": tokens}
    x = k.Input((steps,), dtype=d.of("int32", "float32"))
    y = layer(x)
    return x, layer(k.layers.Dense(size, activation=d.activation())(y), reverse=True) if d.chance(0.7) else y


@makes("IntegerLookup", times=2)
def lookup(d, k):
    words = [int(n) for n in d.rng.permutation(12)[: d.int(1, 6)] + 1]
    inverted = d.chance(0.2)
    mode = "int" if inverted else d.of("int", "int", "one_hot", "multi_hot", "count", "tf_idf")
    options = d.some(num_oov_indices=lambda: d.int(1, 3), mask_token=lambda: 0, oov_token=lambda: -d.int(1, 9))
    if mode == "tf_idf":
        options["idf_weights"] = [d.number(0.1, 3) for _ in words]
    if mode != "int" and d.chance(0.3):
        options.update(pad_to_max_tokens=True, max_tokens=len(words) + 5)
    d.fill[0] = {"high": 13}
    steps = 1 if mode == "one_hot" and d.major == 2 else d.int(1, 6)
    x = k.Input((steps,), dtype="int32")
    return x, k.layers.IntegerLookup(vocabulary=words, invert=inverted, output_mode=mode, **options)(x)
