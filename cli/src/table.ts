import { stripVTControlCharacters } from 'node:util';

/** Spaces between columns. */
export const GAP = 3;

/** Rows as columns of equal width, each line ended; colours do not count. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, width(cell));
  }
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell + ' '.repeat(widths[column]! - width(cell) + GAP)).join('');
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('');
}

function width(cell: string): number {
  return stripVTControlCharacters(cell).length;
}
