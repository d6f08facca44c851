import { pickRow } from '../farm/find-rows.ts';
import { hasWork, redirectProc, unbookProc } from '../farm/redirects.ts';
import type { GroupRow, JobRow, ProcRow } from '../farm/rows.ts';
import type { ProcCriteria } from '../search/find-procs.ts';
import { findProcs } from '../search/find-procs.ts';
import { viewFrame } from '../views/frame-view.ts';
import { viewHost, viewProc } from '../views/host-view.ts';
import { viewJob, viewLayer } from '../views/job-view.ts';
import { notFound, thrown } from '../wire/cuebot-error.ts';
import type { EntityReference, ServiceHandlers } from '../wire/rpc-handler.ts';
import { idOf } from '../wire/rpc-handler.ts';
import type { Cuebot } from './cuebot.ts';
import { DONE } from './cuebot.ts';

interface OfProc {
  readonly proc: EntityReference | null;
}

interface ByCriteria {
  readonly r: ProcCriteria | null;
  readonly kill: boolean;
}

/** host.ProcInterface. */
export function createProcService({ farm }: Cuebot): ServiceHandlers {
  const procOf = ({ proc }: OfProc) => pickRow(farm.procs, idOf(proc));
  const findBooked = ({ r }: ByCriteria, isRight: (job: JobRow) => boolean = () => true) =>
    findProcs(farm, r, (proc) => !proc.unbooked && isRight(proc.frame.layer.job)).sort(
      (a, b) => a.bookedTime - b.bookedTime,
    );
  const redirect = (request: OfProc & { kill: boolean }, target: (proc: ProcRow) => JobRow | GroupRow) => {
    const proc = procOf(request);
    const destination = target(proc);
    // Nobody is sent where there is nothing to do.
    if (!hasWork(farm, destination)) return { value: false };
    redirectProc(farm, proc, destination, request.kill);
    return { value: true };
  };
  return {
    GetProcs: ({ r }: { r: ProcCriteria | null }) => ({
      procs: { procs: findProcs(farm, r).map((proc) => viewProc(farm, proc)) },
    }),
    GetFrame: (request: OfProc) => ({ frame: viewFrame(farm, procOf(request).frame) }),
    GetHost: (request: OfProc) => ({ host: viewHost(farm, procOf(request).host) }),
    GetLayer: (request: OfProc) => ({ layer: viewLayer(farm, procOf(request).frame.layer) }),
    GetJob: ({ proc }: OfProc) => ({
      job: viewJob(farm, pickRow(farm.procs, idOf(proc), notFound).frame.layer.job),
    }),
    Unbook(request: OfProc & { kill: boolean }) {
      unbookProc(farm, procOf(request), request.kill);
      return DONE;
    },
    Kill(request: OfProc) {
      unbookProc(farm, procOf(request), true);
      return DONE;
    },
    ClearRedirect(request: OfProc) {
      const proc = procOf(request);
      const value = proc.redirect !== undefined;
      proc.redirect = undefined;
      proc.unbooked = false;
      farm.touch();
      return { value };
    },
    RedirectToJob: (request: OfProc & { jobId: string; kill: boolean }) =>
      redirect(request, () => pickRow(farm.jobs, request.jobId)),
    RedirectToGroup: (request: OfProc & { groupId: string; kill: boolean }) =>
      redirect(request, () => pickRow(farm.groups, request.groupId)),
    UnbookProcs(request: ByCriteria) {
      const procs = findBooked(request);
      for (const proc of procs) unbookProc(farm, proc, request.kill);
      return { numProcs: procs.length };
    },
    UnbookToGroup(request: ByCriteria & { group: EntityReference | null }) {
      refuseWithoutNumber(request);
      const group = pickRow(farm.groups, idOf(request.group));
      const procs = findBooked(request, (job) => job.group !== group);
      for (const proc of procs) redirectProc(farm, proc, group, request.kill);
      return { numProcs: procs.length };
    },
    // Unknown jobs are left out; the procs go to the others in turn.
    UnbookToJob(request: ByCriteria & { jobs: { jobs: readonly EntityReference[] } | null }) {
      refuseWithoutNumber(request);
      const jobs = (request.jobs?.jobs ?? []).flatMap(({ id }) => farm.jobs.get(id) ?? []);
      if (jobs.length === 0) return { numProcs: 0 };
      const procs = findBooked(request, (job) => !jobs.includes(job));
      for (const [index, proc] of procs.entries()) {
        redirectProc(farm, proc, jobs[index % jobs.length]!, request.kill);
      }
      return { numProcs: procs.length };
    },
  };
}

function refuseWithoutNumber({ r }: ByCriteria): void {
  if (r && r.maxResults.length > 0) return;
  const text = 'You must specify the number of procs to unbook within the ProcSearchCriteria.';
  throw thrown('java.lang.RuntimeException', text);
}
