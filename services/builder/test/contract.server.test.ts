import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildTools, ensureDebianTools, startGitServer, startService } from '@tagstream/servers';
import { describeBuildRunnerContract } from '@tagstream/testing';
import { afterAll, inject } from 'vitest';

const unavailable = await ensureDebianTools(buildTools).then(
  () => undefined,
  (error: Error) => error.message,
);
const git = unavailable === undefined ? await startGitServer() : undefined;
const workDir = await mkdtemp(join(tmpdir(), 'tagstream-builder-'));
afterAll(async () => {
  await git?.[Symbol.asyncDispose]();
  await rm(workDir, { recursive: true, force: true });
});

describeBuildRunnerContract('the builder with processes', {
  natsUrl: inject('natsUrl'),
  kubeconfig: inject('kubeconfig'),
  registryHost: inject('registryHost'),
  git: { port: git?.port ?? 0, push: async (repository, files) => await git!.push(repository, files) },
  skip: unavailable,
  start: ({ natsUrl, prefix, kubeconfig, namespace }) =>
    startService('builder', {
      NATS_URL: natsUrl,
      KUBECONFIG: kubeconfig,
      TAGSTREAM_PREFIX: prefix,
      TAGSTREAM_NAMESPACE: namespace,
      TAGSTREAM_ADMIN_HOST: '127.0.0.1',
      TAGSTREAM_BUILDER_WORK_DIR: workDir,
      TAGSTREAM_BUILDER_LEASE_SECONDS: '2',
      TAGSTREAM_LOG_LEVEL: 'debug',
    }),
});
