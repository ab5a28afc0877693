import { inject } from 'vitest';
import { describeReader } from './describe-reader.ts';

describeReader('the distribution registry', () => inject('registryHost'));
