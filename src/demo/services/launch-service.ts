import { checkSpec, launchSpec } from '../spec/launch-spec.ts';
import { SpecError } from '../spec/names.ts';
import { readSpec } from '../spec/read-spec.ts';
import { viewJob } from '../views/job-view.ts';
import { CuebotError, internalError } from '../wire/cuebot-error.ts';
import type { ServiceHandlers } from '../wire/rpc-handler.ts';
import type { Cuebot } from './cuebot.ts';

// What is wrong while the rows are inserted is sent to the submitter by mail. The call then looks for the job in vain.
const LOOKED_IN_VAIN = 'Incorrect result size: expected 1, actual 0';

/** LaunchSpec and LaunchSpecAndWait of job.JobInterface. */
export function createLaunches({ farm, launches }: Cuebot): ServiceHandlers {
  const prepare = (xml: string, failure: string) => {
    try {
      const spec = readSpec(farm, xml);
      checkSpec(farm, spec);
      return spec;
    } catch (error) {
      throw internalError(`${failure}: ${textOf(error)}`);
    }
  };
  return {
    LaunchSpecAndWait({ spec: xml }: { spec: string }) {
      const failure = 'Failed to launch and add job';
      const spec = prepare(xml, failure);
      try {
        return { jobs: { jobs: launchSpec(farm, spec).map((job) => viewJob(farm, job)) } };
      } catch (error) {
        if (isRefusal(error)) throw internalError(`${failure}: ${LOOKED_IN_VAIN}`);
        throw error;
      }
    },
    // Read at once, launched when its turn comes; then nobody is told what fails.
    LaunchSpec({ spec: xml }: { spec: string }) {
      const spec = prepare(xml, 'Failed to add job to launch queue');
      const names = spec.jobs.map(({ name }) => name);
      launches.execute(`launch ${names.join(' ')}`, () => {
        try {
          launchSpec(farm, spec);
        } catch (error) {
          if (!isRefusal(error)) throw error;
        }
      });
      return { names };
    },
  };
}

function isRefusal(error: unknown): boolean {
  return error instanceof SpecError || error instanceof CuebotError;
}

function textOf(error: unknown): string {
  if (error instanceof CuebotError) return error.reason;
  return error instanceof Error ? error.message : String(error);
}
