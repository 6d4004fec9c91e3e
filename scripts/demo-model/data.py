"""Faces and things that are none, from the pictures inside scikit-image's own wheel: nothing is downloaded.

`lfw_subset` holds 100 faces and 100 patches of background of the Labeled Faces in the Wild set, 25 x 25, grey. The background patches are
mostly smooth, so patches of other photographs of the package are added to them, brought to the same 25 x 25 pixels of grey: a net that
looks at sharpness or colour learns nothing.
"""

import numpy as np
from PIL import Image
from skimage import color, data, transform

SIZE = 150
PATCH = 25

# No picture is on both sides. `astronaut` (the demo's picture) and `camera` show people, so they are on neither.
TRAIN_PICTURES = ("brick", "chelsea", "coffee", "coins", "grass", "page", "retina", "rocket")
TEST_PICTURES = ("gravel", "hubble_deep_field", "immunohistochemistry", "moon", "text")


def lfw():
    """(faces, backgrounds), each [100, 25, 25] float32, 0..1."""
    pictures = data.lfw_subset().astype(np.float32)
    return pictures[:100], pictures[100:]


def patches(names, each, rng):
    """Random squares of other pictures, [n, 25, 25] float32, 0..1."""
    result = []
    for name in names:
        picture = getattr(data, name)()
        grey = color.rgb2gray(picture) if picture.ndim == 3 else picture / 255.0
        for _ in range(each):
            side = rng.integers(60, min(grey.shape) // 2 + 61)
            side = min(side, min(grey.shape))
            y, x = rng.integers(0, grey.shape[0] - side + 1), rng.integers(0, grey.shape[1] - side + 1)
            result.append(transform.resize(grey[y : y + side, x : x + side], (PATCH, PATCH), anti_aliasing=True))
    return np.asarray(result, np.float32)


def enlarge(patch, size=SIZE, resample=Image.Resampling.BICUBIC):
    picture = Image.fromarray((np.clip(patch, 0, 1) * 255).astype(np.uint8))
    return np.asarray(picture.resize((size, size), resample), np.float32) / 255


def augment(patch, backgrounds, rng):
    """One training picture, [150, 150, 3]: the patch somewhere on a background, mirrored, tinted, with noise. The same for both classes."""
    side = int(SIZE * rng.uniform(0.4, 1.0))
    canvas = enlarge(backgrounds[rng.integers(len(backgrounds))])
    y, x = rng.integers(0, SIZE - side + 1, 2)
    resample = (Image.Resampling.BICUBIC, Image.Resampling.BILINEAR)[rng.integers(2)]
    canvas[y : y + side, x : x + side] = enlarge(patch, side, resample)
    if rng.random() < 0.5:
        canvas = canvas[:, ::-1]
    tint = rng.uniform(0.6, 1.4, 3) * rng.uniform(0.7, 1.3)
    picture = canvas[..., None] * tint + rng.uniform(-0.15, 0.15)
    picture = picture + rng.normal(0, rng.uniform(0, 0.06), picture.shape)
    return np.clip(picture, 0, 1).astype(np.float32)


def plain(patches_):
    """Test pictures: enlarged and nothing else, [n, 150, 150, 3]."""
    return np.repeat(np.stack([enlarge(patch) for patch in patches_])[..., None], 3, axis=-1)
