import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Build } from '@tagstream/api-types';
import type { BuildInputs } from '../../src/execute/build-context.ts';
import { type BuildResult, executeBuild } from '../../src/execute/execute-build.ts';
import { runCommand } from '../../src/execute/run-command.ts';
import { makeWorkspace } from '../../src/execute/workspace.ts';
import { openBuildLog } from '../../src/log/build-log.ts';
import { aBuild } from './a-build.ts';

/** Runs builds of a test with the real programs, without NATS and without Kubernetes. */
export interface TestExecutor extends AsyncDisposable {
  /**
   * @param image `<repository>:<tag>` in the registry
   * @returns what came of it, or its failure, and the log
   */
  run(
    image: string,
    spec: Partial<Build['spec']>,
    options?: {
      readonly inputs?: Partial<BuildInputs>;
      readonly signal?: AbortSignal;
      readonly onLine?: (line: string) => void;
    },
  ): Promise<{ readonly result?: BuildResult; readonly failure?: unknown; readonly log: string }>;
  /** Configuration of an image, and the paths of the files in its layers. */
  config(image: string): Promise<ImageConfig>;
}

/** The members of an image's configuration that tests look at. */
export interface ImageConfig {
  readonly config: {
    readonly Env?: readonly string[];
    readonly Cmd?: readonly string[];
    readonly User?: string;
    readonly Labels?: Readonly<Record<string, string>>;
  };
}

export async function testExecutor(registryHost: string): Promise<TestExecutor> {
  const dir = await mkdtemp(join(tmpdir(), 'tagstream-execute-'));
  const registry = async (path: string, accept: string) => {
    const answer = await fetch(`http://${registryHost}/v2/${path}`, { headers: { accept } });
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
    return (await answer.json()) as { config: { digest: string } } & ImageConfig;
  };
  return {
    async run(image, spec, { inputs = {}, signal = new AbortController().signal, onLine } = {}) {
      let text = '';
      const log = openBuildLog({
        store: async (piece) => {
          text += piece;
        },
        onLost: () => undefined,
        sleep: () => Promise.resolve(),
        ...(onLine && { onLine }),
      });
      const workspace = await makeWorkspace(dir, process.pid);
      const build = aBuild(
        { output: { to: { kind: 'DockerImage', name: image } }, ...spec },
        {},
        { phase: 'Running', outputDockerImageReference: `${registryHost}/${image}` },
      );
      const context = {
        build,
        inputs: { secrets: new Map(), configMaps: new Map(), accountSecrets: [], ...inputs },
        settings: {
          gitProtocols: ['git', 'http'],
          insecureRegistries: [],
          env: { PATH: process.env.PATH ?? '' },
          isRoot: process.getuid?.() === 0,
          ownContainer: false,
        },
        workspace,
        log,
        run: runCommand,
        signal,
      } as const;
      try {
        const result = await executeBuild(context);
        await log.flush();
        return { result, log: text };
      } catch (failure) {
        log.line(`error: ${(failure as Error).message}`);
        await log.flush();
        return { failure, log: text };
      } finally {
        await rm(workspace.root, { recursive: true, force: true });
      }
    },
    async config(image) {
      const [repository, tag] = image.split(':');
      const manifest = await registry(`${repository}/manifests/${tag}`, 'application/vnd.oci.image.manifest.v1+json');
      return await registry(`${repository}/blobs/${manifest.config.digest}`, '*/*');
    },
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  };
}
