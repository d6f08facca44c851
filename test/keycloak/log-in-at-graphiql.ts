import { enterQuery, launchBrowser } from '../browser.ts';

/** Who logs in, and where. */
export interface GraphiqlLogin {
  /** The gateway's, without a slash at its end. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

/** What was to be seen in the page, from the first visit on. */
export interface GraphiqlVisit {
  /** The line beside the buttons after logging in. */
  readonly hint: string;
  /** What a query of the farm's shows was answered. */
  readonly shows: string;
  /** The line after running something that takes more, and logging in with that. */
  readonly hintWithMore: string;
  /** The line after running something that the user may not have, and trying to. */
  readonly hintWithTooMuch: string;
  /** The line after a reload. */
  readonly hintAfterReload: string;
}

/** Logs in at GraphiQL with a real browser, at Keycloak's own page. Rejects when something that is waited for does not come. */
export async function logInAtGraphiql({ url, username, password }: GraphiqlLogin): Promise<GraphiqlVisit> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    const hint = (text: RegExp) => page.getByRole('status').filter({ hasText: text }).innerText();
    const run = async (name: string, query: string) => {
      await enterQuery(page, name, query);
      await page.getByRole('button', { name: /Execute query/ }).click();
    };
    await page.goto(`${url}/graphql`);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.locator('#username').fill(username);
    await page.locator('#password').fill(password);
    await page.locator('#kc-login').click();
    const hintAtFirst = await hint(/Logged in/);
    await run('Names', 'query Names { showGetShows { shows { shows { name } } } }');
    const shows = await page.locator('.result-window').filter({ hasText: '"name"' }).innerText();

    await run('Pause', 'mutation Pause { jobPause(job: { id: "none" }) { ok } }');
    await page.getByRole('button', { name: 'Log in with cue:operate' }).click();
    const hintWithMore = await hint(/Logged in/);
    await run('Create', 'mutation Create { showCreateShow(name: "mine") { show { name } } }');
    await page.getByRole('button', { name: 'Log in with cue:admin' }).click();
    const hintWithTooMuch = await hint(/issuer/);
    await page.reload();
    const hintAfterReload = await hint(/Logged in/);
    return { hint: hintAtFirst, shows, hintWithMore, hintWithTooMuch, hintAfterReload };
  } finally {
    await browser.close();
  }
}
