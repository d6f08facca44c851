import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startGateway, type TestGateway } from '../../app/running-gateway.ts';
import { computedFields } from './computed-fields.ts';
import { type Chosen, hostOf, type Named, type Page, pages, type Rest } from './cueweb-pages.ts';

/**
 * The pages of CueWeb, each as it asks today and as one query, both through the same gateway in front of the same demo Cuebot.
 * What is counted ends up in docs/pages.md: `UPDATE=1` writes the page, otherwise it must not have changed.
 */

const docs = new URL('../../../docs/pages.md', import.meta.url);
const folder = new URL('../../../examples/pages/', import.meta.url);

let running: TestGateway;
let chosen: Chosen;

const textOf = (file: string) => readFileSync(new URL(file, folder), 'utf8');
const callsMade = () => [...running.cuebot.calls.values()].reduce((sum, calls) => sum + calls, 0);

/** The demo by other means than what is measured. */
async function choose(rest: Rest): Promise<typeof chosen> {
  const { jobs } = (await rest('job.JobInterface/GetJobs', { r: {} })).jobs;
  const { shows } = (await rest('show.ShowInterface/GetActiveShows')).shows;
  const { allocations } = (await rest('facility.AllocationInterface/GetAll')).allocations;
  const { hosts } = (await rest('host.HostInterface/GetHosts', { r: {} })).hosts;
  const commented = jobs.find(({ hasComment }: { hasComment: boolean }) => hasComment);
  const { procs } = (await rest('host.ProcInterface/GetProcs', { r: {} })).procs;
  const busy = new Set(procs.map(({ name }: Named) => hostOf(name)));
  const ofHosts = hosts.filter(({ name }: Named) => busy.has(name));
  const host = ofHosts.find(({ hasComment }: { hasComment: boolean }) => hasComment) ?? ofHosts[0];
  return { jobs, shows, allocations, commented, host };
}

const rest: Rest = async (rpc, body = {}) => {
  const { status, text, json } = await running.rest(rpc, body);
  if (status !== 200) throw new Error(`${rpc}: ${status} ${text}`);
  return json;
};

beforeAll(async () => {
  running = await startGateway({ cuebot: { now: () => Date.UTC(2026, 0, 31) } });
  chosen = await choose(rest);
});
afterAll(() => running.close());

interface Row {
  readonly page: Page;
  readonly requestsToday: number;
  readonly bytesToday: number;
  readonly calls: number;
  readonly bytes: number;
}

async function measure(page: Page): Promise<Row> {
  let requestsToday = 0;
  let bytesToday = 0;
  const ask: Rest = async (rpc, body) => {
    requestsToday += 1;
    const json = await rest(rpc, body);
    bytesToday += JSON.stringify(json).length;
    return json;
  };
  await page.today(ask, chosen);
  running.cuebot.resetCalls();
  const { json } = await running.graphql(textOf(page.file), page.variables(chosen));
  if (json.errors !== undefined) throw new Error(`${page.file}: ${JSON.stringify(json.errors)}`);
  return { page, requestsToday, bytesToday, calls: callsMade(), bytes: JSON.stringify(json).length };
}

/** What a browser sent while a page was open in front of a real farm. */
const recorded: {
  readonly seconds: number;
  readonly statusBar: { readonly rpc: string; readonly atLeast: number; readonly atMost: number };
  readonly pages: readonly {
    readonly page: string;
    readonly requests: Readonly<Record<string, number>>;
    readonly kilobytes?: number;
  }[];
} = JSON.parse(readFileSync('test/recorded/cueweb-requests.json', 'utf8'));

function formatRecorded(): string {
  const { statusBar, pages: all } = recorded;
  const lines = all.map(({ page, requests, kilobytes }) => {
    const told = Object.entries(requests).map(([rpc, count]) => `${count} ${rpc}`);
    const sum = Object.values(requests).reduce((one, other) => one + other, 0);
    const whole = `${sum + statusBar.atLeast} to ${sum + statusBar.atMost}`;
    return `| ${page} | ${told.join(', ')} | ${whole} | ${kilobytes ?? ''} |`;
  });
  return lines.join('\n');
}

const kilobytesOf = (bytes: number) => (bytes / 1_000).toFixed(bytes < 10_000 ? 1 : 0);

/** The example of docs/pages.md for lists in order. */
const ordered = `query MostDead($page: Int! = 1) {
  jobsTotal
  jobs(orderBy: [{ field: DEAD_FRAMES, direction: DESC }, { field: NAME }], limit: 10, page: $page) {
    name
    jobStats {
      deadFrames
    }
  }
}`;

