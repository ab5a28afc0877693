import type { Build, BuildConfig, ImageStream } from '@tagstream/api-types';
import { isTerminal, phaseOf, streamId } from '@tagstream/build';
import { eventRecorder, resources, watchCache } from '@tagstream/kube';
import { GroupIndex, keyedQueue, reportWatch } from '@tagstream/service';
import { createAnnouncer } from './announce.ts';
import { CancelClock } from './cancel-clock.ts';
import { type Parts, RETRY } from './parts.ts';
import { reconcileGroup } from './reconcile-group.ts';
import { groupOf, viewBuild, viewConfig, viewStream } from './views.ts';

/** Builds that are told about at the same time; each waits for NATS only. */
const ANNOUNCE_CONCURRENCY = 32;

/**
 * Starts the controller: three watches that say which BuildConfig to look at, a queue that brings one after the other a step
 * further, and another that tells about Builds, so that an outage of NATS holds up no Build.
 */
export async function startController(parts: Parts): Promise<void> {
  const { bus, kube, config, clock, health, telemetry, signal, defer } = parts;
  const members = new GroupIndex<Build>();
  const concerned = new GroupIndex<string>();
  const onDropped = telemetry.eventDropped;
  const recordEvent = eventRecorder({ kube, component: 'tagstream-builds', clock, signal, onDropped });
  const announcer = createAnnouncer({ bus, clock, telemetry, recordEvent });
  const seesNamespace = (namespace: string) => config.namespace === undefined || namespace === config.namespace;

  const groups = defer(
    keyedQueue({
      concurrency: config.concurrency,
      retry: RETRY,
      clock,
      run: async (group) => {
        // With views that are not complete yet everything would seem to be missing.
        await Promise.all(views.map(({ synced }) => synced));
        return await reconcileGroup(deps, group);
      },
      onError: ({ key, error, retryInMs }) =>
        telemetry.log.warn({ config: key, err: error, retryInMs }, 'build step failed'),
    }),
  );
  const announcements = defer(
    keyedQueue({
      concurrency: ANNOUNCE_CONCURRENCY,
      retry: RETRY,
      clock,
      run: async (key, stop) => {
        const view = builds.get(...split(key));
        if (view === undefined) return;
        await announcer.announce(view.build, stop);
        if (isTerminal(phaseOf(view.build))) groups.add(view.group);
      },
      onError: ({ key, error, retryInMs }) =>
        telemetry.log.warn({ build: key, err: error, retryInMs }, 'build phase not published'),
    }),
  );

  const watch = { ...(config.namespace && { namespace: config.namespace }), signal };
  const configs = defer(
    watchCache(kube, resources.buildConfigs, {
      ...watch,
      project: (object: BuildConfig) => viewConfig(object),
      onChange: ({ namespace, name }, now) => {
        const group = groupOf(namespace, name);
        concerned.set(`buildconfig ${group}`, group, now?.streams ?? []);
        groups.add(group);
      },
      onStatus: reportWatch(health, 'buildconfigs'),
    }),
  );
  const builds = defer(
    watchCache(kube, resources.builds, {
      ...watch,
      project: (object: Build) => viewBuild(object),
      onChange: ({ namespace, name }, now, before) => {
        const key = `${namespace}/${name}`;
        const view = now ?? before;
        if (view === undefined) return;
        members.set(key, view.build, now ? [now.group] : []);
        concerned.set(`build ${key}`, view.group, now?.streams ?? []);
        for (const group of new Set([view.group, before?.group ?? view.group])) groups.add(group);
        if (now) announcements.add(key);
        if (!now || (before && before.build.metadata.uid !== now.build.metadata.uid)) {
          const uid = before?.build.metadata.uid ?? '';
          announcer.forget(uid);
          deps.cancelClock.forget(uid);
        }
      },
      onStatus: reportWatch(health, 'builds'),
    }),
  );
  const streams = defer(
    watchCache(kube, resources.imageStreams, {
      ...watch,
      project: (object: ImageStream) => viewStream(object),
      onChange: (name) => concerned.members(streamId(name)).forEach(groups.add),
      onStatus: reportWatch(health, 'imagestreams'),
    }),
  );
  const views = [configs, builds, streams];
  const deps = {
    kube,
    clock,
    telemetry,
    recordEvent,
    hasTold: announcer.hasTold,
    cancelClock: new CancelClock(clock, config.cancelGraceSeconds * 1000),
    config: (group: string) => configs.get(...split(group)),
    builds: (group: string) => members.members(group),
    stream: ({ namespace, name }: { namespace: string; name: string }) =>
      seesNamespace(namespace) ? (streams.get(namespace, name) ?? null) : undefined,
  };
  await Promise.all(views.map(({ synced }) => synced));
  void resync(parts, () => {
    for (const { stored } of configs.values())
      groups.add(groupOf(stored.metadata.namespace ?? '', stored.metadata.name));
    for (const { group } of builds.values()) groups.add(group);
  });
}

/** Looks at everything now and then, so that what was missed in any way heals by itself. */
async function resync({ clock, config, signal }: Parts, lookAtAll: () => void): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(config.resyncSeconds * 1000, signal).catch(() => undefined);
    if (!signal.aborted) lookAtAll();
  }
}

function split(key: string): [namespace: string, name: string] {
  const slash = key.indexOf('/');
  return [key.slice(0, slash), key.slice(slash + 1)];
}
