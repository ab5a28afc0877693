import { Listr } from 'listr2';

/** Shows steps while they run, each with the time it took. */
export interface ShownSteps {
  /** Runs one of the steps. */
  step<T>(title: string, run: () => Promise<T>): Promise<T>;
  /** Ends the display; steps that were never run are shown as skipped. */
  end(): Promise<void>;
}

/** Starts to show the named steps: with a spinner each on a terminal, else one line for each when it is over. */
export function showSteps(titles: readonly string[]): ShownSteps {
  return process.stdout.isTTY ? spinners(titles) : lines();
}

function lines(): ShownSteps {
  return {
    async step(title, run) {
      const startedAt = performance.now();
      const result = await run();
      console.log(`  ${title}  ${secondsSince(startedAt)}`);
      return result;
    },
    end: async () => undefined,
  };
}

function spinners(titles: readonly string[]): ShownSteps {
  const ends = new Map(titles.map((title) => [title, Promise.withResolvers<string | 'skipped'>()]));
  const list = new Listr(
    titles.map((title) => ({
      title,
      task: async (_context, task) => {
        const took = await ends.get(title)?.promise;
        if (took === 'skipped') task.skip();
        else task.title = `${title}  ${took}`;
      },
    })),
    { concurrent: true, exitOnError: false, registerSignalListeners: false },
  );
  // Who runs a step gets its error; the display only shows it.
  const shown = list.run().then(
    () => undefined,
    () => undefined,
  );
  return {
    async step(title, run) {
      const startedAt = performance.now();
      try {
        const result = await run();
        ends.get(title)?.resolve(secondsSince(startedAt));
        return result;
      } catch (error) {
        ends.get(title)?.reject(error instanceof Error ? error : new Error(String(error)));
        throw error;
      }
    },
    end() {
      for (const { resolve } of ends.values()) resolve('skipped');
      return shown;
    },
  };
}

const secondsSince = (startedAt: number): string => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
