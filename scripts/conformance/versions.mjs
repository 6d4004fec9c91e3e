/** Whether version `a` is older than `b`, number by number: 2.14 is not older than 2.4. */
export function isBefore(a, b) {
  const [left, right] = [a, b].map((text) => text.split('.').map(Number));
  const at = right.findIndex((number, i) => number !== (left[i] ?? 0));
  return at >= 0 && (left[at] ?? 0) < right[at];
}

/** Keras 1 classes are shown by the names that Keras 2 gave them. */
export function modernName(className) {
  return className.replace(/^(Separable)?(?:Atrous)?Convolution([123]D)$/, '$1Conv$2').replace(/^Deconvolution2D$/, 'Conv2DTranspose');
}
