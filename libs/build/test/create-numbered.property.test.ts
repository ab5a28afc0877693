import type { Build, BuildConfig, KubeObject } from '@tagstream/api-types';
import { KubeError, type ObjectKey, type Resource } from '@tagstream/kube';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BuildApi, instantiateBuild } from '../src/index.ts';
import { config } from './fixture.ts';

/** An API server in memory with what matters here: names are unique, and a patch of an old version is refused. */
class Server {
  readonly builds = new Map<string, Build>();
  bc: BuildConfig = config();
  #version = 1;

  get(key: ObjectKey): KubeObject {
    const object = key.resource.plural === 'builds' ? this.builds.get(key.name) : this.bc;
    if (object === undefined) throw new KubeError('not_found', `${key.name} not found`);
    return structuredClone(object);
  }

  list(): KubeObject[] {
    return [...this.builds.values()].map((build) => structuredClone(build));
  }

  create(build: Build): Build {
    const { name } = build.metadata;
    if (this.builds.has(name)) throw new KubeError('already_exists', `${name} exists`);
    const stored = structuredClone({ ...build, metadata: { ...build.metadata, uid: `uid of ${name}` } });
    this.builds.set(name, stored);
    return structuredClone(stored);
  }

  patchStatus(patch: { metadata: { resourceVersion?: string }; status: object }): BuildConfig {
    if (patch.metadata.resourceVersion !== this.bc.metadata.resourceVersion) throw new KubeError('conflict', 'changed');
    this.#version += 1;
    const metadata = { ...this.bc.metadata, resourceVersion: String(this.#version) };
    this.bc = { ...this.bc, metadata, status: { ...this.bc.status, ...patch.status } };
    return structuredClone(this.bc);
  }
}

/** A client whose every call happens when the scheduler says so; after `lives` calls its process is dead. */
function client(server: Server, scheduler: fc.Scheduler, lives: number): BuildApi {
  let calls = 0;
  const at = async <T>(what: string, call: () => T): Promise<T> => {
    calls += 1;
    if (calls > lives) throw new Error('killed');
    await scheduler.schedule(Promise.resolve(), what);
    return call();
  };
  const api = {
    get: (key: ObjectKey) => at(`get ${key.name}`, () => server.get(key)),
    list: (_: Resource) => at('list', () => ({ items: server.list(), resourceVersion: '' })),
    create: (_: Resource, build: Build) => at(`create ${build.metadata.name}`, () => server.create(build)),
    mergePatch: (_: ObjectKey, patch: object) =>
      at('patch', () => server.patchStatus(patch as Parameters<Server['patchStatus']>[0])),
  };
  return api as unknown as BuildApi; // the generic signatures of the client, for the two kinds of this test
}

const actors = fc.array(
  fc.record({ request: fc.constantFrom('a', 'b', 'c', undefined), lives: fc.oneof(fc.constant(99), fc.nat(6)) }),
  { minLength: 1, maxLength: 6 },
);

test('whoever makes Builds at the same time, and dies when: no number is missing, and each request has one Build', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), actors, async (scheduler, makers) => {
      const server = new Server();
      const make = (requestId: string | undefined, lives: number) =>
        instantiateBuild(
          client(server, scheduler, lives),
          { metadata: { name: 'bc' } },
          { namespace: 'shop', requestId, clock: { now: () => 0 } },
        );
      const results = Promise.allSettled(makers.map(({ request, lives }) => make(request, lives)));
      await scheduler.waitFor(results);
      // Deliveries are repeated, in any case once after all is quiet.
      const requests = [...new Set(makers.flatMap(({ request }) => request ?? []))];
      for (const request of [...requests, 'last']) await scheduler.waitFor(make(request, 99));

      const built = [...server.builds.values()];
      const numbers = built.map(({ metadata }) => Number(metadata.annotations?.['openshift.io/build.number']));
      expect(numbers.sort((a, b) => a - b)).toEqual(built.map((_, index) => index + 1));
      const ids = built.flatMap(({ metadata }) => metadata.annotations?.['build.tagstream.io/request-id'] ?? []);
      expect(ids.sort()).toEqual([...requests, 'last'].sort());
      expect(server.bc.status?.lastVersion).toBe(built.length);
      for (const result of await results) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ message: 'killed' });
      }
    }),
    { numRuns: 300 },
  );
});
