import { eatFrame, finishIfComplete, killFrame, retryFrame } from '../farm/change-frames.ts';
import type { Farm } from '../farm/farm.ts';
import { pickOnly, pickRow } from '../farm/pick-row.ts';
import type { FrameRow } from '../farm/rows.ts';
import type { FrameCriteria } from '../search/find-frames.ts';
import { findFramePage } from '../search/find-frames.ts';
import { viewFrame } from '../views/frame-view.ts';
import { viewDepends } from '../views/show-view.ts';
import { missingRow, notFound } from '../wire/cuebot-error.ts';
import type { EntityReference, ServiceHandlers } from '../wire/rpc-handler.ts';
import { idOf } from '../wire/rpc-handler.ts';

interface OfFrame {
  readonly frame: EntityReference | null;
}

/** job.FrameInterface: all reads; retry, eat and kill. */
export function createFrameService(farm: Farm): ServiceHandlers {
  const frameOf = ({ frame }: OfFrame) => pickRow(farm.frames, idOf(frame));
  const changing = (change: (farm: Farm, frame: FrameRow) => void) => (request: OfFrame) => {
    const frame = frameOf(request);
    change(farm, frame);
    finishIfComplete(farm, frame.layer.job);
    return {};
  };
  return {
    GetFrame: ({ id }: { id: string }) => ({ frame: viewFrame(farm, pickRow(farm.frames, id, notFound)) }),
    FindFrame(request: { job: string; layer: string; frame: number }) {
      const layers = pickOnly(farm.jobs.values(), isLive(request.job)).layers;
      const layer = pickOnly(layers, ({ name }) => name === request.layer);
      return {
        frame: viewFrame(
          farm,
          pickOnly(layer.frames, ({ number }) => number === request.frame),
        ),
      };
    },
    GetFrames({ job, r }: { job: string; r: FrameCriteria | null }) {
      const frames = findFramePage(farm, pickOnly(farm.jobs.values(), isLive(job), missingRow), r);
      return { frames: { frames: frames.map((frame) => viewFrame(farm, frame)) } };
    },
    GetWhatDependsOnThis(request: OfFrame) {
      const frame = frameOf(request);
      return viewDepends(frame.layer.job.awaitedBy, ({ on }) => on.frame === frame);
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
    Retry: changing(retryFrame),
    Eat: changing(eatFrame),
    Kill: changing(killFrame),
  };
}

function isLive(jobName: string): (job: { readonly name: string; readonly state: string }) => boolean {
  return ({ name, state }) => state === 'PENDING' && name === jobName;
}
