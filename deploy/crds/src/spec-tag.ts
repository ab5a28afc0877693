import { objectReference } from './object-reference.ts';
import { flag, list, long, object, type Rule, type Schema, text, textMap } from './schema.ts';

/** More tags than this do not fit into an object together with their history; CEL rules need a limit. */
const MAX_TAGS = 1000;

/** Docker's grammar of references, without its limits of length. */
const PULL_SPEC =
  '^([a-zA-Z0-9][a-zA-Z0-9.-]*(:[0-9]+)?/)?[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*' +
  '(:[a-zA-Z0-9_][a-zA-Z0-9_.-]*)?(@[a-z0-9+._-]+:[0-9a-fA-F]{32,})?$';

const referenceRules: Rule[] = [
  {
    rule: "has(self.kind) && self.kind in ['DockerImage', 'ImageStreamTag', 'ImageStreamImage']",
    message: 'must be "DockerImage", "ImageStreamTag" or "ImageStreamImage"',
    fieldPath: '.kind',
    reason: 'FieldValueRequired',
  },
  {
    rule: "has(self.name) && self.name != ''",
    message: 'a name is required',
    fieldPath: '.name',
    reason: 'FieldValueRequired',
  },
  {
    rule: "!has(self.kind) || self.kind != 'ImageStreamTag' || !has(self.name) || self.name == '' || self.name.matches('^[^:]+(:[^:]+)?$')",
    message: 'must be <tag> or <stream>:<tag>',
    fieldPath: '.name',
  },
  {
    rule: "!has(self.kind) || self.kind != 'ImageStreamImage' || !has(self.name) || self.name == '' || self.name.matches('^[^@]+(@[^@]+)?$')",
    message: 'must be <id> or <stream>@<id>',
    fieldPath: '.name',
  },
  {
    rule: `!has(self.kind) || self.kind != 'DockerImage' || !has(self.name) || self.name == '' || self.name.matches('${PULL_SPEC}')`,
    message: 'must be a pull spec: [host[:port]/]repository[:tag][@digest], without a scheme',
    fieldPath: '.name',
  },
];

const tag: Schema = object(
  'What one tag should follow.',
  {
    name: text('Name of the tag.', { maxLength: 128 }),
    annotations: textMap('Annotations of the tag.'),
    from: objectReference(
      'Where the tag gets its image from. Absent for a tag that is filled by pushes.',
      'DockerImage, ImageStreamTag or ImageStreamImage.',
      'Pull spec, [stream:]tag or [stream@]id, according to kind.',
      { nullable: true, 'x-kubernetes-validations': referenceRules },
    ),
    reference: flag('True: record the pull spec as it is, never import it.'),
    generation: long('Write 0 to ask for a new import. Everything else is managed by the system.', { nullable: true }),
    importPolicy: object(
      'How the image is imported.',
      {
        insecure: flag('Allow plain HTTP and certificates that cannot be verified.'),
        scheduled: flag('Import again at regular intervals.'),
        importMode: text('Legacy: one platform of a manifest list. PreserveOriginal: the list itself.', {
          enum: ['', 'Legacy', 'PreserveOriginal'],
        }),
      },
      { nullable: true },
    ),
    referencePolicy: object(
      'Which pull spec workloads get.',
      {
        type: text('Source: that of the registry it came from. Local: that of the internal registry.', {
          enum: ['', 'Source', 'Local'],
        }),
      },
      { nullable: true },
    ),
  },
  {
    required: ['name'],
    'x-kubernetes-validations': [
      {
        rule: "!has(self.from) || !has(self.from.kind) || !(self.from.kind in ['ImageStreamTag', 'ImageStreamImage']) || !has(self.importPolicy) || !has(self.importPolicy.scheduled) || !self.importPolicy.scheduled",
        message: 'only tags of kind DockerImage can be scheduled for import',
        fieldPath: '.importPolicy.scheduled',
      },
    ],
  },
);

/** `spec.tags` of an ImageStream. */
export const specTags = list('The tags and what each should follow.', tag, {
  maxItems: MAX_TAGS,
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['name'],
});
