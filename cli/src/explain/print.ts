import type { Host } from '../host.ts';
import { styled } from '../style.ts';
import { GAP, table } from '../table.ts';
import type { Finding, FindingKind } from './finding.ts';

/** A container and what it runs. */
export interface ShownImage {
  /** Name of the container, or of the tag. */
  readonly name: string;
  readonly image: string;
}

const COLOURS = { ok: 'green', waiting: 'yellow', problem: 'red', unknown: 'gray' } as const satisfies Record<
  FindingKind,
  string
>;

/** The explanation for people: what runs, then a line for each finding, and below it what to do. */
export function explanationText(
  title: string,
  images: readonly ShownImage[],
  findings: readonly Finding[],
  { colour }: Pick<Host, 'colour'>,
): string {
  const running = table(images.map(({ name, image }) => [`  ${name}`, image || 'no image']));
  const rows = table(
    findings.map(({ kind, about, text }) => [styled(kind.toUpperCase(), COLOURS[kind], colour.out), about, text]),
  )
    .split('\n')
    .slice(0, findings.length);
  const indent = ' '.repeat(Math.max(0, ...findings.map(({ kind }) => kind.length)) + GAP);
  const lines = findings.flatMap(({ advice }, index) => [
    `${rows[index]}\n`,
    ...(advice === undefined ? [] : [`${indent}${styled(`→ ${advice}`, 'dim', colour.out)}\n`]),
  ]);
  return `${styled(title, 'bold', colour.out)}\n${running}\n${lines.join('')}`;
}
