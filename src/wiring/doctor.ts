import { Probot } from 'probot';
import { UsageError } from '../core/errors.js';
import { clientClass } from '../github/client.js';
import { diagnoseApp, diagnoseInstallations, diagnoseRepository, type Diagnosis } from '../github/doctor.js';
import { installations, repositoriesOf } from '../github/installations.js';
import { settingsFrom } from './settings.js';

const MAX_REPOSITORIES = 200;

/**
 * Looks at the App that the environment names, and at the repositories it is installed on.
 *
 * @throws UsageError when the environment names none
 */
export async function diagnose(
  env: Readonly<Record<string, string | undefined>>,
  only: string | undefined,
): Promise<Diagnosis[]> {
  const { credentials, apiUrl } = settingsFrom(env);
  if (!credentials)
    throw new UsageError('APP_ID, PRIVATE_KEY and WEBHOOK_SECRET are not set: the doctor looks at a registered App.');
  const { appId, privateKey } = credentials;
  const probot = new Probot({ appId, privateKey, baseUrl: apiUrl, Octokit: clientClass(), logLevel: 'fatal' });
  await probot.ready();
  const app = await probot.auth();
  const found = [...(await diagnoseApp(app, new Date())), ...(await diagnoseInstallations(app))];
  for (const id of await installations(app)) {
    const client = await probot.auth(id);
    for (const repository of (await repositoriesOf(client)).slice(0, MAX_REPOSITORIES)) {
      if (only === undefined || only === `${repository.owner}/${repository.repo}`)
        found.push(...(await diagnoseRepository(client, repository, appId)));
    }
  }
  return found;
}
