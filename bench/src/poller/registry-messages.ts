/** What a counting registry was asked since its counts were cleared. */
export interface RegistryCounts {
  readonly heads: number;
  readonly gets: number;
  readonly tokens: number;
  /** Requests without a valid token, answered with a challenge. */
  readonly refused: number;
  /** Requests for manifests and blobs that were being served at the same time, at most. */
  readonly maxInFlight: number;
  /** Connections open at the same time, at most. */
  readonly maxSockets: number;
  /** How often each tag was asked about: `team-1/app-2:v3`. */
  readonly perTag: Readonly<Record<string, number>>;
}

/** What its owner asks of a counting registry. */
export type RegistryCommand = 'read' | 'clear';

/** What it says: its address once, then its counts for each command. */
export type RegistryMessage =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'counts'; readonly counts: RegistryCounts };
