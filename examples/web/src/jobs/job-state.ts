import type { JobRowFragment } from '../graphql/graphql.ts';

/** What CueWeb calls the state of a job, which Cuebot has no single field for. */
export type ShownState = 'Finished' | 'Paused' | 'Failing' | 'Running' | 'Depends' | 'Waiting';

export function stateOf({ state, isPaused, jobStats }: JobRowFragment): ShownState {
  if (state === 'FINISHED') return 'Finished';
  if (isPaused) return 'Paused';
  if (!jobStats) return 'Waiting';
  const { deadFrames, runningFrames, waitingFrames, dependFrames } = jobStats;
  if (deadFrames > 0) return 'Failing';
  if (runningFrames > 0) return 'Running';
  return dependFrames > 0 && waitingFrames === 0 ? 'Depends' : 'Waiting';
}
