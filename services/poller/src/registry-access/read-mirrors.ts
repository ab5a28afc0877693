import type { Mirror, MirrorRule } from '@tagstream/registry';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { parseAllDocuments } from 'yaml';

const Location = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9.-]*(:\\d+)?(/[a-z0-9._/-]*[a-z0-9])?$' });
const Rule = Type.Object({
  source: Type.String({ pattern: '^(\\*\\.)?[A-Za-z0-9][A-Za-z0-9.-]*(:\\d+)?(/[a-z0-9._/-]*[a-z0-9])?$' }),
  mirrors: Type.Optional(
    Type.Array(Type.Union([Location, Type.Object({ location: Location, insecure: Type.Optional(Type.Boolean()) })])),
  ),
  mirrorSourcePolicy: Type.Optional(
    Type.Union([Type.Literal('AllowContactingSource'), Type.Literal('NeverContactSource')]),
  ),
});
const Rules = Type.Optional(Type.Array(Rule));
const Lists = Type.Object({
  mirrors: Rules,
  imageDigestMirrors: Rules,
  imageTagMirrors: Rules,
  repositoryDigestMirrors: Rules,
});
const Document = Compile(Lists);

/** Which references the mirrors of each list are asked for. */
const PULL: Readonly<Record<keyof Static<typeof Lists>, Mirror['pull']>> = {
  mirrors: 'all',
  imageDigestMirrors: 'digest-only',
  imageTagMirrors: 'tag-only',
  repositoryDigestMirrors: 'digest-only',
};

/**
 * Reads the mirrors of a YAML text: `mirrors` for every reference, `imageDigestMirrors` and `imageTagMirrors` for one kind.
 * OpenShift's objects ImageDigestMirrorSet, ImageTagMirrorSet and ImageContentSourcePolicy may stand there as they are, as
 * documents of their own.
 * @throws Error that says what is wrong.
 */
export function readMirrors(text: string): readonly MirrorRule[] {
  return parseAllDocuments(text).flatMap((document, index) => {
    const [problem] = document.errors;
    if (problem !== undefined) throw new Error(`it is not YAML: ${problem.message.split('\n', 1)[0]}`);
    const value: unknown = document.toJS();
    return value === null ? [] : rulesOf(value, index);
  });
}

function rulesOf(value: unknown, index: number): readonly MirrorRule[] {
  const spec = typeof value === 'object' && value !== null && 'spec' in value ? value.spec : value;
  if (!Document.Check(spec)) {
    const [first] = Document.Errors(spec);
    const place = first?.instancePath === '' ? 'its top' : first?.instancePath;
    throw new Error(`document ${index + 1} is no list of mirrors: at ${place} it ${first?.message}`);
  }
  const lists = Object.keys(PULL) as (keyof typeof PULL)[]; // keys of a literal above
  const rules = lists.flatMap((list) => (spec[list] ?? []).map((rule) => toRule(rule, PULL[list])));
  if (lists.every((list) => spec[list] === undefined)) {
    throw new Error(`document ${index + 1} holds none of ${lists.join(', ')}`);
  }
  return rules;
}

function toRule(rule: Static<typeof Rule>, pull: Mirror['pull']): MirrorRule {
  return {
    source: rule.source,
    mirrors: (rule.mirrors ?? []).map((mirror) =>
      typeof mirror === 'string'
        ? { location: mirror, pull, insecure: false }
        : { location: mirror.location, pull, insecure: mirror.insecure ?? false },
    ),
    neverContactSource: rule.mirrorSourcePolicy === 'NeverContactSource',
  };
}
