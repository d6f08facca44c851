import type { Json } from '../../json.ts';

/** Calls REST, as CueWeb's server does. */
export type Rest = (rpc: string, body?: unknown) => Promise<Json>;

export interface Page {
  /** As people call it. */
  readonly title: string;
  /** How often CueWeb asks. */
  readonly interval: string;
  readonly file: string;
  readonly variables: (farm: Chosen) => unknown;
  /** What CueWeb asks in one tick. */
  readonly today: (rest: Rest, farm: Chosen) => Promise<void>;
}

/** Names and ids of a farm, for pages that show something in particular. */
export interface Chosen {
  readonly jobs: readonly Named[];
  readonly shows: readonly Named[];
  readonly allocations: readonly Named[];
  /** One that somebody has commented on. */
  readonly commented: Named;
  /** One on which something runs, and which somebody has commented on if there is such a one. */
  readonly host: Named;
}

/** What all of them have. */
export interface Named {
  readonly id: string;
  readonly name: string;
  readonly user: string;
}

/** CueWeb's pages, some by their tabs, in the order of docs/pages.md. */
export const pages: readonly Page[] = [
  {
    title: 'Jobs table by dependency, 10 jobs watched',
    interval: '5 s',
    file: 'jobs-table.graphql',
    variables: (farm) => ({ ids: watched(farm).map(({ id }) => id) }),
    today: async (rest, farm) => {
      for (const { id } of watched(farm))
        await rest('job.JobInterface/GetJobs', { r: { ids: [id], includeFinished: true } });
    },
  },
  {
    title: 'The same when it is opened, with a job beside it',
    interval: 'once',
    file: 'jobs-table.graphql',
    variables: (farm) => ({
      ids: watched(farm).map(({ id }) => id),
      isSearching: true,
      users: [farm.jobs[0]!.user],
      byDependency: true,
      isOpen: true,
      open: farm.jobs[0]!.id,
    }),
    today: async (rest, farm) => {
      for (const { id, name } of watched(farm)) {
        await rest('job.JobInterface/GetJobs', { r: { ids: [id], includeFinished: true } });
        await rest('job.JobInterface/GetWhatDependsOnThis', { job: { id, name } });
      }
      await rest('job.JobInterface/GetJobs', { r: { users: [farm.jobs[0]!.user] } });
      await rest('job.JobInterface/GetLayers', ofFirstJob(farm));
      await rest('job.JobInterface/GetFrames', { ...ofFirstJob(farm), req: { page: 1, limit: 500 } });
    },
  },
  {
    title: 'Job details, overview',
    interval: '5 s',
    file: 'job-details.graphql',
    variables: (farm) => ({ id: farm.jobs[0]!.id }),
    today: async (rest, farm) => {
      await rest('job.JobInterface/GetJobs', { r: { ids: [farm.jobs[0]!.id], includeFinished: true } });
    },
  },
  {
    title: 'Job details, layers',
    interval: '5 s',
    file: 'job-details.graphql',
    variables: (farm) => ({ id: farm.jobs[0]!.id, overview: false, layers: true }),
    today: async (rest, farm) => {
      await rest('job.JobInterface/GetLayers', ofFirstJob(farm));
    },
  },
  {
    title: 'Job details, frames',
    interval: '5 s',
    file: 'job-details.graphql',
    variables: (farm) => ({ id: farm.jobs[0]!.id, overview: false, frames: true }),
    today: async (rest, farm) => {
      await rest('job.JobInterface/GetFrames', {
        ...ofFirstJob(farm),
        req: { includeFinished: true, page: 1, limit: 500 },
      });
    },
  },
  {
    title: 'Job details, comments',
    interval: 'once',
    file: 'job-details.graphql',
    variables: (farm) => ({ id: farm.commented.id, overview: false, comments: true }),
    today: async (rest, farm) => {
      await rest('job.JobInterface/GetJobs', { r: { ids: [farm.commented.id], includeFinished: true } });
      await rest('job.JobInterface/GetComments', { job: { id: farm.commented.id } });
    },
  },
  {
    title: 'Comments of a job',
    interval: 'once',
    file: 'comments.graphql',
    variables: (farm) => ({ job: farm.commented.name, isJob: true }),
    today: async (rest, farm) => {
      await rest('job.JobInterface/GetJobs', { r: { jobs: [farm.commented.name], includeFinished: true } });
      await rest('job.JobInterface/GetComments', { job: { id: farm.commented.id } });
    },
  },
  {
    title: 'Monitor, all shows',
    interval: '5 s',
    file: 'monitor.graphql',
    variables: () => ({}),
    today: async (rest) => {
      const { shows } = (await rest('show.ShowInterface/GetActiveShows')).shows;
      for (const { id } of shows) {
        const { groups } = (await rest('show.ShowInterface/GetGroups', { show: { id } })).groups;
        for (const group of groups) await rest('job.GroupInterface/GetJobs', { group: { id: group.id } });
      }
    },
  },
  {
    title: 'Stuck frames',
    interval: '60 s',
    file: 'stuck-frames.graphql',
    variables: () => ({}),
    today: async (rest) => {
      const { jobs } = (await rest('job.JobInterface/GetJobs', { r: {} })).jobs;
      for (const { id, name } of jobs) {
        const req = { states: { frame_states: [2] }, page: 1, limit: 1000 };
        await rest('job.JobInterface/GetFrames', { job: { id, name }, req });
        await rest('job.JobInterface/GetLayers', { job: { id, name } });
      }
    },
  },
  {
    title: 'Dashboard, six widgets about jobs and two about hosts',
    interval: '15 to 60 s',
    file: 'dashboard.graphql',
    variables: () => ({}),
    today: async (rest) => {
      await rest('show.ShowInterface/GetShows');
      for (let widget = 0; widget < 6; widget++)
        await rest('job.JobInterface/GetJobs', { r: { includeFinished: false } });
      for (let widget = 0; widget < 2; widget++) await rest('host.HostInterface/GetHosts', { r: {} });
    },
  },
  {
    title: 'Hosts',
    interval: '30 s',
    file: 'hosts.graphql',
    variables: () => ({}),
    today: async (rest) => {
      await rest('host.HostInterface/GetHosts', { r: {} });
    },
  },
  {
    title: 'One host, with what runs on it and its comments',
    interval: '15 s',
    file: 'hosts.graphql',
    variables: (farm) => ({ table: false, page: true, name: farm.host.name }),
    today: async (rest, farm) => {
      const { host } = await rest('host.HostInterface/FindHost', { name: farm.host.name });
      await rest('host.HostInterface/GetProcs', { host });
      await rest('host.HostInterface/GetComments', { host });
    },
  },
  {
    title: 'Allocations',
    interval: '30 s',
    file: 'allocations.graphql',
    variables: () => ({}),
    today: async (rest) => {
      await rest('facility.AllocationInterface/GetAll');
      await rest('host.HostInterface/GetHosts', { r: {} });
    },
  },
  {
    title: 'Subscriptions, all shows',
    interval: '30 s',
    file: 'subscriptions.graphql',
    variables: () => ({}),
    today: readSubscriptions,
  },
  {
    title: 'Subscription graphs, all shows',
    interval: '15 s',
    file: 'subscription-graphs.graphql',
    variables: () => ({}),
    today: async (rest) => {
      await rest('facility.AllocationInterface/GetAll');
      await readSubscriptions(rest);
    },
  },
  {
    title: 'Shows',
    interval: '30 s',
    file: 'shows.graphql',
    variables: () => ({}),
    today: async (rest) => {
      await rest('show.ShowInterface/GetActiveShows');
    },
  },
  {
    title: 'Limits',
    interval: '30 s',
    file: 'limits.graphql',
    variables: () => ({}),
    today: async (rest) => {
      await rest('limit.LimitInterface/GetAll');
    },
  },
  {
    title: 'Services',
    interval: 'once',
    file: 'services.graphql',
    variables: () => ({}),
    today: async (rest) => {
      await rest('service.ServiceInterface/GetDefaultServices');
    },
  },
  {
    title: 'Redirect, the names to choose from',
    interval: 'once',
    file: 'redirect-search.graphql',
    variables: (farm) => ({ names: true, search: false, show: farm.shows[0]!.name }),
    today: async (rest, farm) => {
      await rest('show.ShowInterface/GetActiveShows');
      await rest('facility.AllocationInterface/GetAll');
      await rest('job.JobInterface/GetJobs', { r: {} });
      await rest('show.ShowInterface/GetGroups', { show: { id: farm.shows[0]!.id } });
    },
  },
  {
    title: 'Redirect search, up to 50 procs',
    interval: 'on demand',
    file: 'redirect-search.graphql',
    variables: (farm) => ({
      shows: farm.shows.map(({ name }) => name),
      allocations: farm.allocations.map(({ name }) => name),
      limit: 50,
    }),
    today: async (rest, farm) => {
      const { shows, allocations } = farm;
      const r = {
        shows: shows.map(({ name }) => name),
        allocs: allocations.map(({ name }) => name),
        max_results: [50],
      };
      const { procs } = (await rest('host.ProcInterface/GetProcs', { r })).procs;
      const byHost = new Map(procs.map((proc: { name: string; jobName: string }) => [hostOf(proc.name), proc.jobName]));
      for (const [name, job] of byHost) {
        await rest('host.HostInterface/FindHost', { name });
        await rest('job.JobInterface/GetJobs', { r: { jobs: [job], includeFinished: true } });
      }
    },
  },
];

async function readSubscriptions(rest: Rest): Promise<void> {
  const { shows } = (await rest('show.ShowInterface/GetActiveShows')).shows;
  for (const show of shows) await rest('show.ShowInterface/GetSubscriptions', { show });
}

const ofFirstJob = (farm: Chosen) => ({ job: { id: farm.jobs[0]!.id, name: farm.jobs[0]!.name } });
const watched = (farm: Chosen) => farm.jobs.slice(0, 10);
/** `host7/1/2` → `host7` */
export const hostOf = (proc: string) => proc.split('/')[0]!;
