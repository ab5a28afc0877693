import type { NormalImageChangeParams, NormalTrigger } from './deployment-config-normal.ts';
import { type FieldProblem, invalid, required } from './field-problem.ts';
import { streamNameProblems } from './image-stream-validate.ts';
import { isDnsSubdomain } from './names.ts';

/** OpenShift: the rules for triggers. A type that is not known is no problem; such a trigger never fires. */
export function triggerProblems(triggers: readonly NormalTrigger[]): FieldProblem[] {
  return triggers.flatMap((trigger, index) => {
    const field = `spec.triggers[${index}]`;
    if (!trigger.type) return [required(`${field}.type`)];
    if (trigger.type !== 'ImageChange') return [];
    if (trigger.imageChangeParams === undefined) return [required(`${field}.imageChangeParams`)];
    return imageChangeProblems(trigger.imageChangeParams, `${field}.imageChangeParams`);
  });
}

function imageChangeProblems({ from, containerNames }: NormalImageChangeParams, field: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (from.name === '') {
    problems.push(required(`${field}.from`));
  } else {
    if (from.kind !== 'ImageStreamTag') problems.push(invalid(`${field}.from.kind`, 'kind must be an ImageStreamTag'));
    problems.push(...tagNameProblems(from.name, from.namespace, `${field}.from.name`));
    if (from.namespace !== '' && !isDnsSubdomain(from.namespace)) {
      problems.push(invalid(`${field}.from.namespace`, 'must be a lowercase RFC 1123 subdomain'));
    }
  }
  if (containerNames.length === 0) problems.push(required(`${field}.containerNames`));
  return problems;
}

/** OpenShift: `<stream>:<tag>`, both parts filled, the stream with a valid name. */
export function tagNameProblems(name: string, namespace: string, field: string): FieldProblem[] {
  const [stream, tag, ...rest] = name.split(':');
  if (!stream || !tag || rest.length > 0) return [invalid(field, 'must be in the form of <name>:<tag>')];
  return streamNameProblems(namespace, stream).map(({ message }) => invalid(field, message));
}
