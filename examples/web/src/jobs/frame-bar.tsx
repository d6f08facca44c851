import type { JobRowFragment } from '../graphql/graphql.ts';

interface Props {
  readonly counts: NonNullable<JobRowFragment['jobStats']>;
}

/** The frames of a job by their state: a picture, and the same in words for who does not see it. */
export function FrameBar({ counts }: Props) {
  const parts = [
    { name: 'succeeded', frames: counts.succeededFrames },
    { name: 'eaten', frames: counts.eatenFrames },
    { name: 'running', frames: counts.runningFrames },
    { name: 'dead', frames: counts.deadFrames },
    { name: 'waiting', frames: counts.waitingFrames },
    { name: 'depending', frames: counts.dependFrames },
  ].filter(({ frames }) => frames > 0);
  const text = parts.map(({ name, frames }) => `${frames} ${name}`).join(', ');
  return (
    <div className="frames" title={text}>
      <div className="bar" role="img" aria-label={text}>
        {parts.map(({ name, frames }) => (
          <span key={name} data-frames={name} style={{ flexGrow: frames }} />
        ))}
      </div>
      <small>
        {counts.succeededFrames + counts.eatenFrames} of {counts.totalFrames}
      </small>
    </div>
  );
}
