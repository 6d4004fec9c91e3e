/** What the model says about the picture: its one number, or its five highest. `line` is for the terminal. */
export async function answerOf(model, input, isEmbedded) {
  const outputs = [model.predict(input)].flat();
  const [first] = outputs;
  const values = [...(await first.data())];
  const { shape } = first;
  for (const output of outputs) output.dispose();

  if (values.length === 1) {
    const meaning = isEmbedded ? 'How sure the network is, from 0 to 1, that this is a face.' : `Output ${model.outputs[0].name}.`;
    return {
      meaning,
      scores: [{ label: '', value: values[0] }],
      line: `${values[0].toFixed(4)}${isEmbedded ? ': a face, if near 1' : ''}`,
    };
  }
  if (shape.length > 2) {
    const size = shape.slice(1).join(' x ');
    return { meaning: `The output is not a list of scores but ${size} numbers; its maps are below.`, scores: [], line: `${size} numbers` };
  }
  const scores = values
    .map((value, index) => ({ label: `Class ${index}`, value }))
    .sort((a, b) => b.value - a.value)
    .slice(0, 5);
  const line = scores.map(({ label, value }) => `${label} ${value.toFixed(4)}`).join(', ');
  return { meaning: `The highest of ${values.length} scores.`, scores, line };
}
