import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonLines } from '../src/json-lines.ts';

async function* chunksOf(...chunks: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

async function readAll(chunks: AsyncIterable<Uint8Array>, maxLineBytes?: number): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const value of jsonLines(chunks, maxLineBytes)) values.push(value);
  return values;
}

describe('newline-delimited JSON', () => {
  test.each<[string, string[], unknown[]]>([
    ['one line in one chunk', ['{"a":1}\n'], [{ a: 1 }]],
    ['two lines in one chunk', ['1\n2\n'], [1, 2]],
    ['one line over three chunks', ['{"a"', ':', '1}\n'], [{ a: 1 }]],
    ['a chunk that ends one line and starts another', ['1\n[2', ',3]\n'], [1, [2, 3]]],
    ['empty lines and carriage returns are passed over', ['\n1\r\n\r\n2\n'], [1, 2]],
    ['a last line without its newline is dropped', ['1\n{"a":'], [1]],
    ['a last line that looks whole is dropped too: 12 may have been 123', ['1\n12'], [1]],
    ['nothing', [], []],
  ])('%s', async (_name, chunks, expected) => {
    expect(await readAll(chunksOf(...chunks))).toEqual(expected);
  });

  test('the values do not depend on where the chunks were cut, even inside a character', async () => {
    const property = fc.asyncProperty(
      fc.array(fc.jsonValue(), { maxLength: 8 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
      async (values, sizes) => {
        const bytes = Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
        const chunks: Uint8Array[] = [];
        for (let at = 0; at < bytes.length; ) {
          const size = sizes.next().value ?? 1;
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        expect(await readAll(chunksOf(...chunks))).toEqual(JSON.parse(JSON.stringify(values)));
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });

  test('a line that never ends is given up at the limit, without holding more', async () => {
    let produced = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        produced += 1;
        yield Buffer.alloc(10, 'x');
      }
    }
    await expect(readAll(endless(), 100)).rejects.toThrow(/line of more than 100 bytes/);
    expect(produced).toBe(11);
  });

  test('a long line in one chunk is refused too', async () => {
    await expect(readAll(chunksOf(`"${'x'.repeat(100)}"\n`), 100)).rejects.toThrow(/line of more than 100 bytes/);
    expect(await readAll(chunksOf(`"${'x'.repeat(98)}"\n`), 100)).toHaveLength(1);
  });

  test('what is not JSON is an error that shows its beginning', async () => {
    await expect(readAll(chunksOf('<html>\n'))).rejects.toThrow(/not JSON: <html>/);
  });
});
