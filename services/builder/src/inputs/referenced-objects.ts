import { type Build, type EnvVar, normalBuildStrategy } from '@tagstream/api-types';

/** Names of the objects of a Build's namespace that it needs. */
export interface ReferencedObjects {
  readonly secrets: readonly string[];
  readonly configMaps: readonly string[];
}

/** Every Secret and ConfigMap that a Build names, whatever for; sorted, each once. */
export function referencedObjects({ spec }: Build): ReferencedObjects {
  const { source, output } = spec;
  const strategy = normalBuildStrategy(spec.strategy);
  const docker = strategy.type === 'Docker' ? strategy.dockerStrategy : undefined;
  const s2i = strategy.type === 'Source' ? strategy.sourceStrategy : undefined;
  const env = [...(docker?.env ?? []), ...(docker?.buildArgs ?? []), ...(s2i?.env ?? [])];
  return {
    secrets: sorted([
      source?.sourceSecret?.name,
      output?.pushSecret?.name,
      docker?.pullSecret?.name,
      s2i?.pullSecret?.name,
      ...(source?.images ?? []).map(({ pullSecret }) => pullSecret?.name),
      ...(source?.secrets ?? []).map(({ secret }) => secret.name),
      ...env.map((variable) => selected(variable, 'secretKeyRef')),
    ]),
    configMaps: sorted([
      ...(source?.configMaps ?? []).map(({ configMap }) => configMap.name),
      ...env.map((variable) => selected(variable, 'configMapKeyRef')),
    ]),
  };
}

function selected({ valueFrom }: EnvVar, member: 'secretKeyRef' | 'configMapKeyRef'): string | undefined {
  const source = valueFrom as Partial<Record<typeof member, { name?: string } | null>> | null | undefined; // the API server has checked the shape
  return source?.[member]?.name;
}

function sorted(names: readonly (string | null | undefined)[]): string[] {
  return [...new Set(names.filter((name): name is string => Boolean(name)))].sort();
}
