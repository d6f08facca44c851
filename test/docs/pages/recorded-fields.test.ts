import { readFileSync } from 'node:fs';
import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';

import { computedFields } from './computed-fields.ts';
import { selectedFields } from './selected-fields.ts';

/**
 * What each page of CueWeb reads of the answers that its server gives to the browser, by page and route, as a browser recorded
 * it on a real farm. Each field must be in the page's query, or CueWeb makes it itself.
 */
const recorded: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = JSON.parse(
  readFileSync('test/recorded/cueweb-fields.json', 'utf8'),
);

/** Where the queries of `examples/pages` have what the routes answer, by the pages of the recording. */
const places: Readonly<Record<string, { readonly file: string; readonly routes: Readonly<Record<string, string>> }>> = {
  jobs: {
    file: 'jobs-table.graphql',
    routes: { 'job/getjobs': 'jobs', 'job/getlayers': 'layers', 'job/getframes': 'frames' },
  },
  job_overview: { file: 'job-details.graphql', routes: { 'job/getjobs': 'job' } },
  job_layers: { file: 'job-details.graphql', routes: { 'job/getjobs': 'job', 'job/getlayers': 'layers' } },
  job_frames: { file: 'job-details.graphql', routes: { 'job/getjobs': 'job', 'job/getframes': 'frames' } },
  job_comments: { file: 'job-details.graphql', routes: { 'job/getjobs': 'job', 'job/getcomments': 'job.comments' } },
  job_dependencies: { file: 'job-details.graphql', routes: { 'job/getjobs': 'job' } },
  comments: { file: 'comments.graphql', routes: {} },
  monitor: {
    file: 'monitor.graphql',
    routes: { 'show/getactiveshows': 'shows', 'show/getgroups': 'shows.groups', 'group/getjobs': 'shows.groups.jobs' },
  },
  hosts: { file: 'hosts.graphql', routes: { 'host/gethosts': 'hosts' } },
  host: { file: 'hosts.graphql', routes: { 'host/findhost': 'host' } },
  allocations: {
    file: 'allocations.graphql',
    routes: { 'allocation/getall': 'allocations', 'host/gethosts': 'allocations.hosts' },
  },
  subscriptions: {
    file: 'subscriptions.graphql',
    routes: { 'show/getactiveshows': 'shows', 'show/getsubscriptions': 'shows.subscriptions' },
  },
  subscription_graphs: {
    file: 'subscription-graphs.graphql',
    routes: {
      'allocation/getall': 'allocations',
      'show/getactiveshows': 'shows',
      'show/getsubscriptions': 'shows.subscriptions',
    },
  },
  limits: { file: 'limits.graphql', routes: { 'limit/getall': 'limits' } },
  shows: { file: 'shows.graphql', routes: { 'show/getactiveshows': 'shows' } },
  services: { file: 'services.graphql', routes: { 'service/getdefaultservices': 'services' } },
  stuck_frames: { file: 'stuck-frames.graphql', routes: {} },
  redirect: {
    file: 'redirect-search.graphql',
    routes: {
      'show/getactiveshows': 'shows',
      'allocation/getall': 'allocations',
      'job/getjobs': 'jobs',
      'show/getgroups': 'show.groups',
    },
  },
  dashboard: {
    file: 'dashboard.graphql',
    routes: { 'host/gethosts': 'hosts', 'show/getshows': 'shows', 'job/getjobs': 'jobs' },
  },
};

/** `.data[].jobStats.maxRss` → `jobStats.maxRss` */
const inMessage = (field: string) => /^\.data(?:\[\])?\.(.+)$/.exec(field)?.[1];

describe('what the pages of CueWeb read', () => {
  it('is all looked up somewhere', () => {
    expect(Object.keys(places).sort()).toEqual(Object.keys(recorded).sort());
  });

  it.each(Object.entries(places))('on %s is in its query', (page, { file, routes }) => {
    const selected = selectedFields(parse(readFileSync(`examples/pages/${file}`, 'utf8')));
    const missing = Object.entries(recorded[page]!).flatMap(([route, fields]) =>
      fields
        .filter((field) => !isComputed(route, field))
        .filter((field) => !selected.has(`${routes[route]}.${inMessage(field)}`))
        .map((field) => `${route} ${field}`),
    );
    expect(missing).toEqual([]);
  });

  it('and what CueWeb makes itself is read by some page', () => {
    const all = Object.values(recorded).flatMap((routes) =>
      Object.entries(routes).flatMap(([route, fields]) => fields.map((field) => `${route} ${field}`)),
    );
    for (const { route, fields } of computedFields) {
      for (const field of fields) {
        const isRead = (one: string) => (route === undefined ? one.endsWith(` ${field}`) : one === `${route} ${field}`);
        expect(all.some(isRead), `${route} ${field}`).toBe(true);
      }
    }
  });
});

function isComputed(route: string, field: string): boolean {
  return computedFields.some((one) => (one.route === undefined || one.route === route) && one.fields.includes(field));
}
