import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { RegistryCommand, RegistryCounts, RegistryMessage } from './registry-messages.ts';

/** A running registry that counts. */
export interface CountingRegistry extends Disposable {
  /** `127.0.0.1:<port>`; it speaks HTTP. */
  readonly host: string;
  /** What it was asked since the counts were cleared last. */
  read(): Promise<RegistryCounts>;
  /** Starts to count anew. */
  clear(): Promise<void>;
}

/** Starts the registry as a process of its own. @param serviceTimeMs how long each answer takes, tokens excepted. */
export async function startCountingRegistry(serviceTimeMs: number): Promise<CountingRegistry> {
  const child = fork(join(import.meta.dirname, 'counting-registry.ts'), [String(serviceTimeMs)]);
  const next = async (): Promise<RegistryMessage> => {
    const [message] = await once(child, 'message');
    return message as RegistryMessage; // sent by counting-registry.ts only
  };
  const command = async (name: RegistryCommand): Promise<RegistryCounts> => {
    const answer = next();
    child.send(name);
    const message = await answer;
    if (message.kind !== 'counts') throw new Error('the counting registry was started again meanwhile');
    return message.counts;
  };
  const first = await next();
  if (first.kind !== 'listening') throw new Error('the counting registry did not say where it listens');
  return {
    host: `127.0.0.1:${first.port}`,
    read: () => command('read'),
    clear: async () => void (await command('clear')),
    [Symbol.dispose]: () => void child.kill(),
  };
}
