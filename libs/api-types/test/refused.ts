import { kubectl } from './kubectl.ts';

/** What a row is about, the object, and a part of what kubectl says about it. */
export type RefusedRow = readonly [string, object, string];

/** Creates an object without storing it; resolves with what kubectl complains about. */
export async function complaintAbout(object: object): Promise<string> {
  const { stderr } = await kubectl(CREATE, JSON.stringify(object));
  return stderr;
}

/**
 * Creates the objects of all rows in one call, without storing them; resolves with what kubectl complains about each, in the
 * order of the rows, and empty texts for those that the API server accepts.
 */
export async function complaintsAbout(rows: readonly RefusedRow[]): Promise<readonly string[]> {
  const named = rows.map(([, object], row) => {
    const { name } = (object as { metadata: { name: string } }).metadata;
    // A name of its own tells the complaints apart; where the name is what is wrong, it stays in front.
    return { ...object, metadata: { name: name === 'web' ? nameOf(row) : `${name}--${nameOf(row)}` } };
  });
  const { stderr } = await kubectl(CREATE, named.map((object) => JSON.stringify(object)).join('\n'));
  const complaints = stderr.split(/\n(?=The |Error )/);
  return rows.map((_, row) => complaints.find((text) => new RegExp(`"([a-z-]*--)?${nameOf(row)}"`).test(text)) ?? '');
}

const CREATE = ['create', '--namespace=default', '--dry-run=server', '-f', '-'];
const nameOf = (row: number) => `row-${row}`;
