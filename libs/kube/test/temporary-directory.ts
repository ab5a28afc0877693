import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A directory that is removed at the end of the test. */
export interface TemporaryDirectory extends AsyncDisposable {
  readonly path: string;
  /** Writes a file, as JSON when it is no text, and returns its path. */
  write(name: string, content: string | object): Promise<string>;
  /** Writes an executable shell script. */
  script(name: string, body: string): Promise<string>;
}

export async function temporaryDirectory(): Promise<TemporaryDirectory> {
  const path = await mkdtemp(join(tmpdir(), 'kube-test-'));
  const write = async (name: string, content: string | object) => {
    const file = join(path, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  };
  return {
    path,
    write,
    async script(name, body) {
      const file = await write(name, `#!/bin/sh\n${body}\n`);
      await chmod(file, 0o755);
      return file;
    },
    async [Symbol.asyncDispose]() {
      await rm(path, { recursive: true });
    },
  };
}
