/**
 * Everything that can go wrong because of what the library was given, as a closed set. The comment of each code says when it is thrown
 * and what the caller can do.
 */
export type ErrorCode =
  /** The bytes are no format the library opens. Give a Keras HDF5 file, a `.keras` zip, or a tfjs `model.json`. */
  | 'format'
  /** The format is known but the bytes are damaged or cut short. Fetch or copy the file again. */
  | 'corrupt'
  /** The file holds weights and no architecture. Pass `architecture`, or save the whole model with `model.save()`. */
  | 'weights-only'
  /** A Keras layer, operation or argument that has no exact counterpart here. Register one through `customLayers`. */
  | 'unsupported-layer'
  /** Stored weights do not fit the layer they belong to. */
  | 'weight-mismatch'
  /** The model needs Python code of its author (a Lambda, a subclassed model, a custom layer). That code is never run. */
  | 'custom-object'
  /** No layer has that name, path or index. The message lists near names. */
  | 'layer-not-found'
  /** A channel or batch index outside the activation. */
  | 'channel-range'
  /** An array, tensor or size has the wrong shape, length or value for what was asked. */
  | 'shape'
  /** No tfjs backend or GPU device could do it. The message says what was tried. */
  | 'backend'
  /** An image that cannot be found, read or decoded. */
  | 'image'
  /** The caller's `AbortSignal` was aborted. */
  | 'aborted'
  /** The object was used after its `dispose()`. */
  | 'disposed';

/** The one class of error that a user of this library can cause. `details` holds the values named in the message, for programs. */
export class ActivationLensError extends Error {
  override readonly name = 'ActivationLensError';
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; details?: Record<string, unknown> } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }
}
