import { readFile } from 'node:fs/promises';
import { describe, expect, inject, test } from 'vitest';

describe('the servers of a test run', () => {
  test('give every test their addresses', async () => {
    expect(inject('natsUrl')).toMatch(/^nats:\/\//);
    expect(await readFile(inject('kubeconfig'), 'utf8')).toContain('server: https://');
    expect((await fetch(`http://${inject('registryHost')}/v2/`)).status).toBe(200);
  });
});
