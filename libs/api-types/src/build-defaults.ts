import type { BuildOutput } from './build.ts';
import type { NormalBuildStrategy } from './build-config-normal.ts';
import type { BuildSource } from './build-source.ts';
import type { BuildStrategy } from './build-strategy.ts';
import type { ObjectReference } from './meta.ts';

/** OpenShift: the type is computed anew from the strategy that is there; `type: Docker` alone is an empty Docker strategy. */
export function normalBuildStrategy(strategy: BuildStrategy | null | undefined): NormalBuildStrategy {
  const { dockerStrategy, sourceStrategy, customStrategy, jenkinsPipelineStrategy } = strategy ?? {};
  const rest = { ...strategy };
  if (dockerStrategy || (strategy?.type === 'Docker' && !sourceStrategy && !customStrategy)) {
    const from = dockerStrategy?.from;
    return {
      ...rest,
      type: 'Docker',
      dockerStrategy: { ...dockerStrategy, ...(from && { from: tagReference(from) }) },
    };
  }
  if (sourceStrategy) {
    const from = tagReference(sourceStrategy.from ?? {});
    return { ...rest, type: 'Source', sourceStrategy: { ...sourceStrategy, from } };
  }
  if (customStrategy) {
    const from = tagReference(customStrategy.from ?? {});
    return { ...rest, type: 'Custom', customStrategy: { ...customStrategy, from } };
  }
  if (jenkinsPipelineStrategy) return { ...rest, type: 'JenkinsPipeline', jenkinsPipelineStrategy };
  return { ...rest, type: '' };
}

/** OpenShift: Git wins over Binary, then Dockerfile, Image, None; `type: Binary` alone is an empty binary source. */
export function normalBuildSource(source: BuildSource): BuildSource {
  const binary = source.binary ?? (source.type === 'Binary' ? {} : undefined);
  return { ...source, ...(binary && { binary }), type: sourceType({ ...source, ...(binary && { binary }) }) };
}

/** OpenShift: an output without kind, or of kind ImageStream, is the tag `latest` of a stream. */
export function normalBuildOutput(output: BuildOutput): BuildOutput {
  return output.to ? { ...output, to: tagReference(output.to) } : output;
}

function sourceType(source: BuildSource): NonNullable<BuildSource['type']> {
  if (source.git) return 'Git';
  if (source.binary) return 'Binary';
  if (source.dockerfile != null) return 'Dockerfile';
  return (source.images ?? []).length > 0 ? 'Image' : 'None';
}

/** OpenShift: kind ImageStream means its tag `latest`; no kind means ImageStreamTag. */
function tagReference(reference: ObjectReference): ObjectReference {
  if (reference.kind === 'ImageStream') {
    return { ...reference, kind: 'ImageStreamTag', name: withTag(reference.name ?? '') };
  }
  return reference.kind ? reference : { ...reference, kind: 'ImageStreamTag' };
}

const withTag = (name: string): string => (name === '' || name.includes(':') ? name : `${name}:latest`);
