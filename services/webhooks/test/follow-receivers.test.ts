import { mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog, systemClock } from '@tagstream/service';
import { testClock } from '@tagstream/service/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FollowedReceivers, type FollowOptions, followReceivers } from '../src/receivers/follow-receivers.ts';
import { registryNames } from '../src/registry-names.ts';

const SECRET = 'correct-horse-battery';
const OTHER = 'staple-correct-horse';
const fileWith = (...names: string[]) =>
  `receivers:\n${names.map((name) => `  - { name: ${name}, sender: quay, allowAnybody: true }\n`).join('')}`;

/** A change is taken up within a second where the file system tells of it. */
const soon = { timeout: 5_000 };

describe('receivers that are followed', () => {
  let dir: string;
  let stack: AsyncDisposableStack;
  let lines: string[];
  let reloads: string[];

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'follow-'));
    stack = new AsyncDisposableStack();
    lines = [];
    reloads = [];
  });
  afterEach(async () => {
    await stack.disposeAsync();
    await rm(dir, { recursive: true });
  });

  async function follow(path: string, change: Partial<FollowOptions> = {}): Promise<FollowedReceivers> {
    const log = createLog({ service: 'test', level: 'info', destination: { write: (line) => void lines.push(line) } });
    const nameRegistry = registryNames(new Map());
    const onReload = (result: string) => void reloads.push(result);
    return stack.use(
      await followReceivers({ path, env: {}, nameRegistry, clock: systemClock, log, onReload, ...change }),
    );
  }
  const has = (receivers: FollowedReceivers, name: string) => receivers.get(name) !== undefined;

  test('are taken up when the file is written', async () => {
    const path = join(dir, 'receivers.yaml');
    await writeFile(path, fileWith('a'));
    const receivers = await follow(path);
    expect([has(receivers, 'a'), has(receivers, 'b')]).toEqual([true, false]);
    await writeFile(path, fileWith('b'));
    await expect.poll(() => has(receivers, 'b'), soon).toBe(true);
    expect(has(receivers, 'a')).toBe(false);
    expect(reloads).toEqual(['taken']);
  });

  test('are taken up when an editor puts another file in its place', async () => {
    const path = join(dir, 'receivers.yaml');
    await writeFile(path, fileWith('a'));
    const receivers = await follow(path);
    await writeFile(`${path}.new`, fileWith('b'));
    await rename(`${path}.new`, path);
    await expect.poll(() => has(receivers, 'b'), soon).toBe(true);
  });

  /** As kubelet mounts a ConfigMap or a Secret: files are links through `..data`, which is exchanged as a whole. */
  async function mount(
    at: string,
    files: Record<string, string>,
  ): Promise<(next: Record<string, string>) => Promise<void>> {
    let version = 0;
    const fill = async (contents: Record<string, string>) => {
      const versioned = join(at, `..v${++version}`);
      await mkdir(versioned, { recursive: true });
      for (const [name, content] of Object.entries(contents)) await writeFile(join(versioned, name), content);
      await symlink(`..v${version}`, join(at, '..data_tmp'));
      await rename(join(at, '..data_tmp'), join(at, '..data'));
      await rm(join(at, `..v${version - 1}`), { recursive: true, force: true });
    };
    await fill(files);
    for (const name of Object.keys(files)) await symlink(join('..data', name), join(at, name));
    return fill;
  }

  test('are taken up when a ConfigMap’s links are exchanged, time and again', async () => {
    const update = await mount(dir, { 'receivers.yaml': fileWith('v0') });
    const receivers = await follow(join(dir, 'receivers.yaml'));
    for (const name of ['v1', 'v2', 'v3']) {
      await update({ 'receivers.yaml': fileWith(name) });
      await expect.poll(() => has(receivers, name), soon).toBe(true);
    }
  });

  test('get a new secret when its Secret changes, and the receivers file does not', async () => {
    const secrets = join(dir, 'secrets');
    const updateSecret = await mount(secrets, { harbor: SECRET });
    const path = join(dir, 'receivers.yaml');
    await writeFile(
      path,
      `receivers: [{ name: a, sender: harbor, secrets: [{ file: '${join(secrets, 'harbor')}' }] }]`,
    );
    const receivers = await follow(path);
    const shows = (authorization: string) =>
      receivers.get('a')?.authenticate({ body: Buffer.alloc(0), headers: { authorization }, pathToken: undefined }, 0);
    expect([shows(SECRET), shows(OTHER)]).toEqual(['token', null]);
    await updateSecret({ harbor: OTHER });
    await expect.poll(() => shows(OTHER), soon).toBe('token');
    expect(shows(SECRET)).toBeNull();
  });

  test('stay as they were while the file is broken, and that is told once', async () => {
    const path = join(dir, 'receivers.yaml');
    await writeFile(path, fileWith('a'));
    const receivers = await follow(path);
    await writeFile(path, `receivers: [{ name: a, secrets: [{ value: ${SECRET} }]`);
    await expect.poll(() => receivers.state().current, soon).toBe(false);
    expect(has(receivers, 'a')).toBe(true);
    expect(receivers.state().detail).toMatch(
      /^1 receivers from before; .*receivers\.yaml was refused: Line 1 is not YAML/,
    );
    await unlink(path);
    await expect.poll(() => receivers.state().detail, soon).toMatch(/cannot be read/);
    expect(has(receivers, 'a')).toBe(true);
    await writeFile(path, fileWith('a', 'b'));
    await expect.poll(() => receivers.state().current, soon).toBe(true);
    expect(has(receivers, 'b')).toBe(true);
    expect(receivers.state().detail).toBe('2 receivers');
    expect(reloads).toEqual(['refused', 'refused', 'taken']);
    expect(lines.join('')).not.toContain(SECRET);
  });

  test('are current again when what was broken is put back as it was', async () => {
    const path = join(dir, 'receivers.yaml');
    await writeFile(path, fileWith('a'));
    const receivers = await follow(path);
    await writeFile(path, 'oops');
    await expect.poll(() => receivers.state().current, soon).toBe(false);
    await writeFile(path, fileWith('a'));
    await expect.poll(() => receivers.state().current, soon).toBe(true);
    expect(reloads).toEqual(['refused', 'taken']);
  });

  test('are looked at now and then where the file system tells of nothing', async () => {
    const clock = testClock();
    const real = join(dir, 'real');
    await mkdir(real);
    await writeFile(join(real, 'receivers.yaml'), fileWith('a'));
    // The directory that is watched holds only the link: a change behind it makes no notification there.
    await mkdir(join(dir, 'mounted'));
    const path = join(dir, 'mounted', 'receivers.yaml');
    await symlink(join(real, 'receivers.yaml'), path);
    const receivers = await follow(path, { clock });
    await writeFile(join(real, 'receivers.yaml'), fileWith('b'));
    await expect
      .poll(async () => {
        await clock.advance(1_000);
        return has(receivers, 'b');
      }, soon)
      .toBe(true);
  });

  test('cannot begin with a broken file', async () => {
    const path = join(dir, 'receivers.yaml');
    await writeFile(path, 'oops');
    await expect(follow(path)).rejects.toThrow(/needs a list/);
  });
});
