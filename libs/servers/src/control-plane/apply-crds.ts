import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { waitUntil } from '../wait-until.ts';
import { type KubeRequester, kubeRequester } from './kube-request.ts';

interface CustomResourceDefinition {
  readonly kind?: string;
  readonly metadata: { readonly name: string };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
/** The API server compiles a large schema in about a second. */
const ESTABLISHED_TIMEOUT_MS = 60_000;

/**
 * Applies every CustomResourceDefinition in the YAML files of a directory and waits until the API server serves them.
 *
 * @returns their names; none where the directory does not exist.
 * @throws ServersError `request_failed`, `timeout`.
 */
export async function applyCrds(kubeconfigPath: string, dir: string): Promise<readonly string[]> {
  if (!existsSync(dir)) return [];
  const definitions = await readDefinitions(dir);
  const kube = await kubeRequester(kubeconfigPath);
  try {
    for (const each of definitions) await kube.apply(`${CRDS}/${each.metadata.name}`, each);
    for (const each of definitions) await established(kube, each.metadata.name);
  } finally {
    kube.close();
  }
  return definitions.map((each) => each.metadata.name);
}

async function readDefinitions(dir: string): Promise<readonly CustomResourceDefinition[]> {
  const found: CustomResourceDefinition[] = [];
  for await (const file of glob('**/*.{yaml,yml}', { cwd: dir })) {
    for (const document of parseAllDocuments(await readFile(join(dir, file), 'utf8'))) {
      const object = document.toJS() as CustomResourceDefinition | null;
      if (object?.kind === 'CustomResourceDefinition') found.push(object);
    }
  }
  return found;
}

async function established(kube: KubeRequester, name: string): Promise<void> {
  await waitUntil(`Establishment of ${name}`, ESTABLISHED_TIMEOUT_MS, async () => {
    const definition = (await kube.get(`${CRDS}/${name}`)) as CustomResourceDefinition | undefined;
    const conditions = definition?.status?.conditions ?? [];
    return conditions.some((each) => each.type === 'Established' && each.status === 'True') || undefined;
  });
}
