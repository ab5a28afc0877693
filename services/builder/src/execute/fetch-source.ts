import { BuildFailure } from '../build-failure.ts';
import {
  type CommitFacts,
  clonePlan,
  type GitArguments,
  parseCommit,
  safeOptions,
  showCommit,
  submodules,
} from '../git/clone-plan.ts';
import { gitAccess } from '../git/git-access.ts';
import { parseGitUri } from '../git/git-source.ts';
import { type BuildContext, baseEnv } from './build-context.ts';

/**
 * Fetches the commit of a Build from its git repository into the source directory; undefined for a Build without git.
 * @throws BuildFailure `FetchSourceFailed`
 */
export async function fetchSource(context: BuildContext): Promise<CommitFacts | undefined> {
  const { build, inputs, settings, workspace, log } = context;
  const { source, revision } = build.spec;
  const git = source?.git;
  if (!git) return undefined;
  const allowed = settings.gitProtocols;
  const location = parseGitUri(git.uri, allowed);
  const name = source.sourceSecret?.name;
  const secret = name ? inputs.secrets.get(name) : {};
  if (secret === undefined) throw new BuildFailure('FetchSourceFailed', `The source Secret ${name} does not exist.`);
  const access = gitAccess(location, decoded(secret), git, {
    dir: workspace.git,
    home: workspace.home,
    allowed,
    ownContainer: settings.ownContainer,
  });
  log.hide(access.secrets);
  for (const file of access.files) await workspace.file(`git/${file.name}`, file.content, file.executable);
  const env = { ...baseEnv(context), ...access.env };
  const commit = revision?.git?.commit ?? '';
  const plan = clonePlan(location.uri, { ref: git.ref ?? '', commit });

  log.line(`Cloning "${location.uri}" ...`);
  await runGit(context, env, ['init', '--quiet']);
  if (!(await tryAll(context, env, plan.first))) {
    if (!plan.otherwise || !(await tryAll(context, env, plan.otherwise))) {
      throw new BuildFailure('FetchSourceFailed', `Fetching ${commit || git.ref || 'the default branch'} failed.`);
    }
  }
  if (!(await tryAll(context, env, [submodules]))) {
    throw new BuildFailure('FetchSourceFailed', 'Fetching the submodules failed.');
  }
  const facts = parseCommit(await runGit(context, env, showCommit, true));
  log.line(`\tCommit:\t${facts.commit} (${facts.message})`);
  log.line(`\tAuthor:\t${facts.author} <${facts.authorEmail}>`);
  log.line(`\tDate:\t${facts.date}`);
  return facts;
}

async function tryAll(
  context: BuildContext,
  env: Readonly<Record<string, string>>,
  calls: readonly GitArguments[],
): Promise<boolean> {
  for (const args of calls) if ((await git(context, env, args)).code !== 0) return false;
  return true;
}

async function runGit(
  context: BuildContext,
  env: Readonly<Record<string, string>>,
  args: GitArguments,
  collect = false,
): Promise<string> {
  const { code, output } = await git(context, env, args, collect);
  if (code !== 0) throw new BuildFailure('FetchSourceFailed', `git ${args[0]} ended with code ${code}.`);
  return output;
}

function git(
  { run, workspace, signal, log }: BuildContext,
  env: Readonly<Record<string, string>>,
  args: GitArguments,
  collect = false,
) {
  return run(
    { program: 'git', args: [...safeOptions, ...args], cwd: workspace.source, env },
    { signal, onLine: log.line, collect },
  );
}

function decoded(data: Readonly<Record<string, Uint8Array>>): Record<string, string> {
  return Object.fromEntries(Object.entries(data).map(([key, bytes]) => [key, Buffer.from(bytes).toString('utf8')]));
}
