import type { Farm } from '../farm/farm.ts';
import { byName } from '../farm/find-rows.ts';
import type { JobRow } from '../farm/rows.ts';
import { anyOf, compileLike, compileRegex, isAmong } from './matchers.ts';

/** job.JobSearchCriteria. */
export interface JobCriteria {
  readonly ids: readonly string[];
  readonly jobs: readonly string[];
  readonly regex: readonly string[];
  readonly substr: readonly string[];
  readonly users: readonly string[];
  readonly shots: readonly string[];
  readonly shows: readonly string[];
  readonly includeFinished: boolean;
}

const STATEMENT = 'SELECT job.pk_job FROM job WHERE job.str_name ~ ?';

/**
 * Jobs in ascending order of name. Values of one field are alternatives, fields add up, empty fields restrict nothing, and
 * there is no limit. Without `includeFinished` only PENDING jobs match; with it every state does.
 */
export function findJobs(farm: Farm, criteria: JobCriteria | null): JobRow[] {
  const tests: ((job: JobRow) => boolean)[] = [];
  if (!criteria?.includeFinished) tests.push((job) => job.state === 'PENDING');
  if (criteria) {
    const nameTest = anyOf(criteria.regex.map((pattern) => compileRegex(pattern, STATEMENT)));
    const wordTest = anyOf(criteria.substr.map(compileLike));
    tests.push(
      isAmong(criteria.ids, (job) => job.id),
      isAmong(criteria.jobs, (job) => job.name),
      isAmong(criteria.users, (job) => job.user),
      isAmong(criteria.shots, (job) => job.shot),
      isAmong(criteria.shows, (job) => job.group.show.name),
      (job) => nameTest(job.name) && wordTest(job.name),
    );
  }
  return [...farm.jobs.values()].filter((job) => tests.every((test) => test(job))).sort(byName);
}
