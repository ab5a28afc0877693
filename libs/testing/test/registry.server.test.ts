import { inject } from 'vitest';
import { describeRegistryContract } from '../src/index.ts';

// Shared by all tests of a run, so it is not ours to stop.
describeRegistryContract('the distribution registry', async () => ({
  host: inject('registryHost'),
  [Symbol.asyncDispose]: async () => {},
}));
