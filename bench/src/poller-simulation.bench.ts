/**
 * The poller's schedule and shares with up to 100,000 tags, without any server: each check is answered by the program itself. What
 * a tag costs when its stream is read, when replicas come and go, and when it is checked; and how the memory grows.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ImageStream } from '@tagstream/api-types';
import { createPollLoop, type LoopDeps } from '@tagstream/poller/poll-loop';
import { viewTags } from '@tagstream/poller/tag-view';
import { systemClock } from '@tagstream/service';
import { benchDigest } from './poller/bench-image.ts';
import { rounded } from './poller/count-window.ts';
import { benchStreams, importedStatus, streamObject } from './poller/team-streams.ts';

const STEPS = [25_000, 50_000, 75_000, 100_000];
const INTERVAL_MS = 20_000;
const MEMBERS = ['a', 'b', 'c', 'd'];

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

let checks = 0;
const digests = new Map<string, string>();

/** Answers that the tag still has the image that its status shows. */
const ask: LoopDeps['ask'] = async (question, isKnown) => {
  checks += 1;
  const digest = digests.get(question.repository) ?? benchDigest(question.repository.replace(/^[^/]*\//, ''));
  digests.set(question.repository, digest);
  if (!isKnown(digest)) throw new Error(`${question.canonical} should have been known`);
  return { kind: 'same', digest, image: digest };
};

const loop = createPollLoop({
  ask,
  publisher: { publish: () => Promise.reject(new Error('nothing has changed, so there is nothing to publish')) },
  clock: systemClock,
  random: Math.random,
  settings: { intervalMs: INTERVAL_MS, floorOf: () => 1_000, isAnswered: () => true },
  policyOf: () => ({ concurrency: 100, ratePerSecond: 1_000_000, floorMs: 1_000 }),
  self: 'a',
  catchUpMs: 0,
  announcePause: () => {},
  recorder: { checked: () => {} },
  telemetry: { asked: () => {}, published: () => {}, suppressed: () => {} },
  loopTelemetry: {
    paused: () => {},
    shared: () => {},
    runFailed: ({ error }) => {
      throw error;
    },
  },
});

/** A stream as the API server sends it: its text, so that what is kept of it is all that is kept. */
function storedText(stream: ReturnType<typeof benchStreams>[number]): string {
  const object = streamObject(stream, 'registry.example.com');
  const stored: ImageStream = {
    ...object,
    metadata: { ...object.metadata, uid: `uid-of-${stream.name}`, generation: 1 },
  };
  return JSON.stringify({ ...stored, status: importedStatus(stored, benchDigest, stream.tags) });
}

function heapMb(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 1e6;
}

/** The CPU time that something takes, in milliseconds. */
async function cpuMs(run: () => void | Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const last = STEPS.at(-1) ?? 0;
const streams = benchStreams('team', last);
const emptyMb = heapMb();
const steps: { readonly tags: number; readonly heapMb: number; readonly readMsPerTag: number }[] = [];
let read = 0;
for (const tags of STEPS) {
  const texts = streams.slice((read / last) * streams.length, (tags / last) * streams.length).map(storedText);
  const ms = await cpuMs(() => {
    for (const text of texts) loop.update(viewTags(JSON.parse(text)), []);
  });
  const readMsPerTag = rounded(ms / (tags - read), 4);
  texts.length = 0;
  read = tags;
  const step = { tags, heapMb: Math.round(heapMb() - emptyMb), readMsPerTag };
  console.log(JSON.stringify(step));
  steps.push(step);
}

const shareMs = await cpuMs(() => loop.setMembers(MEMBERS));
const moveMs = await cpuMs(() => loop.setMembers(MEMBERS.slice(0, 3)));
loop.setMembers(['a']);
const checkMs = await cpuMs(() => systemClock.sleep(INTERVAL_MS));
await loop[Symbol.asyncDispose]();
const [first, final] = [steps[0], steps.at(-1)];
const perTag = (step: typeof first) => (step === undefined ? Number.NaN : step.heapMb / step.tags);
console.log(
  JSON.stringify({
    tags: loop.targets,
    readMsPerTag: final?.readMsPerTag,
    shareMsPerTag: rounded(shareMs / loop.targets, 5),
    moveMsPerTag: rounded(moveMs / loop.targets, 5),
    checks,
    checkMsPerTag: rounded(checkMs / checks, 4),
    heapMbPer10k: rounded(perTag(final) * 10_000, 1),
    heapGrowth: rounded(perTag(final) / perTag(first), 2),
    steps,
  }),
);
