import type { Build, EnvVar } from '@tagstream/api-types';
import { BuildFailure } from '../build-failure.ts';
import type { Variable } from '../dockerfile/edit-dockerfile.ts';

/** A key of a ConfigMap or Secret. */
export interface KeySelector {
  readonly name: string;
  readonly key: string;
  readonly optional?: boolean;
}

/** The members of `valueFrom` that a build can use. */
interface ValueSource {
  readonly secretKeyRef?: KeySelector | null;
  readonly configMapKeyRef?: KeySelector | null;
  readonly fieldRef?: { readonly fieldPath: string } | null;
}

/** Decoded data of the objects that a build names, by their names; absent ones are missing. */
export interface InputData {
  readonly secrets: ReadonlyMap<string, Readonly<Record<string, Uint8Array>>>;
  readonly configMaps: ReadonlyMap<string, Readonly<Record<string, Uint8Array>>>;
}

/** Variables with their values, and which of the values came out of Secrets. */
export interface ResolvedEnv {
  readonly variables: readonly Variable[];
  readonly secrets: readonly string[];
}

/**
 * The values of variables: given, or taken from ConfigMaps, Secrets and the Build's own metadata. `$(NAME)` stands for an
 * earlier variable, `$$` for a dollar sign before a parenthesis, as in Kubernetes.
 * @throws BuildFailure `UnresolvableEnvironmentVariable`
 */
export function resolveEnv(env: readonly EnvVar[], build: Build, data: InputData): ResolvedEnv {
  const values = new Map<string, string>();
  const secrets: string[] = [];
  const variables = env.flatMap((variable) => {
    const source = variable.valueFrom as ValueSource | null | undefined; // the API server has checked the shape
    const value = source ? valueFrom(source, variable.name, build, data) : expand(variable.value ?? '', values);
    if (value === undefined) return [];
    if (source?.secretKeyRef) secrets.push(value);
    values.set(variable.name, value);
    return [{ name: variable.name, value }];
  });
  return { variables, secrets };
}

/** Undefined: the source is optional, and not there. */
function valueFrom(source: ValueSource, name: string, build: Build, data: InputData): string | undefined {
  const { secretKeyRef, configMapKeyRef, fieldRef } = source;
  if (secretKeyRef) return keyOf('Secret', secretKeyRef, data.secrets, name);
  if (configMapKeyRef) return keyOf('ConfigMap', configMapKeyRef, data.configMaps, name);
  const value = fieldRef && fieldOf(fieldRef.fieldPath, build);
  if (value != null) return value;
  throw unresolvable(name, 'its source is not supported in builds');
}

function keyOf(
  kind: string,
  selector: KeySelector,
  objects: ReadonlyMap<string, Readonly<Record<string, Uint8Array>>>,
  variable: string,
): string | undefined {
  const bytes = objects.get(selector.name)?.[selector.key];
  if (bytes !== undefined) return Buffer.from(bytes).toString('utf8');
  if (selector.optional) return undefined;
  throw unresolvable(variable, `${kind} ${selector.name} has no key ${selector.key}, or does not exist`);
}

function fieldOf(path: string, { metadata }: Build): string | undefined {
  const [, member, key] = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(path) ?? [];
  if (member === 'labels') return metadata.labels?.[key!] ?? '';
  if (member === 'annotations') return metadata.annotations?.[key!] ?? '';
  if (path === 'metadata.name') return metadata.name;
  if (path === 'metadata.namespace') return metadata.namespace ?? '';
  return path === 'metadata.uid' ? (metadata.uid ?? '') : undefined;
}

function expand(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(/\$\$|\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)/g, (found, name: string | undefined) => {
    if (name === undefined) return '$';
    return values.get(name) ?? found;
  });
}

function unresolvable(name: string, why: string): BuildFailure {
  return new BuildFailure('UnresolvableEnvironmentVariable', `The variable ${name} cannot be resolved: ${why}.`);
}
