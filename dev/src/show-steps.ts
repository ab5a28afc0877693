import { Listr } from 'listr2';

/** Shows steps while they run, each with the time it took. */
export interface ShownSteps {
  /** Runs one of the steps. */
  step<T>(title: string, run: () => Promise<T>): Promise<T>;
  /** Resolves when every step is over; fails never: who runs a step gets its error. */
  readonly shown: Promise<void>;
  /** Ends the display; steps that have not started are shown as skipped. */
  end(): Promise<void>;
}

/** Starts to show the named steps: with a spinner on a terminal, else one line when a step starts and ends. */
export function showSteps(titles: readonly string[]): ShownSteps {
  const running = new Map(titles.map((title) => [title, Promise.withResolvers<'done' | 'skipped'>()]));
  const list = new Listr(
    titles.map((title) => ({
      title,
      task: async (_context, task) => {
        if ((await running.get(title)?.promise) === 'skipped') task.skip();
      },
    })),
    {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      fallbackRenderer: 'simple',
      rendererOptions: { timer: { condition: true, field: seconds, format: dim }, collapseErrors: false },
      fallbackRendererOptions: { timer: { condition: true, field: seconds, format: plain } },
    },
  );
  const shown = list.run().then(
    () => undefined,
    () => undefined,
  );
  return {
    shown,
    async step(title, run) {
      const end = running.get(title);
      try {
        const result = await run();
        end?.resolve('done');
        return result;
      } catch (error) {
        end?.reject(error instanceof Error ? error : new Error(String(error)));
        throw error;
      }
    },
    end() {
      for (const { resolve } of running.values()) resolve('skipped');
      return shown;
    },
  };
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const plain = () => (text: string | undefined) => text ?? '';
const dim = () => (text: string | undefined) => `\u001b[2m${text ?? ''}\u001b[22m`;
