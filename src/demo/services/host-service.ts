import type { Farm } from '../farm/farm.ts';
import { findHost, pickOnly, pickRow } from '../farm/find-rows.ts';
import { sortTags } from '../farm/host-resources.ts';
import { redirectProc } from '../farm/redirects.ts';
import type { AllocationRow, HardwareState, HostRow, ThreadMode } from '../farm/rows.ts';
import type { HostCriteria } from '../search/find-hosts.ts';
import { findHosts } from '../search/find-hosts.ts';
import { viewHost, viewProc } from '../views/host-view.ts';
import { viewComments } from '../views/job-view.ts';
import { viewDeed, viewOwner, viewRenderPartition } from '../views/owner-view.ts';
import { cuebotThrown, missingRow, notFound, nullPointer, stillReferenced } from '../wire/cuebot-error.ts';
import type { EntityReference, ServiceHandlers } from '../wire/rpc-handler.ts';
import { idOf } from '../wire/rpc-handler.ts';
import type { NewComment } from './comment-service.ts';
import { addComment } from './comment-service.ts';
import type { Cuebot } from './cuebot.ts';
import { DONE } from './cuebot.ts';

interface OfHost {
  readonly host: EntityReference | null;
}

type WithTags = OfHost & { readonly tags: readonly string[] };

/** host.HostInterface. The render hosts themselves, which some calls reach in the real one, always do what they are told. */
export function createHostService({ farm }: Cuebot): ServiceHandlers {
  const hostOf = ({ host }: OfHost) => pickRow(farm.hosts, idOf(host));
  return { ...createReads(farm, hostOf), ...createWrites(farm, hostOf), ...createTagWrites(farm, hostOf) };
}

function createReads(farm: Farm, hostOf: (request: OfHost) => HostRow): ServiceHandlers {
  const deedOf = (host: HostRow) => pickOnly(farm.deeds.values(), (deed) => deed.host === host, missingRow);
  return {
    GetHost: ({ id }: { id: string }) => ({ host: viewHost(farm, pickRow(farm.hosts, id, notFound)) }),
    FindHost: ({ name }: { name: string }) => ({ host: viewHost(farm, findHost(farm, name, notFound)) }),
    GetHosts: ({ r }: { r: HostCriteria | null }) => ({
      hosts: { hosts: findHosts(farm, r).map((host) => viewHost(farm, host)) },
    }),
    GetHostWhiteboard() {
      const isBroken = farm.defects.has('host-whiteboard');
      // The real one stumbles over every running proc without a redirect, and never lists a proc.
      if (isBroken && [...farm.procs.values()].some(({ redirect }) => !redirect)) throw nullPointer();
      const view = (host: HostRow) =>
        isBroken
          ? viewHost(farm, host)
          : { ...viewHost(farm, host), procs: { nestedProcs: [...host.procs].map((proc) => viewProc(farm, proc)) } };
      return { nestedHosts: { nestedHosts: [...farm.hosts.values()].map(view) } };
    },
    GetProcs: (request: OfHost) => ({
      procs: { procs: [...hostOf(request).procs].map((proc) => viewProc(farm, proc)) },
    }),
    GetComments: (request: OfHost) => ({ comments: viewComments(hostOf(request)) }),
    GetDeed: (request: OfHost) => ({ deed: viewDeed(farm, deedOf(hostOf(request))) }),
    GetOwner: (request: OfHost) => ({ owner: viewOwner(farm, deedOf(hostOf(request)).owner) }),
    GetRenderPartitions(request: OfHost) {
      const host = hostOf(request);
      const rows = [...farm.renderPartitions.values()].filter((partition) => partition.host === host);
      return { renderPartitions: { renderPartitions: rows.map(viewRenderPartition) } };
    },
  };
}

