import { execFile } from 'node:child_process';
import { inject } from 'vitest';

export interface KubectlResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Far longer than any call against a server on the same machine. */
const TIMEOUT_MS = 30_000;

/** A failed apply of many objects prints a line for each. */
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** Runs the real kubectl against the shared cluster. `input` is its standard input. Never rejects. */
export function kubectl(args: readonly string[], input = ''): Promise<KubectlResult> {
  const options = { timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES };
  return new Promise((resolve) => {
    const child = execFile(
      inject('kubectl'),
      ['--kubeconfig', inject('kubeconfig'), ...args],
      options,
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        resolve({ code, stdout, stderr: stderr === '' && error !== null ? error.message : stderr });
      },
    );
    child.stdin?.end(input);
  });
}

/** As `kubectl`, for calls that must succeed: what it printed, without the trailing line end. */
export async function kubectlOutput(args: readonly string[], input = ''): Promise<string> {
  const { code, stdout, stderr } = await kubectl(args, input);
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${code}: ${stderr}`);
  return stdout.trim();
}
