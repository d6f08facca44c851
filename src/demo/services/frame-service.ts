import type { DependTarget } from '../farm/depends.ts';
import { dropDepends } from '../farm/depends.ts';
import type { Farm } from '../farm/farm.ts';
import { pickOnly, pickRow } from '../farm/find-rows.ts';
import { eatFrame, killFrame, markFrameDepend, markFrameWaiting, retryFrame } from '../farm/frame-changes.ts';
import type { Loan } from '../farm/render-partitions.ts';
import { lendHost } from '../farm/render-partitions.ts';
import type { FrameRow, FrameStateOverrideRow, JobRow } from '../farm/rows.ts';
import type { FrameCriteria } from '../search/find-frames.ts';
import { findFramePage } from '../search/find-frames.ts';
import { viewDepends } from '../views/depend-view.ts';
import { viewFrame } from '../views/frame-view.ts';
import { viewRenderPartition } from '../views/owner-view.ts';
import { danglingKey, missingRow, notFound } from '../wire/cuebot-error.ts';
import type { EntityReference, ServiceHandlers } from '../wire/rpc-handler.ts';
import { idOf } from '../wire/rpc-handler.ts';
import type { Cuebot } from './cuebot.ts';
import { DONE } from './cuebot.ts';
import { answerDepend } from './depend-service.ts';

interface OfFrame {
  readonly frame: EntityReference | null;
}

type FrameOf = (request: OfFrame) => FrameRow;

const INSERT_OVERRIDE =
  'INSERT INTO frame_state_display_overrides (pk_frame_override,pk_frame,str_frame_state,str_override_text,str_rgb)' +
  ' VALUES (?,?,?,?,?)';

/** job.FrameInterface. */
export function createFrameService(cuebot: Cuebot): ServiceHandlers {
  const { farm } = cuebot;
  const frameOf: FrameOf = ({ frame }) => pickRow(farm.frames, idOf(frame));
  return { ...createReads(farm, frameOf), ...createWrites(cuebot, frameOf), ...createDependWrites(cuebot, frameOf) };
}

function createReads(farm: Farm, frameOf: FrameOf): ServiceHandlers {
  return {
    GetFrame: ({ id }: { id: string }) => ({ frame: viewFrame(farm, pickRow(farm.frames, id, notFound)) }),
    FindFrame(request: { job: string; layer: string; frame: number }) {
      const layers = pickOnly(farm.jobs.values(), isPending(request.job)).layers;
      const layer = pickOnly(layers, ({ name }) => name === request.layer);
      return {
        frame: viewFrame(
          farm,
          pickOnly(layer.frames, ({ number }) => number === request.frame),
        ),
      };
    },
    GetFrames({ job, r }: { job: string; r: FrameCriteria | null }) {
      const frames = findFramePage(farm, pickOnly(farm.jobs.values(), isPending(job), missingRow), r);
      return { frames: { frames: frames.map((frame) => viewFrame(farm, frame)) } };
    },
    GetWhatDependsOnThis(request: OfFrame) {
      const frame = frameOf(request);
      return viewDepends(frame.awaitedBy ?? [], () => true);
    },
    GetWhatThisDependsOn(request: OfFrame) {
      const frame = frameOf(request);
      return viewDepends(frame.layer.job.dependsOn, ({ er }) => {
        if (er.frame) return er.frame === frame;
        return !er.layer || er.layer === frame.layer;
      });
    },
    GetFrameStateDisplayOverrides: ({ frame }: OfFrame) => ({
      overrides: { overrides: farm.frames.get(idOf(frame))?.overrides ?? [] },
    }),
  };
}

function createWrites({ farm, queue }: Cuebot, frameOf: FrameOf): ServiceHandlers {
  const queued = (what: string, change: (farm: Farm, frame: FrameRow) => void) => (request: OfFrame) => {
    const frame = frameOf(request);
    queue.execute(`${what} frame ${frame.id}`, () => change(farm, frame));
    return DONE;
  };
  return {
    Retry: queued('retry', retryFrame),
    Eat: queued('eat', eatFrame),
    Kill: queued('kill', killFrame),
    MarkAsWaiting(request: OfFrame) {
      markFrameWaiting(farm, frameOf(request));
      return DONE;
    },
    MarkAsDepend(request: OfFrame) {
      markFrameDepend(farm, frameOf(request));
      return DONE;
    },
    SetCheckpointState(request: OfFrame & { state: FrameRow['checkpointState'] }) {
      frameOf(request).checkpointState = request.state;
      farm.touch();
      return DONE;
    },
    // One override for each state; nothing asks for the frame before the insert.
    SetFrameStateDisplayOverride({ frame, override }: OfFrame & { override: FrameStateOverrideRow | null }) {
      const row = farm.frames.get(idOf(frame));
      if (!row) {
        const table = 'frame_state_display_overrides';
        throw danglingKey(INSERT_OVERRIDE, table, 'c_frame_state_overrides_pk_frame', `(pk_frame)=(${idOf(frame)})`);
      }
      const { state = 'WAITING', text = '', color } = override ?? {};
      const kept = row.overrides.filter((other) => other.state !== state);
      row.overrides = [...kept, { state, text, color: color ?? { red: 0, green: 0, blue: 0 } }];
      farm.touch();
      return DONE;
    },
    AddRenderPartition: (request: OfFrame & Loan) => ({
      renderPartition: viewRenderPartition(lendHost(farm, frameOf(request), request)),
    }),
  };
}

function createDependWrites({ farm, queue }: Cuebot, frameOf: FrameOf): ServiceHandlers {
  return {
    CreateDependencyOnJob: (request: OfFrame & { job: EntityReference | null }) =>
      answerDepend(farm, 'FRAME_ON_JOB', frameOf(request), pickRow(farm.jobs, idOf(request.job))),
    CreateDependencyOnLayer: (request: OfFrame & { layer: EntityReference | null }) =>
      answerDepend(farm, 'FRAME_ON_LAYER', frameOf(request), pickRow(farm.layers, idOf(request.layer))),
    CreateDependencyOnFrame: (request: OfFrame & { dependOnFrame: EntityReference | null }) =>
      answerDepend(farm, 'FRAME_ON_FRAME', frameOf(request), pickRow(farm.frames, idOf(request.dependOnFrame))),
    DropDepends(request: OfFrame & { target: DependTarget }) {
      const frame = frameOf(request);
      queue.execute(`drop depends of frame ${frame.id}`, () => dropDepends(farm, frame, request.target));
      return DONE;
    },
  };
}

function isPending(jobName: string): (job: JobRow) => boolean {
  return ({ name, state }) => state === 'PENDING' && name === jobName;
}
