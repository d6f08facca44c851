import type { Farm } from '../farm/farm.ts';
import { pickOnly, pickRow } from '../farm/pick-row.ts';
import type { HostRow } from '../farm/rows.ts';
import type { HostCriteria } from '../search/find-hosts.ts';
import { findHosts } from '../search/find-hosts.ts';
import { viewDeed, viewHost, viewOwner, viewProc, viewRenderPartition } from '../views/host-view.ts';
import { viewComments } from '../views/job-view.ts';
import { missingRow, notFound, thrown } from '../wire/cuebot-error.ts';
import type { EntityReference, ServiceHandlers } from '../wire/rpc-handler.ts';
import { idOf } from '../wire/rpc-handler.ts';
import type { NewComment } from './add-comment.ts';
import { addComment } from './add-comment.ts';

interface OfHost {
  readonly host: EntityReference | null;
}

/** host.HostInterface: all reads; lock, unlock, tags and comments. */
export function createHostService(farm: Farm): ServiceHandlers {
  const hostOf = ({ host }: OfHost) => pickRow(farm.hosts, idOf(host));
  return { ...createReads(farm, hostOf), ...createWrites(farm, hostOf) };
}

function createReads(farm: Farm, hostOf: (request: OfHost) => HostRow): ServiceHandlers {
  const deedOf = (host: HostRow) => pickOnly(farm.deeds.values(), (deed) => deed.host === host, missingRow);
  return {
    GetHost: ({ id }: { id: string }) => ({ host: viewHost(farm, pickRow(farm.hosts, id, notFound)) }),
    FindHost({ name }: { name: string }) {
      return {
        host: viewHost(
          farm,
          pickOnly(farm.hosts.values(), (host) => host.name === name),
        ),
      };
    },
    GetHosts: ({ r }: { r: HostCriteria | null }) => ({
      hosts: { hosts: findHosts(farm, r).map((host) => viewHost(farm, host)) },
    }),
    GetHostWhiteboard() {
      // The real one stumbles over every running proc without a redirect, and never lists a proc.
      for (const proc of farm.procs.values()) {
        if (proc.redirectTarget === '') throw thrown('java.lang.NullPointerException');
      }
      return { nestedHosts: { nestedHosts: [...farm.hosts.values()].map((host) => viewHost(farm, host)) } };
    },
    GetProcs: (request: OfHost) => ({
      procs: { procs: [...hostOf(request).procs].map((proc) => viewProc(farm, proc)) },
    }),
    GetComments: (request: OfHost) => ({ comments: viewComments(farm, hostOf(request)) }),
    GetDeed: (request: OfHost) => ({ deed: viewDeed(deedOf(hostOf(request))) }),
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
    <Request extends OfHost>(valuesOf: (host: HostRow, request: Request) => Partial<HostRow>) =>
    (request: Request) => {
      const host = hostOf(request);
      Object.assign(host, valuesOf(host, request));
      farm.touch();
      return {};
    };
  return {
    Lock: setting(() => ({ lockState: 'LOCKED' })),
    Unlock: setting(() => ({ lockState: 'OPEN' })),
    AddTags: setting(({ tags: present }, { tags }: OfHost & { tags: string[] }) => ({
      tags: [...present, ...new Set(tags.filter((tag) => !present.includes(tag)))],
    })),
    RemoveTags: setting(({ tags: present }, { tags }: OfHost & { tags: string[] }) => ({
      tags: present.filter((tag) => !tags.includes(tag)),
    })),
    RenameTag: setting(({ tags }, { oldTag, newTag }: OfHost & { oldTag: string; newTag: string }) => ({
      tags: tags.map((tag) => (tag === oldTag ? newTag : tag)),
    })),
    AddComment: (request: OfHost & { newComment: NewComment | null }) =>
      addComment(farm, hostOf(request), request.newComment),
  };
}
