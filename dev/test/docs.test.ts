import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { generatedPages } from '../src/docs/pages.ts';

describe('the generated documentation', () => {
  test.each(Object.entries(generatedPages()))('docs/%s says what the code says (else: npm run docs)', (path, text) => {
    expect(readFileSync(join(import.meta.dirname, '../../docs', path), 'utf8')).toBe(text);
  });
});
