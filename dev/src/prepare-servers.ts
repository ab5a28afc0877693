import { cacheDir, findTool, missingTools, type Progress } from '@tagstream/servers';
import { Listr } from 'listr2';

/**
 * Builds the servers that this machine does not have yet, one line a server, and says where they go. Silent when there is
 * nothing to do.
 *
 * @throws ServersError `not_installed`, `build_failed`.
 */
export async function prepareServers(): Promise<void> {
  const missing = await missingTools();
  if (missing.length === 0) return;
  const minutes = Math.ceil(missing.reduce((sum, tool) => sum + tool.expectedBuildMs, 0) / 60_000);
  console.log(`Getting the servers, once, into ${cacheDir(process.env)}; about ${minutes} min on two cores.`);
  const tasks = missing.map((tool) => ({
    title: `${tool.name} ${tool.version}`,
    task: async (_context: unknown, task: { output: string }): Promise<void> => {
      await findTool(tool, {
        onProgress: (progress) => {
          task.output = describeProgress(progress);
        },
      });
    },
  }));
  await new Listr(tasks, {
    concurrent: false,
    registerSignalListeners: false,
    fallbackRenderer: 'simple',
    rendererOptions: { collapseErrors: false },
  }).run();
}

/** `35 s of about 240 s: downloading k8s.io/api v0.36.3` */
function describeProgress({ elapsedMs, expectedMs, detail }: Progress): string {
  const times = `${Math.round(elapsedMs / 1000)} s of about ${Math.round(expectedMs / 1000)} s`;
  return detail ? `${times}: ${detail}` : times;
}
