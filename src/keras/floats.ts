/** The `class_name` under which `markWholeFloats` writes a number. */
export const WHOLE_FLOAT = '__float__';

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|[[\]{},:]/g;

/**
 * Keras' JSON with the floats that JavaScript cannot tell from integers (2.0) marked, where it matters: in the arguments of Keras 3's calls
 * (`"args"` and `"kwargs"`), where a float makes floats of whole numbers. There, 2.0 becomes `{ class_name: '__float__', config: { value: 2 } }`.
 */
export function markWholeFloats(text: string): string {
  if (!text.includes('"__keras_tensor__"')) return text;
  // For every open bracket, whether numbers directly in it are arguments.
  const open: boolean[] = [];
  let key = '';
  let string = '';
  return text.replace(TOKEN, (token) => {
    if (token === '[' || token === '{') {
      open.push(key === 'args' || key === 'kwargs' || (token === '[' && (open.at(-1) ?? false)));
      key = '';
    } else if (token === ']' || token === '}') {
      open.pop();
      key = '';
    } else if (token === ':') {
      key = string;
    } else if (token === ',') {
      key = '';
    } else if (token.startsWith('"')) {
      string = token.slice(1, -1);
    } else if (open.at(-1) && /[.eE]/.test(token) && Number.isInteger(Number(token))) {
      return `{"class_name":"${WHOLE_FLOAT}","config":{"value":${token}}}`;
    }
    return token;
  });
}
