/** What is compared: which script saves which models with which Keras. */

/** In every format that each Keras saves. */
const ARCHITECTURES = [
  'MobileNet',
  'MobileNetV2',
  'MobileNetV3Small',
  'MobileNetV3Large',
  'EfficientNetB0',
  'EfficientNetV2B0',
  'DenseNet121',
  'ResNet50',
  'ResNet50V2',
  'VGG16',
  'InceptionV3',
  'Xception',
  'NASNetMobile',
  'ConvNeXtTiny',
];

/** Built from the same blocks: once, in the format of today. */
const RELATIVES = [
  'DenseNet169',
  'DenseNet201',
  ...[1, 2, 3, 4, 5, 6, 7].map((n) => `EfficientNetB${n}`),
  ...['B1', 'B2', 'B3', 'S', 'M', 'L'].map((size) => `EfficientNetV2${size}`),
  'ResNet101',
  'ResNet152',
  'ResNet101V2',
  'ResNet152V2',
  'VGG19',
  'InceptionResNetV2',
  'NASNetLarge',
  ...['Small', 'Base', 'Large', 'XLarge'].map((size) => `ConvNeXt${size}`),
];

const each = (names, environment, library, formats) =>
  names.map((name) => ({
    name: `${environment}-${library}-${name}`,
    environment,
    script: 'architectures',
    args: ['--library', library, '--name', name, '--formats', ...formats],
  }));

/** A step is one run of a script and one comparison of what it wrote. */
export const suites = {
  architectures: {
    title: 'Architectures of keras.applications',
    steps: [
      ...each(ARCHITECTURES, 'keras3', 'keras', ['keras', 'h5']),
      ...each(ARCHITECTURES, 'keras3', 'tf_keras', ['h5', 'keras']),
      ...each(ARCHITECTURES, 'tf214', 'keras', ['keras', 'h5']),
    ],
  },
  relatives: {
    title: 'The other architectures of keras.applications',
    steps: [
      ...each(RELATIVES, 'keras3', 'keras', ['keras']),
      // Its layer of its own has another name there.
      ...each(['InceptionResNetV2'], 'keras3', 'tf_keras', ['h5', 'keras']),
    ],
  },
  layers: {
    title: 'One layer or a few operations, drawn at random',
    steps: [
      { ...layers('keras3', 'keras', 'keras'), name: 'layers-keras3' },
      { ...layers('keras3', 'tf_keras', 'h5'), name: 'layers-tf_keras' },
    ],
  },
  structures: {
    title: 'Structures: nested, shared, several inputs, types, names, graphs drawn at random',
    steps: [
      structures('keras3', 'keras', ['keras', 'h5', 'weights']),
      structures('keras3', 'tf_keras', ['h5', 'keras', 'weights']),
      structures('tf214', 'keras', ['keras', 'h5', 'weights']),
    ],
  },
  releases: {
    title: 'The same, saved by earlier releases of Keras 3, and of Keras 2 with .keras files',
    steps: [
      structures('keras310', 'keras', ['keras', 'h5', 'weights']),
      structures('keras36', 'keras', ['keras', 'h5', 'weights']),
      structures('keras33', 'keras', ['keras', 'h5', 'weights']),
      structures('keras30', 'keras', ['keras', 'h5', 'weights']),
      structures('tf212', 'keras', ['keras', 'h5', 'weights']),
    ],
  },
  'release-layers': {
    title: 'One layer or a few operations, of earlier releases',
    steps: [
      layers('keras36', 'keras', 'keras'),
      layers('keras30', 'keras', 'keras'),
      layers('tf214', 'keras', 'keras'),
      layers('tf29', 'tensorflow.keras', 'h5'),
      layers('tf26', 'tensorflow.keras', 'h5'),
      layers('tf24', 'tensorflow.keras', 'h5'),
    ],
  },
  older: {
    title: 'Files of older versions, saved by these themselves',
    steps: [
      structures('tf29', 'tensorflow.keras', ['h5', 'weights']),
      structures('tf26', 'tensorflow.keras', ['h5', 'weights']),
      structures('tf24', 'tensorflow.keras', ['h5', 'weights']),
      structures('tf23', 'tensorflow.keras', ['h5', 'weights']),
      structures('keras231', 'keras', ['h5', 'weights']),
      structures('keras224', 'keras', ['h5', 'weights']),
      structures('keras216', 'keras', ['h5', 'weights']),
      structures('keras122', 'keras', ['h5', 'weights']),
      structures('keras122-theano', 'keras', ['h5', 'weights']),
    ],
  },
  reopened: {
    title: 'Files of older versions, opened by later ones',
    steps: [
      reopened('tf214', 'keras', ['keras', 'h5'], 'keras'),
      reopened('tf29', 'tensorflow.keras', ['h5'], 'keras'),
      reopened('tf214', 'keras', ['keras', 'h5'], 'tf_keras'),
      reopened('tf24', 'tensorflow.keras', ['h5'], 'tf_keras'),
      reopened('keras231', 'keras', ['h5'], 'tf_keras'),
      reopened('keras216', 'keras', ['h5'], 'tf_keras'),
    ],
  },
};

