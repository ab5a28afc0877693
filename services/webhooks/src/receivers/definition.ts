import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { LineCounter, parseDocument } from 'yaml';
import { jwksUrl } from '../proofs/jwks-url.ts';
import { senders } from '../senders/index.ts';
import { invalidNetworks } from './networks.ts';
import { ReceiversError } from './receivers-error.ts';

/** Most hooks of one service: each is a name in metrics. */
const MAX_RECEIVERS = 1000;

const List = (item: string, maxItems: number) =>
  Type.Array(Type.String({ minLength: 1, description: item }), { maxItems });

const closed = { additionalProperties: false } as const;

/** Where a secret is. A file can hold two, one a line: that is how one is changed without a gap. */
const SecretSource = Type.Union([
  Type.Object({ value: Type.String({ minLength: 1 }) }, closed),
  Type.Object({ file: Type.String({ minLength: 1 }) }, closed),
  Type.Object({ env: Type.String({ minLength: 1 }) }, closed),
]);

const Oidc = Type.Object(
  {
    issuer: Type.String({ pattern: '^https?://' }),
    audience: Type.String({ minLength: 1 }),
    /** Where the issuer's keys are; known for some, see {@link jwksUrl}. */
    jwksUrl: Type.Optional(Type.String({ pattern: '^https?://' })),
    claims: Type.Record(Type.String(), Type.Union([Type.String(), Type.Boolean(), List('pattern', 100)])),
  },
  closed,
);

const Definition = Type.Object(
  {
    name: Type.String({ pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$' }),
    sender: Type.String(),
    secrets: Type.Optional(Type.Array(SecretSource, { minItems: 1, maxItems: 8 })),
    oidc: Type.Optional(Oidc),
    allowAnybody: Type.Optional(Type.Boolean()),
    networks: Type.Optional(List('CIDR', 1000)),
    repositories: Type.Optional(List('pattern', 1000)),
    registry: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9.:[\\]-]+$' })),
    registries: Type.Optional(
      Type.Record(Type.String(), Type.String({ pattern: '^[A-Za-z0-9.:[\\]-]+(/[a-z0-9._/-]+)?$' })),
    ),
    topics: Type.Optional(
      Type.Array(Type.String({ pattern: '^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_.-]+$' })),
    ),
  },
  closed,
);

/** A receiver as the file has it. */
export type ReceiverDefinition = Static<typeof Definition>;

const validFile = Compile(Type.Object({ receivers: Type.Array(Type.Unknown(), { maxItems: MAX_RECEIVERS }) }, closed));
const validDefinition = Compile(Definition);

/** Options that only some senders understand. */
const SPECIAL_OPTIONS = ['registries', 'topics'] as const;

/**
 * Reads the receivers file. Nothing that it holds gets into an error: it may hold secrets.
 * @throws ReceiversError with every problem.
 */
export function parseReceivers(yaml: string): readonly ReceiverDefinition[] {
  const value = parseYaml(yaml);
  if (!validFile.Check(value)) {
    throw new ReceiversError(['The file needs a list "receivers" and nothing beside it.']);
  }
  const seen = new Set<string>();
  const problems: string[] = [];
  const definitions = value.receivers.flatMap((one, index) => {
    if (!validDefinition.Check(one)) {
      const [error] = validDefinition.Errors(one);
      const wrong = error?.keyword === 'boolean' ? 'is no option' : error?.message;
      problems.push(`receivers[${index}]${error?.instancePath.replaceAll('/', '.')} ${wrong}.`);
      return [];
    }
    problems.push(...problemsOf(one, seen).map((problem) => `receivers[${index}] (${one.name}): ${problem}`));
    seen.add(one.name);
    return [one];
  });
  if (problems.length > 0) throw new ReceiversError(problems);
  return definitions;
}

function problemsOf(definition: ReceiverDefinition, seen: ReadonlySet<string>): readonly string[] {
  const { name, sender: senderName, secrets, oidc, allowAnybody, networks = [] } = definition;
  const sender = senders.get(senderName);
  const ways = [secrets, oidc, allowAnybody || undefined].filter((way) => way !== undefined).length;
  const unknownOptions = SPECIAL_OPTIONS.filter((key) => definition[key] && !sender?.options?.includes(key));
  return [
    ...(seen.has(name) ? ['there is another receiver of this name.'] : []),
    ...(sender === undefined ? [`there is no such sender; there are ${[...senders.keys()].join(', ')}.`] : []),
    ...(ways === 1 ? [] : ['it needs exactly one of secrets, oidc and allowAnybody: true.']),
    ...(oidc && Object.keys(oidc.claims).length === 0
      ? ['oidc.claims must say whose tokens count: an audience is not a secret.']
      : []),
    ...(oidc && jwksUrl(oidc.issuer, oidc.jwksUrl) === undefined
      ? ['oidc.jwksUrl must be the https address of the keys of this issuer.']
      : []),
    ...invalidNetworks(networks).map((network) => `"${network}" is no network; write it like 10.0.0.0/8.`),
    ...(sender === undefined ? [] : unknownOptions.map((key) => `the sender ${senderName} has no option "${key}".`)),
  ];
}

function parseYaml(text: string): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  if (document.errors.length > 0) {
    throw new ReceiversError(
      document.errors.map(({ code, pos }) => `Line ${lineCounter.linePos(pos[0]).line} is not YAML (${code}).`),
    );
  }
  return document.toJS();
}
