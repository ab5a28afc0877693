import { BuildFailure } from '../build-failure.ts';
import { type Instruction, instructionsOf } from './instructions.ts';

/** A variable with its value. */
export interface Variable {
  readonly name: string;
  readonly value: string;
}

/** What a Build changes in a Dockerfile. */
export interface DockerfileEdits {
  /** Image in place of the one that the last FROM names. */
  readonly from?: string | undefined;
  /** Set in every stage. */
  readonly env: readonly Variable[];
  /** Set at the end. */
  readonly finalEnv: readonly Variable[];
  readonly labels: readonly Variable[];
  /** Names that stand for images in FROM and COPY --from. */
  readonly aliases: ReadonlyMap<string, string>;
}

/** `FROM [--platform=…] image [AS name]`: what is before the image, the image, what is after. */
const FROM = /^(\s*FROM\s+(?:--\S+\s+)*)(\S+)([\s\S]*)$/i;
const COPY_FROM = /(\s--from=)(\S+)/;

/**
 * A Dockerfile as a Build wants it. OpenShift: the image of the last FROM is replaced, variables are set after every FROM,
 * names of image sources become their images, variables about the build and labels are appended.
 * @throws BuildFailure `ManageDockerfileFailed`
 */
export function editDockerfile(dockerfile: string, edits: DockerfileEdits): string {
  const instructions = instructionsOf(withLastBreak(dockerfile));
  const last = instructions.findLastIndex(({ keyword }) => keyword === 'FROM');
  if (last < 0) throw new BuildFailure('ManageDockerfileFailed', 'The Dockerfile has no FROM instruction.');
  const env = line('ENV', edits.env);
  const edited = instructions.map((instruction, at) => {
    if (instruction.keyword === 'FROM') return editFrom(instruction, at === last, edits) + env;
    if (instruction.keyword === 'COPY') return editCopy(instruction, edits.aliases);
    return instruction.text;
  });
  return edited.join('') + line('ENV', edits.finalEnv) + line('LABEL', edits.labels);
}

function editFrom({ text }: Instruction, isLast: boolean, { from, aliases }: DockerfileEdits): string {
  const [, before = '', image = '', after = ''] = FROM.exec(text) ?? [];
  if (image === '') throw new BuildFailure('ManageDockerfileFailed', 'A FROM instruction names no image.');
  const replaced = isLast && from ? from : (aliases.get(image) ?? image);
  return withLastBreak(`${before}${replaced}${after}`);
}

function editCopy({ text }: Instruction, aliases: ReadonlyMap<string, string>): string {
  return text.replace(COPY_FROM, (_, flag: string, image: string) => `${flag}${aliases.get(image) ?? image}`);
}

/** One instruction with all the variables; nothing when there is none. */
function line(keyword: 'ENV' | 'LABEL', variables: readonly Variable[]): string {
  if (variables.length === 0) return '';
  return `${keyword} ${variables.map(({ name, value }) => `${quoted(name)}=${quoted(value)}`).join(' ')}\n`;
}

/**
 * A word in double quotes that means exactly this text.
 * @throws BuildFailure `ManageDockerfileFailed`
 */
export function quoted(text: string): string {
  if (/[\r\n\0]/.test(text)) {
    const start = JSON.stringify(text.slice(0, 10));
    throw new BuildFailure(
      'ManageDockerfileFailed',
      `A value beginning with ${start} has line breaks: a Dockerfile cannot hold it.`,
    );
  }
  return `"${text.replace(/["\\$]/g, '\\$&')}"`;
}

const withLastBreak = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`);
