import type { TriggerChange } from '@tagstream/deployment';
import { ImageRefError, parseImageReference, printImageReference } from '@tagstream/image-ref';
import { usageError } from '../cli-error.ts';

/** The options of `set triggers` that say what to change. */
export interface TriggerOptions {
  readonly remove?: true;
  readonly removeAll?: true;
  readonly auto?: true;
  readonly manual?: true;
  readonly fromConfig?: true;
  readonly fromImage?: string;
  readonly containers?: string;
}

/**
 * What the options ask for; undefined when nothing, which is to print. The refusals are those of `oc set triggers`.
 * @param namespace of the objects: a tag in it is named without
 * @throws CliError usage
 */
export function triggerChange(options: TriggerOptions, namespace: string): TriggerChange | undefined {
  const { remove = false, removeAll = false, auto = false, manual = false, fromConfig = false, fromImage } = options;
  const types = Number(fromConfig) + Number(fromImage !== undefined);
  if (auto && manual) throw usageError('you must specify at most one of --auto or --manual');
  if (remove && removeAll) throw usageError('you must specify either --remove or --remove-all');
  if (removeAll && (types > 0 || auto || manual)) throw usageError('--remove-all may not be used with any other flag');
  if (remove && types === 0) throw usageError('--remove requires a flag defining a trigger type to be specified');
  if (types > 1) throw usageError('you may only set one trigger type at a time');
  if (removeAll) return { kind: 'remove-all' };
  if (fromConfig) return { kind: 'config', remove };
  if (fromImage !== undefined) {
    const containers = options.containers ? options.containers.split(',') : [];
    return { kind: 'image', remove, auto: !manual, ...tagOf(fromImage, namespace), containers };
  }
  return auto || manual ? { kind: 'all', auto } : undefined;
}

function tagOf(text: string, namespace: string): { from: string; namespace: string } {
  const ref = parsed(text);
  if (ref.registry !== '' || ref.digest !== '') {
    throw usageError('the value of --from-image must point to an image stream tag on this server');
  }
  if (ref.tag === '') throw usageError('the value of --from-image must include the tag you wish to pull from');
  const from = printImageReference({ ...ref, namespace: '' });
  return { from, namespace: ref.namespace === namespace ? '' : ref.namespace };
}

function parsed(text: string) {
  try {
    return parseImageReference(text);
  } catch (error) {
    if (!(error instanceof ImageRefError)) throw error;
    const problem = 'the value of --from-image does not appear to be a valid reference to an image';
    throw usageError(`${problem}: ${error.message}`);
  }
}
