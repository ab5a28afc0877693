import { expect, test } from 'vitest';
import { type DockerfileEdits, editDockerfile, quoted } from '../src/dockerfile/edit-dockerfile.ts';
import { instructionsOf } from '../src/dockerfile/instructions.ts';

const nothing: DockerfileEdits = { env: [], finalEnv: [], labels: [], aliases: new Map() };

test.each<[string, string, Partial<DockerfileEdits>, string]>([
  ['nothing changes nothing', 'FROM a\nRUN x\n', {}, 'FROM a\nRUN x\n'],
  [
    'the image of the last FROM is replaced',
    'FROM a AS one\nFROM b\n',
    { from: 'c@sha256:1' },
    'FROM a AS one\nFROM c@sha256:1\n',
  ],
  [
    'its platform and its name stay',
    'FROM --platform=linux/arm64 a AS last\n',
    { from: 'b' },
    'FROM --platform=linux/arm64 b AS last\n',
  ],
  [
    'variables are set after every FROM',
    'FROM a\nFROM b\nRUN x\n',
    { env: [{ name: 'V', value: '1' }] },
    'FROM a\nENV "V"="1"\nFROM b\nENV "V"="1"\nRUN x\n',
  ],
  [
    'what is about the build comes last, also after a line without a break',
    'FROM a',
    { finalEnv: [{ name: 'N', value: 'x' }], labels: [{ name: 'l', value: 'y' }] },
    'FROM a\nENV "N"="x"\nLABEL "l"="y"\n',
  ],
  [
    'names of image sources become images in FROM and COPY',
    'FROM tools AS t\nFROM scratch\nCOPY --from=tools /a /b\nCOPY --chown=1:1 --from=t /c /d\n',
    { aliases: new Map([['tools', 'host/tools@sha256:2']]) },
    'FROM host/tools@sha256:2 AS t\nFROM scratch\nCOPY --from=host/tools@sha256:2 /a /b\nCOPY --chown=1:1 --from=t /c /d\n',
  ],
  [
    'what looks like FROM in a continued line or a comment is none',
    'FROM a\n# FROM c\nRUN echo \\\nFROM b\n',
    { from: 'z' },
    'FROM z\n# FROM c\nRUN echo \\\nFROM b\n',
  ],
  ['nor in a heredoc', 'FROM a\nRUN <<EOF\nFROM b\nEOF\n', { from: 'z' }, 'FROM z\nRUN <<EOF\nFROM b\nEOF\n'],
  [
    'the escape directive is heeded',
    '# escape=`\nFROM a\nRUN dir C:\\\nENV x=1\n',
    { env: [{ name: 'V', value: '1' }] },
    '# escape=`\nFROM a\nENV "V"="1"\nRUN dir C:\\\nENV x=1\n',
  ],
  ['lower case counts too', 'from a\n', { from: 'b' }, 'from b\n'],
])('%s', (_, before, edits, after) => {
  expect(editDockerfile(before, { ...nothing, ...edits })).toBe(after);
});

test('a Dockerfile without FROM is refused', () => {
  expect(() => editDockerfile('RUN x\n', nothing)).toThrow(expect.objectContaining({ code: 'ManageDockerfileFailed' }));
});

test('a value stays what it is: quotes, backslashes and dollar signs are escaped', () => {
  expect(quoted('a "b" \\ $HOME')).toBe('"a \\"b\\" \\\\ \\$HOME"');
});

test('a line break cannot smuggle in an instruction', () => {
  expect(() => quoted('x\nRUN evil')).toThrow(/line breaks/);
});

test.each([
  'FROM a\r\nRUN b\r\n',
  '\n\n# c\nFROM a',
  'FROM a\nRUN <<A <<B\n1\nA\n2\nB\nRUN z\n',
  'RUN a \\\n# c\n b\n',
  '',
])('taken apart and joined, %j is what it was', (text) => {
  expect(
    instructionsOf(text)
      .map((one) => one.text)
      .join(''),
  ).toBe(text);
});
