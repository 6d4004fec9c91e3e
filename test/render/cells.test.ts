import { expect, it } from 'vitest';
import { cellsOf } from '../../src/render/terminal/cells';

it('gives wide characters two cells, and what is written as one, one entry', () => {
  expect(cellsOf('a卷b')).toEqual(['a', '卷', '', 'b']);
  expect(cellsOf('🫁e\u0301👩‍⚕️')).toEqual(['🫁', '', 'e\u0301', '👩‍⚕️', '']);
  expect(cellsOf('свёртка')).toHaveLength(7);
});

it('keeps what a terminal would obey away from it', () => {
  expect(cellsOf('a\u001b]0;x\u0007\tb\n\u009b31m').join('')).toBe('a ]0;x  b  31m');
});
