import { readFileSync, writeFileSync } from 'node:fs';
import type { OpenApiSchemas } from './src/pod-template.ts';
import { storedSchemas } from './src/pod-template.ts';
import { renderDefinitions } from './src/render.ts';
import { pruned } from './src/stored-schemas.ts';

/**
 * Writes the custom resource definitions of this folder.
 *
 *     node deploy/crds/generate.ts
 *
 * takes the pod template's schema from src/core-v1.generated.json. To take over a newer Kubernetes, pipe in what its API
 * server says about its own types:
 *
 *     kubectl get --raw /openapi/v3/api/v1 | node deploy/crds/generate.ts --fetched
 */
if (process.argv.includes('--fetched')) {
  const document = JSON.parse(readFileSync(0, 'utf8')) as { components: { schemas: OpenApiSchemas } };
  const file = new URL('./src/core-v1.generated.json', import.meta.url);
  writeFileSync(file, `${JSON.stringify(pruned(document), null, 1)}\n`);
}
for (const [name, text] of Object.entries(renderDefinitions(storedSchemas()))) {
  writeFileSync(new URL(name, import.meta.url), text);
}