function format(rows: readonly Row[]): string {
  const lines = rows.map(({ page: { title, interval, file }, requestsToday, bytesToday, calls, bytes }) => {
    const query = `[${file}](../examples/pages/${file})`;
    const kilobytes = [kilobytesOf(bytesToday), kilobytesOf(bytes)];
    return `| ${title} | ${interval} | ${query} | ${requestsToday} | ${kilobytes[0]} | ${calls} | ${kilobytes[1]} |`;
  });
  const computed = computedFields.map(({ route, fields, source }) => {
    const names = fields.map((field) => `\`${field}\``).join(' ');
    return `| ${route === undefined ? 'every route' : `\`${route}\``} | ${names} | ${source} |`;
  });
  const { seconds, statusBar } = recorded;
  return `# CueWeb's pages as queries

Each page of CueWeb is one query here. It has every field that the page reads: \`test/recorded/cueweb-fields.json\` is what a browser
recorded on a real farm, and a test holds the queries to it.

## What CueWeb asks today

Recorded in a browser on a real farm, ${seconds} seconds for each page. The status bar, which stands on every page, asks for
${statusBar.rpc} ${statusBar.atLeast} to ${statusBar.atMost} times in that time, and is counted in the third column.

| page | requests of the page | requests in all | kB |
| --- | --- | --- | --- |
${formatRecorded()}

## One look, today and by a query

What one look at a page takes: the requests of CueWeb, sent again, and the one query, both through cuegate in front of the demo farm,
which has ${chosen.jobs.length} pending jobs and ${chosen.shows.length} active shows. Each request of today is one call to Cuebot; the query is one request. Written by
\`UPDATE=1 npx vitest run test/docs/pages\`.

| page | how often | query | requests today | kB today | calls to Cuebot by the query | kB |
| --- | --- | --- | --- | --- | --- | --- |
${lines.join('\n')}

A page with tabs sends the variables of the open one: \`overview\`, \`layers\` or \`frames\` of a job. What stands behind \`@include\` and is not
wanted costs nothing.

Today every open tab costs this much again. A query that is a subscription is looked at once for all who have it open, and is sent
only when its answer has changed. A page with more than a few of them opens a [WebSocket](operating.md#websockets): over HTTP/1.1 a
browser has six connections to a server, for all its tabs together, and each stream of events keeps one.

## A page that has moved

[examples/web](../examples/web/README.md) is the jobs table on GraphQL: React, urql, and operations with types. One subscription keeps its
rows; it asks for a new token when the old one has expired, tells of a Cuebot that does not answer at the first deadline, and comes back
when the gateway is started anew. A test drives it in a browser.

## Order, pages and totals

Lists take \`orderBy\`, \`limit\` and \`page\`, and beside each stands how many there are:

\`\`\`graphql
${ordered}
\`\`\`

The gateway reads the list once, sorts it, and fetches what hangs below only for the page. What is not set comes last in either direction.
Frames are the exception: Cuebot cuts their pages itself, so all frames of a job are read only when \`orderBy\` is given. \`framesTotal\` costs no
call without arguments, or with states alone; a list that ends at a default limit is told in \`extensions.truncated\`.

Limits have \`bindings\` and \`holds\` since Cuebot 1.37. Where it is older they are null, and \`extensions.unsupported\` has the field, the RPC and
the release.

## What CueWeb makes itself

| route of CueWeb | fields | made of |
| --- | --- | --- |
${computed.join('\n')}
`;
}

describe('the pages of CueWeb', () => {
  it('are all there, and nothing else', () => {
    expect(readdirSync(folder).sort()).toEqual([...new Set(pages.map(({ file }) => file))].sort());
  });

  it.each(pages)('$title: one query shows something of everything', async ({ file, variables }) => {
    const { json } = await running.graphql(textOf(file), variables(chosen));
    expect(json.errors).toBeUndefined();
    expect(emptyPlaces(json.data)).toEqual([]);
  });

  it('are told with an example of lists in order that is one call', async () => {
    running.cuebot.resetCalls();
    const { json } = await running.graphql(ordered, {});
    expect(json.errors).toBeUndefined();
    const dead = json.data.jobs.map(({ jobStats }: { jobStats: { deadFrames: number } }) => jobStats.deadFrames);
    expect(dead).toEqual(dead.toSorted((one: number, other: number) => other - one));
    expect(json.data.jobsTotal).toBe(chosen.jobs.length);
    expect(callsMade()).toBe(1);
  });

  it('cost what docs/pages.md says', async () => {
    const rows: Row[] = [];
    for (const page of pages) rows.push(await measure(page));
    const text = format(rows);
    if (process.env['UPDATE'] === '1') writeFileSync(docs, text);
    expect(text).toBe(readFileSync(docs, 'utf8'));
  });
});

/** Lists that are empty wherever they occur, by their folded paths: a query that shows none of them proves nothing. */
function emptyPlaces(data: unknown): readonly string[] {
  const longest = new Map<string, number>();
  const visit = (value: unknown, path: string): void => {
    if (Array.isArray(value)) {
      longest.set(path, Math.max(longest.get(path) ?? 0, value.length));
      for (const element of value) visit(element, path);
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, inner] of Object.entries(value)) visit(inner, `${path}.${name}`);
    } else if (value === null && path.split('.').length === 2) longest.set(path, 0);
  };
  visit(data, '');
  return [...longest].filter(([, length]) => length === 0).map(([path]) => path);
}
