import { run } from '../../src/run.ts';

/** What a command left behind. */
export interface CliResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface CliOptions {
  readonly kubeconfig?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly colour?: boolean;
  readonly now?: () => number;
  readonly signal?: AbortSignal;
}

/** Runs a command line in this process, as a terminal without colours would see it. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  let out = '';
  let err = '';
  const code = await run(args, {
    env: { ...options.env, ...(options.kubeconfig && { KUBECONFIG: options.kubeconfig }) },
    programName: 'tagstream',
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    colour: { out: options.colour ?? false, err: options.colour ?? false },
    now: options.now ?? Date.now,
    signal: options.signal ?? new AbortController().signal,
  });
  return { code, out, err };
}
