import { finishIfComplete, killFrame } from '../farm/change-frames.ts';
import type { Farm } from '../farm/farm.ts';
import { pickRow } from '../farm/pick-row.ts';
import type { ProcRow } from '../farm/rows.ts';
import type { ProcCriteria } from '../search/find-procs.ts';
import { findProcs } from '../search/find-procs.ts';
import { viewFrame } from '../views/frame-view.ts';
import { viewHost, viewProc } from '../views/host-view.ts';
import { viewJob, viewLayer } from '../views/job-view.ts';
import { notFound } from '../wire/cuebot-error.ts';
import type { EntityReference, ServiceHandlers } from '../wire/rpc-handler.ts';
import { idOf } from '../wire/rpc-handler.ts';

interface OfProc {
  readonly proc: EntityReference | null;
}

/** host.ProcInterface: all reads; unbook and kill. */
export function createProcService(farm: Farm): ServiceHandlers {
  const procOf = ({ proc }: OfProc) => pickRow(farm.procs, idOf(proc));
  const unbook = (proc: ProcRow, kill: boolean) => {
    proc.unbooked = true;
    if (kill) {
      killFrame(farm, proc.frame);
      finishIfComplete(farm, proc.frame.layer.job);
    }
    farm.touch();
  };
  return {
    GetProcs: ({ r }: { r: ProcCriteria | null }) => ({
      procs: { procs: findProcs(farm, r).map((proc) => viewProc(farm, proc)) },
    }),
    GetFrame: (request: OfProc) => ({ frame: viewFrame(farm, procOf(request).frame) }),
    GetHost: (request: OfProc) => ({ host: viewHost(farm, procOf(request).host) }),
    GetLayer: (request: OfProc) => ({ layer: viewLayer(procOf(request).frame.layer) }),
    GetJob: ({ proc }: OfProc) => ({
      job: viewJob(farm, pickRow(farm.procs, idOf(proc), notFound).frame.layer.job),
    }),
    Unbook(request: OfProc & { kill: boolean }) {
      unbook(procOf(request), request.kill);
      return {};
    },
    Kill(request: OfProc) {
      unbook(procOf(request), true);
      return {};
    },
    UnbookProcs({ r, kill }: { r: ProcCriteria | null; kill: boolean }) {
      const procs = findProcs(farm, r);
      for (const proc of procs) unbook(proc, kill);
      return { numProcs: procs.length };
    },
  };
}
