"""Pictures whose contrast is equalized tile by tile. See draw.py."""

from draw import makes


@makes("ContrastLimitedAdaptiveHistogramEqualization", only=(3,), times=3)
def clahe(d, k):
    form = d.format(0.2)
    bytes_ = d.chance(0.6)
    options = d.some(
        clip_limit=lambda: d.of(0, 0.5, 1.5, 2.0, 8.0),
        tile_grid_size=lambda: (d.int(1, 4), d.int(1, 4)),
    )
    layer = k.layers.ContrastLimitedAdaptiveHistogramEqualization(value_range=(0, 255) if bytes_ else (-1, 1), data_format=form, **options)
    d.fill[0] = dict(scale=255.0 if bytes_ else 2.0, offset=0.0 if bytes_ else -1.0)
    height, width, channels = d.int(8, 30), d.int(8, 30), d.int(1, 3)
    x = k.Input((channels, height, width) if form == "channels_first" else (height, width, channels))
    return x, layer(x)