function layers(environment, library, format) {
  const name = `layers-${environment}-${library}`;
  return { name, environment, script: 'one', args: ['--library', library, '--formats', format], drawn: true };
}

function structures(environment, library, formats) {
  return {
    name: `structures-${environment}-${library}`,
    environment,
    script: 'structures',
    args: ['--library', library, '--formats', ...formats],
  };
}

/** A file outlives the version that wrote it: what a later one makes of it is right too. What that refuses is not counted. */
function reopened(environment, library, formats, later) {
  const step = structures(environment, library, formats);
  return { ...step, name: `reopened-${environment}-${later}`, opener: { environment: 'keras3', library: later } };
}

/** Where the library means to give something else than Keras. `problem`: what is seen then; `case`: in this one alone. */
export const deviations = [
  {
    // compare.mjs tells it: an entry's `broadcast` is what Keras gives without.
    reason:
      'Keras 3.7 to 3.15 on TensorFlow, in `add`: an operand with one axis longer than 1 is added along the last axis when that is as long, so that a channels-first bias goes along the width where the width is the number of filters. Layers in which `predict` does so too are computed so (Conv3D, transposed, depthwise and separable convolutions, EinsumDense); Conv1D and Conv2D, where only a direct call of the model does, and layers that merge are not. Counted only where Keras with plain broadcasting gives what this library gives.',
  },
  {
    steps: ['structures-keras3-keras'],
    case: 'diverged',
    problem: /'most' \(MaxPooling2D\)/,
    reason:
      "Seen on WebGPU alone: tfjs' max pools begin at -1e20 there, TensorFlow's at -3.4e38, which is what they give for nothing but NaN.",
  },
  {
    steps: ['layers-keras30-keras', 'layers-keras36-keras'],
    case: 'Conv1DTranspose-1',
    problem: /has shape/,
    reason:
      'A transposed convolution with an `output_padding`, which Keras 3.0 to 3.14 do not write into the file: they reopen it without, and so does this library.',
  },
  {
    steps: ['reopened-tf29-keras', 'reopened-tf214-keras'],
    case: 'squeeze-and-excite',
    problem: /Conv2D/,
    reason:
      "`hard_sigmoid` of a file that Keras 2 saved: Keras 3 opens it and computes its own, which is another function. Here it is Keras 2's.",
  },
  {
    steps: ['reopened-keras231-tf_keras', 'reopened-keras216-tf_keras'],
    case: 'masked-sequences',
    problem: /Bidirectional/,
    reason:
      'Bidirectional over masked steps, of a file that Keras 2.3 or older saved: these repeat the step before, tf_keras opens the file and gives zeros. Here it is what the Keras that saved it gives.',
  },
  {
    steps: ['reopened-keras216-tf_keras'],
    problem: /should be 'sequential\//,
    reason:
      "A Sequential inside another model of Keras 2.1: its config holds no name, and tf_keras calls it 'sequential'. Here it has the name that it had, which the file's list of weights tells.",
  },
  {
    steps: ['structures-keras122-theano-keras'],
    problem: /onvolution|TimeDistributed/,
    reason:
      'Keras 1 on Theano: its files name no backend, and on Theano convolutions turn their kernels around. They are computed as Keras on TensorFlow, and every later Keras, computes such a file. (Files of Keras 2 name their backend, and are computed as that one did.)',
  },
];
