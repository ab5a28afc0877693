import type { Sender } from '../sender.ts';
import { distribution } from './distribution.ts';

/** Every kind of sender there is a hook for, by its name in the path. A new one is a file here and a line below. */
export const senders: ReadonlyMap<string, Sender> = new Map([distribution].map((sender) => [sender.name, sender]));
