import type { PullSecret } from '@tagstream/registry';
import { registryAuth } from '../inputs/registry-auth.ts';
import type { BuildContext } from './build-context.ts';

/** File with the credentials to pull with: those of the named Secret, then those of the service account. */
export async function pullAuthFile(context: BuildContext, secret: string | undefined): Promise<string> {
  return await authFile(context, `pull-${secret ?? ''}.json`, secret);
}

/** File with the credentials to push with. */
export async function pushAuthFile(context: BuildContext, secret: string | undefined): Promise<string> {
  return await authFile(context, `push-${secret ?? ''}.json`, secret);
}

async function authFile(context: BuildContext, name: string, secret: string | undefined): Promise<string> {
  const { inputs, workspace, log } = context;
  const names = [...(secret ? [secret] : []), ...inputs.accountSecrets];
  const auth = registryAuth(names.map((one) => asPullSecret(inputs.secrets.get(one) ?? {})));
  log.hide(auth.secrets);
  return await workspace.file(`auth/${name}`, auth.json);
}

/** A docker Secret is known by its key: its type is not among what a mounted Secret shows. */
function asPullSecret(data: Readonly<Record<string, Uint8Array>>): PullSecret {
  const isOld = data['.dockercfg'] !== undefined;
  const key = isOld ? '.dockercfg' : '.dockerconfigjson';
  const value = data[key];
  return {
    type: isOld ? 'kubernetes.io/dockercfg' : 'kubernetes.io/dockerconfigjson',
    data: value === undefined ? {} : { [key]: Buffer.from(value).toString('base64') },
  };
}
