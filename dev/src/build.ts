/**
 * Bundles services into one file each, `dist/<service>.mjs`, for their images.
 *
 *     node dev/src/build.ts              every service
 *     node dev/src/build.ts poller       one of them
 */
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const SERVICES_DIR = new URL('../../services/', import.meta.url);
const DIST_DIR = new URL('../../dist/', import.meta.url);

/** CommonJS packages inside an ES module bundle look for `require`. */
const REQUIRE_BANNER =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);";

const known = readdirSync(SERVICES_DIR);
const { positionals } = parseArgs({ allowPositionals: true });
const unknown = positionals.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`No service named ${unknown.join(', ')}. There are: ${known.join(', ')}.`);
  process.exit(2);
}

for (const name of positionals.length > 0 ? positionals : known) {
  const result = await build({
    entryPoints: [new URL(`${name}/src/main.ts`, SERVICES_DIR).pathname],
    outfile: new URL(`${name}.mjs`, DIST_DIR).pathname,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    sourcemap: true,
    metafile: true,
    logLevel: 'warning',
    banner: { js: REQUIRE_BANNER },
  });
  const bytes = Object.entries(result.metafile.outputs).find(([file]) => file.endsWith('.mjs'))?.[1].bytes ?? 0;
  console.log(`dist/${name}.mjs  ${(bytes / 1024).toFixed(0)} kB`);
}