function createWrites(farm: Farm, hostOf: (request: OfHost) => HostRow): ServiceHandlers {
  const setting =
    <Request extends OfHost>(valuesOf: (request: Request, host: HostRow) => Partial<HostRow>) =>
    (request: Request) => {
      const host = hostOf(request);
      Object.assign(host, valuesOf(request, host));
      farm.touch();
      return DONE;
    };
  const silenced = (state: HardwareState) => ({ state, silentSince: farm.now() });
  return {
    Lock: setting(() => ({ lockState: 'LOCKED' })),
    Unlock: setting(() => ({ lockState: 'OPEN' })),
    Reboot: setting(() => silenced('REBOOTING')),
    RebootWhenIdle: setting(() => ({ state: 'REBOOT_WHEN_IDLE' })),
    // Running frames survive a restart of the RQD, so the database sees nothing of it.
    RestartRqdNow: setting(() => ({})),
    RestartRqdWhenIdle: setting(() => ({})),
    SetHardwareState: setting(({ state }: OfHost & { state: HardwareState }) => silenced(state)),
    SetOs: setting(({ os }: OfHost & { os: string }) => ({ os })),
    SetThreadMode: setting(({ mode }: OfHost & { mode: ThreadMode }) => ({ threadMode: mode })),
    SetAllocation(request: OfHost & { allocationId: string }) {
      const host = hostOf(request);
      const test = ({ id, enabled }: AllocationRow) => enabled && id === request.allocationId;
      const allocation = pickOnly(farm.allocations, test, missingRow);
      if (host.procs.size > 0) {
        const text = 'You cannot move hosts with running procs between allocations.';
        throw cuebotThrown('EntityModificationError', text);
      }
      moveHost(farm, host, allocation);
      return DONE;
    },
    Delete(request: OfHost) {
      const host = hostOf(request);
      if (host.procs.size > 0) {
        throw stillReferenced('DELETE FROM host WHERE pk_host=?', 'host', 'c_proc_pk_host', 'proc');
      }
      for (const { id } of host.comments) farm.comments.delete(id);
      for (const deed of [...farm.deeds.values()]) if (deed.host === host) farm.deeds.delete(deed.id);
      farm.hosts.delete(host.id);
      farm.touch();
      return DONE;
    },
    AddComment(request: OfHost & { newComment: NewComment | null }) {
      addComment(farm, hostOf(request), request.newComment);
      return DONE;
    },
    // The names must be ids, and the host is ignored.
    RedirectToJob(request: OfHost & { procNames: readonly string[]; jobId: string }) {
      const { procNames, jobId } = request;
      const byName = (host: HostRow) =>
        [...host.procs].filter((proc) => procNames.includes(String(viewProc(farm, proc)['name'])));
      const isDefect = farm.defects.has('redirect-hosts');
      const procs = isDefect ? procNames.map((id) => pickRow(farm.procs, id)) : byName(hostOf(request));
      const job = pickRow(farm.jobs, jobId);
      for (const proc of procs) redirectProc(farm, proc, job, true);
      return { value: true };
    },
  };
}

function createTagWrites(farm: Farm, hostOf: (request: OfHost) => HostRow): ServiceHandlers {
  const retagging =
    <Request extends OfHost>(change: (host: HostRow, request: Request) => void) =>
    (request: Request) => {
      const host = hostOf(request);
      change(host, request);
      sortTags(host);
      farm.touch();
      return DONE;
    };
  return {
    // All tags are one column, separated by spaces: a tag with a space comes back as two, and doubles stay.
    AddTags: retagging((host, { tags }: WithTags) => {
      for (const name of tags.flatMap((tag) => tag.split(' '))) {
        if (name !== '') host.hostTags.push({ type: 'MANUAL', name });
      }
    }),
    RemoveTags: retagging((host, { tags }: WithTags) => {
      const kept = host.hostTags.filter(({ type, name }) => type === 'ALLOC' || !tags.includes(name));
      host.hostTags.splice(0, host.hostTags.length, ...kept);
    }),
    RenameTag: retagging((host, { oldTag, newTag }: OfHost & { oldTag: string; newTag: string }) => {
      for (const tag of host.hostTags) if (tag.type !== 'ALLOC' && tag.name === oldTag) tag.name = newTag;
    }),
  };
}

/** Puts an idle host into another allocation, whose tag it then bears. */
export function moveHost(farm: Farm, host: HostRow, allocation: AllocationRow): void {
  host.allocation = allocation;
  const others = host.hostTags.filter(({ type }) => type !== 'ALLOC');
  host.hostTags.splice(0, host.hostTags.length, { type: 'ALLOC', name: allocation.tag }, ...others);
  sortTags(host);
  farm.touch();
}
