/** Hosts that are this machine: what is pushed to them does not leave it, and they have no certificates. */
const LOOPBACK = /(?<![\w.-])(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?(?=\/)/g;

/** Registries on this machine that texts (references, a Dockerfile) name. */
export function loopbackRegistries(texts: readonly string[]): string[] {
  return [...new Set(texts.flatMap((text) => text.match(LOOPBACK) ?? []))];
}

/** containers-registries.conf(5): short names mean Docker Hub; these registries are reached without TLS, or with any certificate. */
export function registriesConf(insecure: readonly string[]): string {
  const entries = [...new Set(insecure)].map(
    (host) => `\n[[registry]]\nlocation = ${JSON.stringify(host)}\ninsecure = true\n`,
  );
  return `unqualified-search-registries = ["docker.io"]\nshort-name-mode = "disabled"\n${entries.join('')}`;
}

/** containers-policy.json(5): images are not required to be signed. */
export const SIGNATURE_POLICY = '{"default":[{"type":"insecureAcceptAnything"}]}\n';
