import { describeRegistryContract, startFakeRegistry } from '../src/index.ts';

describeRegistryContract('the fake registry', () => startFakeRegistry());
