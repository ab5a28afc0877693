import { KubeError } from './kube-error.ts';
import type { Answer, Call } from './transport.ts';

/** The JSON of an answer. @throws KubeError `unknown` when it is none: something that is no API server answered. */
export function parseAnswer(call: Pick<Call, 'method' | 'path'>, answer: Answer): unknown {
  try {
    return JSON.parse(answer.text);
  } catch (cause) {
    const start = answer.text.slice(0, 100);
    throw new KubeError('unknown', `${call.method} ${call.path}: answer is not JSON: ${start}`, { cause });
  }
}
