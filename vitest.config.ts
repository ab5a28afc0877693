import { configDefaults, defineConfig } from 'vitest/config';

const servers = './libs/servers/src/vitest-setup.ts';

export default defineConfig({
  test: {
    // The servers of a run need the rest of a two-core machine.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['libs/*/test/**/*.test.ts', 'services/*/test/**/*.test.ts', '{cli,dev}/test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, '**/*.server.test.ts'],
          // Property tests take seconds, and several times as long on a busy machine.
          testTimeout: 60_000,
          expect: { poll: { timeout: 5_000 } },
        },
      },
      {
        test: {
          name: 'servers',
          include: ['{libs,services,dev}/*/test/**/*.server.test.ts', '{cli,dev}/test/**/*.server.test.ts'],
          globalSetup: servers,
          testTimeout: 30_000,
          // vitest's own second is less than a restart takes on a busy machine.
          expect: { poll: { timeout: 10_000 } },
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          testTimeout: 120_000,
          expect: { poll: { timeout: 30_000 } },
          hookTimeout: 120_000,
          // Each of these files starts servers and services of its own: two at once would share two cores.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
