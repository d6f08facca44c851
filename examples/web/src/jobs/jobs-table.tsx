import type { FragmentType } from '../graphql/index.ts';
import { type jobRow, JobRow } from './job-row.tsx';

interface Props {
  readonly jobs: readonly ({ readonly id: string } & FragmentType<typeof jobRow>)[];
}

export function JobsTable({ jobs }: Props) {
  if (jobs.length === 0) return <p className="empty">No job is like that.</p>;
  return (
    <table>
      <caption>{jobs.length === 1 ? '1 job' : `${jobs.length} jobs`}, the youngest first</caption>
      <thead>
        <tr>
          <th scope="col">Job</th>
          <th scope="col">State</th>
          <th scope="col">Frames</th>
          <th scope="col" className="number">
            Running
          </th>
          <th scope="col" className="number">
            Dead
          </th>
          <th scope="col" className="number">
            Priority
          </th>
          <th scope="col" className="number">
            Memory
          </th>
          <th scope="col">Submitted</th>
          <th scope="col">Actions</th>
        </tr>
      </thead>
      <tbody>
        {jobs.map((job) => (
          <JobRow key={job.id} job={job} />
        ))}
      </tbody>
    </table>
  );
}
