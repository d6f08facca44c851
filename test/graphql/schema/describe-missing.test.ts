import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

import { describeMissing } from '../../../src/graphql/schema/describe-missing.ts';
import { loadProtoFiles } from '../../../src/registry/sources/load-proto-files.ts';

const { methods } = loadProtoFiles([fileURLToPath(new URL('../../../proto', import.meta.url))]);

describe('describeMissing()', () => {
  it.each([
    ['host.HostInterface/Lock', 'No host matches the arguments of host.HostInterface/Lock.'],
    ['host.HostInterface/FindHost', 'No host matches the arguments of host.HostInterface/FindHost.'],
    ['show.ShowInterface/FindFilter', 'No show or filter matches the arguments of show.ShowInterface/FindFilter.'],
    ['host.HostInterface/GetProcs', 'No host matches the arguments of host.HostInterface/GetProcs.'],
    ['limit.LimitInterface/Find', 'No limit matches the arguments of limit.LimitInterface/Find.'],
    ['facility.AllocationInterface/Get', 'No allocation matches the arguments of facility.AllocationInterface/Get.'],
    [
      'renderPartition.RenderPartitionInterface/Delete',
      'No render partition matches the arguments of renderPartition.RenderPartitionInterface/Delete.',
    ],
  ])('says of %s: %s', (method, sentence) => {
    expect(describeMissing(methods.get(method)!)).toBe(sentence);
  });
});
