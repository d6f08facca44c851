import { createGatewayClient, type GatewayClient } from '../../web-pages/page/gateway-client.ts';
import { startPage } from '../../web-pages/page/start-page.ts';

import type { FarmPageSettings } from '../farm-page-settings.ts';

import { noRights, type Rights, rightsOf } from './changes.ts';
import { type Bearer, createCredentialsView } from './credentials-view.ts';
import { createDetailsView } from './details-view.ts';
import { html, setAttributes, setText } from './elements.ts';
import type { Farm, Job } from './farm-data.ts';
import { findStuck } from './find-stuck.ts';
import { createHostsView } from './hosts-view.ts';
import { createJobsView } from './jobs-view.ts';
import { createShowsView } from './shows-view.ts';
import { createStuckView } from './stuck-view.ts';
import { createTotalsView } from './totals-view.ts';
import { busiestJobs, type Connection, watchFarm, watchJobs } from './watch-farm.ts';
import { timeOfDay } from './words.ts';

/** What the server wrote into the page. */
const settings = JSON.parse(document.getElementById('settings')!.textContent!) as FarmPageSettings;
const start = await startPage(settings);

let [rights, farm, shareless, isLarge]: [Rights, Farm | undefined, readonly string[], boolean] = [
  noRights,
  undefined,
  [],
  false,
];
/** The jobs of one show, on a large farm. */
let chosenJobs: readonly Job[] = [];
let watching = new AbortController();
let watchingJobs = new AbortController();
let seenAt: Date | undefined;
/** Whether what the address names has been opened as whoever the page speaks for. */
let isFollowing = false;
let client: GatewayClient;

const status = html('p', { class: 'status', role: 'status' });
const alarm = html('p', { class: 'alarm', role: 'alert', hidden: true });
const toast = html('p', { class: 'toast', role: 'status' });
const totals = createTotalsView();
const stuck = createStuckView();
const jobs = createJobsView();
const hosts = createHostsView();
const shows = createShowsView((show) => {
  showJobsOf(show);
});
let shownShow: string | undefined;
const details = createDetailsView({
  client: () => client,
  rights: () => rights,
  farm: () => farm,
  onDone: (text) => setText(toast, `${timeOfDay(new Date())}: ${text}.`),
});
const credentials = createCredentialsView(settings, start, watch);

const board = html(
  'main',
  { class: 'board', hidden: true },
  totals.root,
  stuck.root,
  jobs.root,
  shows.root,
  hosts.root,
);
const nobody = html('p', { class: 'nobody' }, '');
const bar = html(
  'header',
  { class: 'bar' },
  html('h1', {}, html('a', { href: './' }, 'cuegate'), html('span', {}, 'Farm')),
  html('nav', { 'aria-label': 'Pages' }, settings.hasGraphiql && html('a', { href: 'graphql' }, 'GraphiQL')),
  status,
  credentials.root,
);
const page = document.getElementById('page')!;
page.replaceChildren(bar, alarm, nobody, board, details.root, details.dialog, toast);

// The drawer begins below the bar, where people log in.
new ResizeObserver(() => {
  document.documentElement.style.setProperty('--bar-height', `${bar.offsetHeight}px`);
}).observe(bar);

function clientOf(bearer: Bearer): GatewayClient {
  return createGatewayClient({
    endpoint: 'graphql',
    token: () => bearer.session?.token() ?? Promise.resolve(bearer.token),
    onVerdict: (verdict, isAsked) => credentials.judge(bearer, verdict, isAsked),
  });
}

/** Begins anew, as whoever the page speaks for. */
function watch(bearer: Bearer): void {
  watching.abort();
  watchingJobs.abort();
  details.stop();
  isFollowing = false;
  watching = new AbortController();
  client = clientOf(bearer);
  if (settings.needsToken && bearer.session === undefined && bearer.token === '') {
    farm = undefined;
    setAttributes(board, { hidden: true });
    setText(nobody, 'The farm is shown to whoever has a token.');
    setAttributes(nobody, { hidden: false });
    tell({ kind: 'refused' });
    return;
  }
  void watchFarm(
    client,
    {
      onBegin: ({ viewer, shows: all }, large) => {
        isLarge = large;
        rights = rightsOf(viewer, credentials.canLogIn);
        pendingShows = (all ?? []).filter(({ showStats }) => showStats.pendingJobs > 0).map(({ name }) => name);
        if (!isFollowing) details.follow();
        isFollowing = true;
        if (isLarge && shownShow !== undefined) showJobsOf(shownShow);
      },
      onFarm: (found) => {
        farm = found;
        seenAt = new Date();
        shareless = pendingShows.filter((name) => !found.shows.some((show) => show.name === name));
        draw(found);
      },
      onConnection: tell,
    },
    watching.signal,
  );
}

let pendingShows: readonly string[] = [];

function draw(found: Farm): void {
  totals.update(found, isLarge ? undefined : found.jobs);
  drawJobs(found);
  shows.update(found.shows);
  hosts.update(found.allocations);
  details.update();
  setAttributes(nobody, { hidden: true });
  setAttributes(board, { hidden: false });
}

function drawJobs(found: Farm): void {
  const isChosen = chosenJobs.length > 0;
  const known = isChosen ? [...chosenJobs, ...found.jobs.filter(({ show }) => show !== shownShow)] : found.jobs;
  stuck.update(findStuck(found, known, shareless));
  const remark = `: the ${busiestJobs} busiest of each show; choose a show for all of its`;
  jobs.update(isChosen ? chosenJobs : found.jobs, isLarge && !isChosen ? remark : '');
}

/** Shows the jobs of one show alone; on a large farm they are asked for then. */
function showJobsOf(show: string | undefined): void {
  watchingJobs.abort();
  watchingJobs = new AbortController();
  [shownShow, chosenJobs] = [show, []];
  jobs.choose(show);
  if (farm !== undefined) drawJobs(farm);
  if (!isLarge || show === undefined) return;
  const onJobs = (found: readonly Job[]) => {
    chosenJobs = found;
    if (farm !== undefined) drawJobs(farm);
  };
  void watchJobs(client, show, onJobs, watchingJobs.signal);
}

/** Says how things stand, in the corner, and aloud when something is wrong. */
function tell(connection: Connection): void {
  const seen = seenAt === undefined ? '' : ` What you see is from ${timeOfDay(seenAt)}.`;
  const texts: Readonly<Record<Connection['kind'], string>> = {
    connecting: 'Connecting …',
    live: seenAt === undefined ? 'Live' : `Live · ${timeOfDay(seenAt)}`,
    lost: 'Connection lost',
    refused: settings.needsToken ? 'Not logged in' : 'Refused',
    failing: 'Not answered',
  };
  setText(status, texts[connection.kind]);
  setAttributes(status, { class: `status status-${connection.kind}` });
  const alarms: Partial<Record<Connection['kind'], string>> = {
    lost: `The gateway is gone; the page connects again by itself.${seen}`,
    ...(connection.kind === 'failing' && { failing: `${connection.problem}.${seen}`.replace('..', '.') }),
    ...(seenAt !== undefined && { refused: `The gateway does not know you any more.${seen}` }),
  };
  const text = alarms[connection.kind];
  setAttributes(alarm, { hidden: text === undefined });
  setText(alarm, text ?? '');
  board.classList.toggle('is-stale', text !== undefined);
}

watch(credentials.bearer());
