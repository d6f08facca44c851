import { type FragmentType, graphql, readFragment } from '../graphql/index.ts';
import { FrameBar } from './frame-bar.tsx';
import { JobActions } from './job-actions.tsx';
import { stateOf } from './job-state.ts';

export const jobRow = graphql(`
  fragment JobRow on Job {
    id
    name
    show
    user
    state
    isPaused
    priority
    submittedAt
    jobStats {
      totalFrames
      runningFrames
      waitingFrames
      dependFrames
      deadFrames
      eatenFrames
      succeededFrames
      maxRssBytes
    }
  }
`);

interface Props {
  readonly job: FragmentType<typeof jobRow>;
}

export function JobRow(props: Props) {
  const job = readFragment(jobRow, props.job);
  const stats = job.jobStats;
  const state = stateOf(job);
  return (
    <tr>
      <th scope="row">
        {job.name}
        <small>
          {job.show} · {job.user}
        </small>
      </th>
      <td>
        <span className="state" data-state={state}>
          {state}
        </span>
      </td>
      <td>{stats && <FrameBar counts={stats} />}</td>
      <td className="number">{stats?.runningFrames}</td>
      <td className="number">{stats?.deadFrames}</td>
      <td className="number">{job.priority}</td>
      <td className="number">{stats && formatBytes(Number(stats.maxRssBytes))}</td>
      <td>{job.submittedAt && <time dateTime={job.submittedAt}>{times.format(new Date(job.submittedAt))}</time>}</td>
      <td>
        <JobActions job={job} />
      </td>
    </tr>
  );
}

const times = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'short' });

/** @param bytes 0: nothing has been measured yet */
function formatBytes(bytes: number): string {
  return bytes === 0 ? '–' : `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
