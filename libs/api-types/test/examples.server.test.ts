import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { kubectl, kubectlOutput } from './kubectl.ts';

const shop = join(import.meta.dirname, '../../../examples/shop');
const files = readdirSync(shop).filter((file) => file.endsWith('.yaml'));

describe('examples/shop', () => {
  test('is valid, and makes its namespace first', async () => {
    // The namespace may be there already: other tests run the example.
    await kubectl(['create', '-f', join(shop, files.sort()[0]!)]);

    const output = await kubectlOutput(['apply', '--dry-run=server', '-f', shop]);

    const applied = output.split('\n').filter((line) => line.endsWith('(server dry run)'));
    expect(applied).toHaveLength(files.length);
    expect(applied[0]).toContain('namespace/shop');
  });
});
