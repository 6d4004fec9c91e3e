/** Operations that are known and not computed, and why: classes of `keras.ops` and functions of TensorFlow. */

const SHAPE = 'the shape of its result depends on the numbers, and so is not known before them';
const COMPLEX = 'its numbers are complex; Keras 3 has others of real and imaginary parts';
const PYTHON = 'it calls a Python function, which a file does not hold';
const VECTORS = 'the signs of what it finds are a matter of the algorithm';
const RANK = 'it counts what is larger than rounding errors, which differ between backends';

const because = (reason: string, names: string): [string, string][] => names.split(' ').map((name) => [name, reason]);

export const refusals: ReadonlyMap<string, string> = new Map([
  ...because(SHAPE, 'Nonzero Unique Bincount math.bincount unique unique_with_counts'),
  ...because(SHAPE, 'math.segment_sum math.segment_max math.segment_min math.segment_prod math.segment_mean'),
  ...because(COMPLEX, 'ViewAsComplex ViewAsReal Polar complex signal.fft signal.ifft signal.rfft'),
  ...because(PYTHON, 'Map Scan AssociativeScan VectorizedMap WhileLoop ForiLoop Cond Switch JVP'),
  ...because(VECTORS, 'Eig Eigh linalg.eigh linalg.eig'),
  ...because(RANK, 'MatrixRank linalg.matrix_rank'),
  ...because('the order within its parts is a matter of the algorithm', 'Argpartition'),
  ...because('Keras makes other numbers on TensorFlow than on JAX', 'Nextafter'),
  ...because('Keras itself cannot run it in a model', 'Histogram'),
  ...because('it draws its displacements at random', 'ElasticTransform'),
]);
