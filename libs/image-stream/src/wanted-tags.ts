import { type ImageStream, type SpecTag, specTag, specTags } from '@tagstream/api-types';
import { isInsecureRepository, listedRepository } from './repository-import.ts';

/**
 * The tags that a stream wants filled, in the order of their names: those of its spec, and those of the repository that it
 * imports as a whole, each as if the spec had a DockerImage tag `<repository>:<tag>`. OpenShift writes these into the
 * spec; here the spec stays its writer's alone. A tag that the spec gives a source counts as the spec says.
 */
export function wantedTags(stream: ImageStream): readonly SpecTag[] {
  const lent = repositoryTags(stream);
  if (lent.size === 0) return specTags(stream);
  for (const tag of specTags(stream)) {
    if (tag.from !== undefined || !lent.has(tag.name)) lent.set(tag.name, tag);
  }
  return [...lent.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The wanted tag of that name, if there is one. */
export function wantedTag(stream: ImageStream, name: string): SpecTag | undefined {
  const tag = specTag(stream, name);
  return tag?.from === undefined ? (repositoryTags(stream).get(name) ?? tag) : tag;
}

/** Tags by the repository's doing, while the spec still names that repository. */
function repositoryTags(stream: ImageStream): Map<string, SpecTag> {
  const repository = stream.spec?.dockerImageRepository ?? '';
  const listed = repository === '' ? undefined : listedRepository(stream, repository);
  return new Map((listed?.tags ?? []).map((name) => [name, tagOfRepository(stream, repository, name)]));
}

function tagOfRepository(stream: ImageStream, repository: string, name: string): SpecTag {
  const policies = specTag(stream, name);
  return {
    name,
    annotations: policies?.annotations ?? {},
    from: { kind: 'DockerImage', namespace: stream.metadata.namespace ?? '', name: `${repository}:${name}` },
    reference: false,
    reimport: policies?.reimport ?? false,
    insecure: policies?.insecure || isInsecureRepository(stream),
    scheduled: policies?.scheduled ?? false,
    importMode: policies?.importMode ?? 'Legacy',
    referencePolicy: policies?.referencePolicy ?? 'Source',
  };
}
