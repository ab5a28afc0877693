import { readFile, stat } from 'node:fs/promises';
import { Type } from 'typebox';
import { Check, Errors } from 'typebox/value';
import { parse } from 'yaml';
import { kindId, type WorkloadKind, workloadKinds } from './workload-kind.ts';

/** A ConfigMap holds at most 1 MiB. */
const MAX_BYTES = 1024 * 1024;

/** Each kind is a watch of its own, for as long as the service runs. */
const MAX_KINDS = 50;

const Kinds = Type.Object(
  {
    workloads: Type.Array(
      Type.Object(
        {
          group: Type.String(),
          version: Type.String({ minLength: 1 }),
          resource: Type.String({ pattern: '^[a-z][a-z0-9-]*$' }),
          kind: Type.String({ pattern: '^[A-Z][A-Za-z0-9]*$' }),
          podSpecPath: Type.String({ pattern: '^[A-Za-z][A-Za-z0-9]*(\\.[A-Za-z][A-Za-z0-9]*)*$' }),
        },
        { additionalProperties: false },
      ),
      { maxItems: MAX_KINDS },
    ),
  },
  { additionalProperties: false },
);

/** Reads the file that `TAGSTREAM_WORKLOADS` names. @throws Error that says what to mend. */
export async function readKinds(path: string): Promise<readonly WorkloadKind[]> {
  const { size } = await stat(path);
  if (size > MAX_BYTES) throw new Error(`${path} has ${size} bytes: at most ${MAX_BYTES} are read`);
  return parseKinds(await readFile(path, 'utf8'));
}

/**
 * Reads a list of further kinds of workloads, YAML or JSON:
 *
 *     workloads:
 *       - { group: argoproj.io, version: v1alpha1, resource: rollouts, kind: Rollout, podSpecPath: spec.template.spec }
 *
 * @throws Error that says what to mend.
 */
export function parseKinds(text: string): readonly WorkloadKind[] {
  const value: unknown = parse(text);
  if (!Check(Kinds, value)) {
    const [problem] = Errors(Kinds, value);
    throw new Error(`${problem?.instancePath || 'the file'} ${problem?.message}: list the kinds below "workloads"`);
  }
  const kinds = value.workloads.map(
    ({ group, version, resource: plural, kind, podSpecPath }): WorkloadKind => ({
      resource: { group, version, plural, kind, namespaced: true },
      base: podSpecPath,
    }),
  );
  const seen = new Set(workloadKinds.map(kindId));
  for (const id of kinds.map(kindId)) {
    if (seen.has(id)) throw new Error(`${id} is listed twice or built in: remove it`);
    seen.add(id);
  }
  return kinds;
}
