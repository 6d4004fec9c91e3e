/** What Keras computes in test/fixtures/dtypes and this library refuses, by the end of a model's name; and with which words. */
export const refused: readonly (readonly [name: RegExp, message: RegExp])[] = [
  [/(batch|layer)_normalization (u?int\d+|bool)$/, /normalizes \w+, which Keras rounds in between; cast to float32 before it in Keras/],
  [/(mean and sum|sigmoid|tf mean) in b?float16/, /computes \w+ of b?float16, whose rounding is not known here; cast to float32 before it/],
  [/ops (matmul|einsum) u?int16$/, /multiplies u?int16, whose sums float32 does not hold/],
  [/tf matmul int16$/, /multiplies int16, which TensorFlow wraps in between/],
  [/saturate_cast to bfloat16 int32$/, /casts int32 to bfloat16 within its limits, which overflow in Keras/],
];
