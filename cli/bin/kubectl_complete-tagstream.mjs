#!/usr/bin/env node
/** kubectl asks the program of this name on PATH how to complete `kubectl tagstream …`. */
import { fileURLToPath } from 'node:url';

process.argv.splice(1, 1, fileURLToPath(new URL('tagstream.mjs', import.meta.url)), 'complete', '--');
await import('./tagstream.mjs');
