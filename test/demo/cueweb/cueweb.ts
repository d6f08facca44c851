import type { Json } from '../../json.ts';

/** POSTs a body to `pkg.Service/Method` as CueWeb does, and gives the answer; rejects when there is none. */
export type Ask = (rpc: string, body?: object) => Promise<Json>;

/** One call of CueWeb. */
export interface CueWebCall {
  readonly rpc: string;
  /** What it sends: mostly the whole object as an earlier answer had it, and now and then only its id and name. */
  readonly body: () => object | Promise<object>;
  /** What the answer holds, lists as long as these; an empty message when absent. */
  readonly answer?: Json;
  /** What another RPC tells of what a write changes, with its values before and after the call. */
  readonly effect?: readonly [read: () => unknown, before: unknown, after: unknown];
  /** Why no RPC can tell what a write did. */
  readonly unread?: string;
  /** What a real Cuebot fails with: the end of its text. */
  readonly fails?: string;
}

/** The job that most calls are about, and one with dead frames. */
export const WEDGE = 'testing-shot01-kim_wedge_v001';
/** A job whose beauty frames have died. */
export const BROKEN = 'demo-sh030-ben_beauty_v012';

/** How CueWeb refers to what it knows by id and name only. */
export function short({ id, name }: Json): Json {
  return { id, name };
}

/** The objects that CueWeb has from its lists, and sends back whole. */
export function createCueWeb(ask: Ask) {
  const find = (rows: readonly Json[], name: string) => {
    const row = rows.find((one) => one.name === name);
    if (row === undefined) throw new Error(`no ${name} among ${rows.map((one) => one.name).join(', ')}`);
    return row;
  };
  const show = async (name = 'testing') => find((await ask('show.ShowInterface/GetShows')).shows.shows, name);
  const job = async (name = WEDGE) => {
    const { jobs } = await ask('job.JobInterface/GetJobs', { r: { jobs: [name], include_finished: true } });
    return find(jobs.jobs, name);
  };
  const layers = async (name = WEDGE) =>
    (await ask('job.JobInterface/GetLayers', { job: short(await job(name)) })).layers.layers as Json[];
  const layer = async (name = 'wedge', of = WEDGE) => find(await layers(of), name);
  const frames = async (name = WEDGE, req: object = {}) =>
    (await ask('job.JobInterface/GetFrames', { job: short(await job(name)), req: { page: 1, limit: 2000, ...req } }))
      .frames.frames as Json[];
  const frame = async (name: string, of = WEDGE) => find(await frames(of, { frames: [name] }), name);
  const groups = async (of = 'testing') =>
    (await ask('show.ShowInterface/GetGroups', { show: { id: (await show(of)).id } })).groups.groups as Json[];
  const hosts = async () => (await ask('host.HostInterface/GetHosts', { r: {} })).hosts.hosts as Json[];
  const filters = async () =>
    (await ask('show.ShowInterface/GetFilters', { show: { id: (await show('demo')).id } })).filters.filters as Json[];
  const departments = async () =>
    (await ask('show.ShowInterface/GetDepartments', { show: { id: (await show('demo')).id } })).departments
      .departments as Json[];
  return {
    ask,
    show,
    job,
    layers,
    layer,
    frames,
    frame,
    groups,
    group: async (name: string, of = 'testing') => find(await groups(of), name),
    hosts,
    host: async (name: string) => find(await hosts(), name),
    /** The procs on a host, or of a job, as the pages of hosts and of redirects list them. */
    procs: async (r: object) => (await ask('host.ProcInterface/GetProcs', { r })).procs.procs as Json[],
    allocation: async (name: string) =>
      find((await ask('facility.AllocationInterface/GetAll')).allocations.allocations, name),
    subscriptions: async (of = 'testing') =>
      (await ask('show.ShowInterface/GetSubscriptions', { show: await show(of) })).subscriptions
        .subscriptions as Json[],
    filters,
    filter: async (name: string) => find(await filters(), name),
    departments,
    department: async () => find(await departments(), 'demo.Lighting'),
    tasks: async () => {
      const department = find(await departments(), 'demo.Lighting');
      return (await ask('department.DepartmentInterface/GetTasks', { department })).tasks.tasks as Json[];
    },
    service: async (name: string) =>
      find((await ask('service.ServiceInterface/GetDefaultServices')).services.services, name),
    overrides: async (of = 'demo') =>
      (await ask('show.ShowInterface/GetServiceOverrides', { show: { id: (await show(of)).id } })).serviceOverrides
        .serviceOverrides as Json[],
    comments: async (of = WEDGE) =>
      (await ask('job.JobInterface/GetComments', { job: short(await job(of)) })).comments.comments as Json[],
    limits: async () => (await ask('limit.LimitInterface/GetAll')).limits as Json[],
  };
}

/** CueWeb with a farm before it. */
export type CueWeb = ReturnType<typeof createCueWeb>;
