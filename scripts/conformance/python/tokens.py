"""Embeddings both ways. See draw.py."""

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
