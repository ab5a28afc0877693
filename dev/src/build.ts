/**
 * Bundles services for their images: `dist/<service>.mjs` and its source map. What a service imports only when it needs it
 * goes into files beside, `dist/<service>-*.mjs`: in one file it would cost memory, 17 MB for the SDKs of the poller, before
 * anybody needs it.
 *
 *     npm run build                                every service
 *     npm run build -- poller trigger              some of them
 *     npm run build -- --out /tmp/bundles poller   into another directory
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build, type Plugin } from 'esbuild';

const ROOT_DIR = resolve(import.meta.dirname, '../..');
const SERVICES_DIR = join(ROOT_DIR, 'services');

/** CommonJS packages inside an ES module bundle look for `require`. */
const REQUIRE_BANNER =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);";

/**
 * Maps every line of a package's file to the first line of that file: a stack trace names the file, and its line only for
 * our own sources. Node keeps the map in memory; with every line of every package a service takes 200 MB, like this 100 MB.
 */
const mapPackagesCoarsely: Plugin = {
  name: 'map-packages-coarsely',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]node_modules[\\/].*\.[cm]?js$/, namespace: 'file' }, async ({ path }) => {
      const map = { version: 3, sources: [basename(path)], sourcesContent: [''], mappings: 'AAAA' };
      const encoded = Buffer.from(JSON.stringify(map)).toString('base64');
      return {
        contents: `${await readFile(path, 'utf8')}\n//# sourceMappingURL=data:application/json;base64,${encoded}`,
        loader: 'default',
      };
    });
  },
};

const known = readdirSync(SERVICES_DIR).filter((name) => existsSync(join(SERVICES_DIR, name, 'src/main.ts')));
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string', default: join(ROOT_DIR, 'dist') } },
});
const unknown = positionals.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`No service named ${unknown.join(', ')}. There are: ${known.join(', ')}.`);
  process.exit(2);
}

for (const name of positionals.length > 0 ? positionals : known) {
  const outdir = resolve(values.out);
  const outfile = join(outdir, `${name}.mjs`);
  removeParts(outdir, name);
  const result = await build({
    absWorkingDir: ROOT_DIR,
    entryPoints: { [name]: join(SERVICES_DIR, name, 'src/main.ts') },
    outdir,
    outExtension: { '.js': '.mjs' },
    chunkNames: `${name}-[name]-[hash]`,
    splitting: true,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    // Node keeps the text of what it runs: without what only people read it takes 15 MB less.
    minifyWhitespace: true,
    minifySyntax: true,
    sourcemap: true,
    sourcesContent: false, // Node would keep the sources with the map
    metafile: true,
    logLevel: 'warning',
    banner: { js: REQUIRE_BANNER },
    plugins: [mapPackagesCoarsely],
  }).catch((error: unknown) => {
    // esbuild has printed what is wrong with the sources, where and how.
    if (error instanceof Error && 'errors' in error) process.exit(1);
    throw error;
  });
  const files = Object.entries(result.metafile.outputs).filter(([file]) => file.endsWith('.mjs'));
  const bytes = files.find(([, { entryPoint }]) => entryPoint?.endsWith('src/main.ts'))?.[1].bytes ?? 0;
  const beside = files.reduce((sum, [, file]) => sum + file.bytes, -bytes);
  const shown = beside === 0 ? '' : `, and ${(beside / 1024).toFixed(0)} kB in ${files.length - 1} files beside it`;
  console.log(`${relative(process.cwd(), outfile)}  ${(bytes / 1024).toFixed(0)} kB${shown}`);
}

/** The names of parts hold a hash: those of an earlier build would stay. */
function removeParts(outdir: string, name: string): void {
  if (!existsSync(outdir)) return;
  for (const file of readdirSync(outdir)) {
    if (file.startsWith(`${name}-`) && /\.mjs(\.map)?$/.test(file)) rmSync(join(outdir, file));
  }
}
