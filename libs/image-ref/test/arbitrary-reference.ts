import fc from 'fast-check';

const HEX = [...'0123456789abcdef'];
const component = fc.stringMatching(/^[a-z0-9]{1,8}(?:(?:[._]|__|-{1,3})[a-z0-9]{1,8}){0,2}$/);
const host = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9]{1,8}\.[a-z]{2,5}(?::[1-9][0-9]{0,4})?$/),
  fc.stringMatching(/^[A-Za-z0-9]{1,8}:[1-9][0-9]{0,4}$/),
  fc.constantFrom('localhost', 'localhost:5000', '[::1]:5000', '127.0.0.1:5000', 'docker.io', 'index.docker.io'),
);
const tag = fc.stringMatching(/^\w[\w.-]{0,20}$/);
const digest = fc
  .array(fc.constantFrom(...HEX), { minLength: 64, maxLength: 64 })
  .map((hex) => `sha256:${hex.join('')}`);

/** Texts that are image references with a name, of all shapes. */
export const referenceText = fc
  .record({
    host: fc.option(host),
    path: fc.array(component, { minLength: 1, maxLength: 4 }),
    tag: fc.option(tag),
    digest: fc.option(digest),
  })
  // Without a registry, a first component with a dot would be one, and so would a single `localhost…`.
  .filter((r) => r.host !== null || !/\.|^localhost/.test(r.path[0] as string))
  .map(
    (r) =>
      `${r.host === null ? '' : `${r.host}/`}${r.path.join('/')}${r.tag === null ? '' : `:${r.tag}`}${r.digest === null ? '' : `@${r.digest}`}`,
  );
