import { beforeAll, describe } from 'vitest';
import { useBackend } from '../backend';
import { dtypeTests, refused } from './dtypeGoldens';

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  // A float that another order of sums moves by its last digit may tip one of 65536 numbers.
  dtypeTests(refused, 2e-5);
});
