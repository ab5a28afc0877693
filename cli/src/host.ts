/** What a command sees of the process that it runs in. */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How the program was called: `tagstream`, or `kubectl tagstream`. */
  readonly programName: string;
  /** Writes to standard output as it is: the result. */
  readonly out: (text: string) => void;
  /** Writes to standard error as it is: what a person is told besides. */
  readonly err: (text: string) => void;
  /** Whether colours are shown on each of the two. */
  readonly colour: { readonly out: boolean; readonly err: boolean };
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
}
