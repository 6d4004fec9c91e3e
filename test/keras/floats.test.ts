import { describe, expect, it } from 'vitest';
import { markWholeFloats } from '../../src/keras/floats';

const tensor = { class_name: '__keras_tensor__', config: { shape: [null, 3], dtype: 'uint8', keras_history: ['in', 0, 0] } };
const text = (args: string, more = '') =>
  `{"a": 1.0, "inbound_nodes": [{"args": [${JSON.stringify(tensor)}, ${args}], "kwargs": {${more}}}]}`;
const marked = (value: number) => ({ class_name: '__float__', config: { value } });

describe('markWholeFloats', () => {
  it('marks the floats without a fraction among the arguments of calls, and nothing else', () => {
    const parsed = JSON.parse(markWholeFloats(text('2.0, 2, 0.5, [1.0, -1e3], "3.0"', '"x": 4.0, "axes": [5.0, 6], "k": {"alpha": 7.0}')));
    expect(parsed.a).toBe(1);
    expect(parsed.inbound_nodes[0].args).toEqual([tensor, marked(2), 2, 0.5, [marked(1), marked(-1000)], '3.0']);
    expect(parsed.inbound_nodes[0].kwargs).toEqual({ x: marked(4), axes: [marked(5), 6], k: { alpha: 7 } });
  });

  it('leaves strings with brackets, quotes and numbers in them', () => {
    const odd = text('"a\\\\\\"[{1.0,", 2.0');
    expect(JSON.parse(markWholeFloats(odd)).inbound_nodes[0].args.slice(1)).toEqual(['a\\"[{1.0,', marked(2)]);
  });

  it('leaves files of Keras 1 and 2 as they are', () => {
    const old = '{"args": [2.0]}';
    expect(markWholeFloats(old)).toBe(old);
  });
});
