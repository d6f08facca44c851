import { describe, expect, test } from 'vitest';

import type { Farm } from '../../../src/demo/farm/farm.ts';
import type { JobRow } from '../../../src/demo/farm/rows.ts';
import { seedFarm } from '../../../src/demo/seed/seed-farm.ts';
import { checkSpec, launchSpec } from '../../../src/demo/spec/launch-spec.ts';
import { readSpec } from '../../../src/demo/spec/read-spec.ts';
import type { SpecParts } from './spec-text.ts';
import { dependText, layerText, specText } from './spec-text.ts';

const newFarm = () => seedFarm(1, () => 1_800_000_000, {});
const farm = newFarm();

function launch(parts: SpecParts, onto: Farm = newFarm()): JobRow {
  const spec = readSpec(onto, specText(parts));
  checkSpec(onto, spec);
  return launchSpec(onto, spec)[0]!;
}

const statesOf = (job: JobRow) =>
  job.layers.flatMap(({ frames }) => frames.map(({ name, state }) => `${name} ${state}`));

describe('a job spec', () => {
  test('becomes a job with layers and frames that wait', () => {
    const more =
      '<cores>1.5</cores><threadable>True</threadable><memory>512m</memory><timeout>90</timeout>' +
      '<tags>general | fast</tags><limits><limit>nuke_lic</limit></limits><env><key name="A">b</key></env>' +
      '<services><service>nuke</service><service>own_tool</service></services>' +
      '<outputs><output name="exr">/a.exr</output></outputs>';
    const job = launch({
      job: '<paused>True</paused><priority>77</priority><maxretries>5</maxretries><maxcores>12</maxcores><os>linux</os>',
      head: '<email>kim@example.com</email><uid>1004</uid>',
      jobName: 'A-Job_v001',
      layers: layerText('Beauty-L', '1-9x2', more),
    });
    expect(job).toMatchObject({
      name: 'testing-sh_01-kim_a_job_v001',
      shot: 'sh_01',
      state: 'PENDING',
      isPaused: true,
      priority: 77,
      maxRetries: 1,
      maxCores: 12,
      os: 'linux',
      uid: 1004,
      emails: 'kim@example.com',
      logDir: `/shots/testing/sh_01/logs/testing-sh_01-kim_a_job_v001--${job.id}`,
      group: { name: 'testing' },
      department: 'Pipeline',
    });
    expect(job.layers[0]).toMatchObject({
      name: 'beauty_l',
      minCores: 1.5,
      isThreadable: true,
      minMemory: 524_288,
      timeout: 90,
      tags: ['general', 'fast'],
      services: ['nuke', 'own_tool'],
      limits: [{ limit: { name: 'nuke_lic' }, source: 'SPEC' }],
      outputPaths: ['/a.exr'],
      environment: { A: 'b' },
    });
    expect(statesOf(job)).toEqual(['0001', '0003', '0005', '0007', '0009'].map((frame) => `${frame}-beauty_l WAITING`));
  });

  test('takes what it does not say from the first service that exists, the show’s own version first', () => {
    const job = launch({
      show: 'demo',
      layers:
        layerText('own', '1', '<services><service>nothing</service><service>arnold</service></services>') +
        layerText('default', '1'),
    });
    expect(job.layers).toMatchObject([
      { minCores: 4, minMemory: 12 * 1_048_576, timeout: 720, services: ['nothing', 'arnold'] },
      { minCores: 1, minMemory: 3_355_443, services: ['default'], tags: ['general', 'desktop'] },
    ]);
  });

  test.each([
    ['150', 1.5],
    ['0.5', 0.5],
    ['0.05', 1],
    ['5', 1],
    ['99.0', 24],
    ['0', 0],
  ])('reads %s cores as %d', (cores, expected) => {
    const job = launch({ layers: layerText('render', '1', `<cores>${cores}</cores>`) });
    expect(job.layers[0]!.minCores).toBe(expected);
  });

  test.each([
    ['4g', 4 * 1_048_576],
    ['4', 4 * 1_048_576],
    ['1536.5m', 1_573_376],
    ['1m', 262_144],
  ])('reads a memory of %s as %d KB', (memory, expected) => {
    const job = launch({ layers: layerText('render', '1', `<memory>${memory}</memory>`) });
    expect(job.layers[0]!.minMemory).toBe(expected);
  });

  test('makes a frame of each chunk', () => {
    const job = launch({ layers: layerText('render', '1-10', '', { chunk: 4 }) });
    expect(statesOf(job)).toEqual(['0001-render WAITING', '0005-render WAITING', '0009-render WAITING']);
  });

  test('puts POST layers into a job of its own, which begins when the first ends', () => {
    const onto = newFarm();
    const job = launch({ layers: layerText('render') + layerText('tidy', '1', '', { type: 'Post' }) }, onto);
    const post = job.postJob!;
    expect(post).toMatchObject({
      name: 'testing-sh_01-monitor_a_job_post_job_1800000000000',
      state: 'POSTED',
      user: 'monitor',
      maxRetries: 2,
      maxCores: 5,
    });
    expect(post.environment['CUE_PARENT_JOB']).toBe(job.name);
    expect(job.layers.map(({ name }) => name)).toEqual(['render']);
  });

  test('runs the filters of its show', () => {
    const job = launch({ show: 'demo', jobName: 'big_sim_one', layers: layerText('beauty_main') });
    expect(job).toMatchObject({ group: { name: 'fx' }, priority: 150, department: 'FX' });
  });

  test('honours the former name of an archived show', () => {
    expect(launch({ show: 'test' }).name).toBe('test-sh_01-kim_a_job');
    expect(launch({ show: 'test' }).group.show.name).toBe('testing');
  });

  test('leaves nothing behind when a limit does not exist', () => {
    const onto = newFarm();
    const before = [onto.jobs.size, onto.layers.size, onto.frames.size, onto.depends.size];
    const layers = layerText('render') + layerText('other', '1', '<limits><limit>nope</limit></limits>');
    expect(() => launch({ layers }, onto)).toThrow('limit nope not found');
    expect([onto.jobs.size, onto.layers.size, onto.frames.size, onto.depends.size]).toEqual(before);
  });
});

describe('the depends of a job spec', () => {
  const layers = layerText('one', '1-4') + layerText('two', '1-4') + layerText('wide', '1-4', '', { chunk: 2 });
  const all = (layer: string, state: string) => [1, 2, 3, 4].map((frame) => `000${frame}-${layer} ${state}`);

  test.each<[string, string, readonly string[]]>([
    ['LAYER_ON_LAYER', '<deplayer>two</deplayer>|<onlayer>one</onlayer>', all('two', 'DEPEND')],
    ['FRAME_BY_FRAME', '<deplayer>two</deplayer>|<onlayer>one</onlayer>', all('two', 'DEPEND')],
    ['FRAME_BY_FRAME', '<deplayer>two</deplayer>|<onlayer>wide</onlayer>', all('two', 'DEPEND')],
    [
      'PREVIOUS_FRAME',
      '<deplayer>two</deplayer>|<onlayer>one</onlayer>',
      ['0001-two WAITING', ...all('two', 'DEPEND').slice(1)],
    ],
    ['LAYER_ON_FRAME', '<deplayer>two</deplayer>|<onframe>0001-one</onframe>', all('two', 'DEPEND')],
    ['LAYER_ON_SIM_FRAME', '<deplayer>two</deplayer>|<onframe>0004-one</onframe>', all('two', 'DEPEND')],
    [
      'FRAME_ON_LAYER',
      '<depframe>0002-two</depframe>|<onlayer>one</onlayer>',
      ['0001-two WAITING', '0002-two DEPEND', '0003-two WAITING', '0004-two WAITING'],
    ],
    [
      'FRAME_ON_FRAME',
      '<depframe>0002-two</depframe>|<onframe>0001-one</onframe>',
      ['0001-two WAITING', '0002-two DEPEND', '0003-two WAITING', '0004-two WAITING'],
    ],
  ])('%s holds up %s', (type, sides, states) => {
    const job = launch({ layers, depends: dependText(type, 'a_job', sides) });
    expect(statesOf(job).filter((text) => text.includes('-two '))).toEqual(states);
    expect(statesOf(job).filter((text) => text.includes('-one '))).toEqual(all('one', 'WAITING'));
  });

  test.each([
    ['JOB_ON_JOB', '|'],
    ['JOB_ON_LAYER', '|<onlayer>scene_export</onlayer>'],
    ['LAYER_ON_JOB', '<deplayer>one</deplayer>|'],
    ['FRAME_ON_JOB', '<depframe>0001-one</depframe>|'],
  ])('%s may wait for another job of the same place', (type, sides) => {
    const onto = newFarm();
    launch({ jobName: 'first', layers: layerText('scene_export') }, onto);
    const [er, on] = sides.split('|');
    const depends = `<depend type="${type}"><depjob>a_job</depjob>${er}<onjob>first</onjob>${on}</depend>`;
    const job = launch({ layers: layerText('one', '1'), depends }, onto);
    expect(statesOf(job)).toEqual(['0001-one DEPEND']);
    expect(job.dependsOn).toMatchObject([{ type, active: true, on: { job: { name: 'testing-sh_01-kim_first' } } }]);
  });

  test('a wide frame waits for all that it covers, and frames of other numbers for nothing', () => {
    const job = launch({
      layers,
      depends: dependText('FRAME_BY_FRAME', 'a_job', '<deplayer>wide</deplayer>|<onlayer>one</onlayer>'),
    });
    const rows = job.dependsOn.filter(({ type }) => type === 'FRAME_ON_FRAME');
    expect(rows.map(({ er, on }) => `${er.frame!.name} ${on.frame!.name}`)).toEqual([
      '0001-wide 0001-one',
      '0001-wide 0002-one',
      '0003-wide 0003-one',
      '0003-wide 0004-one',
    ]);
  });

  test('a layer that is one chunk waits for the other as a whole', () => {
    const job = launch({
      layers: layerText('one', '1-4') + layerText('all', '1-4', '', { chunk: 100 }),
      depends: dependText('FRAME_BY_FRAME', 'a_job', '<deplayer>all</deplayer>|<onlayer>one</onlayer>'),
    });
    expect(job.dependsOn.map(({ type }) => type)).toEqual(['LAYER_ON_LAYER']);
  });
});

describe('the document types', () => {
  test.each([5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15])('cjsl-1.%i is read', (version) => {
    expect(launch({ version }).layers).toHaveLength(1);
  });

  test.each<[number, SpecParts, string]>([
    [10, { job: '<priority>5</priority>' }, 'Element type "priority" must be declared.'],
    [12, { job: '<maxcores>5</maxcores>' }, 'Element type "maxcores" must be declared.'],
    [13, { layers: layerText('render', '1', '<outputs/>') }, 'Element type "outputs" must be declared.'],
    [6, { layers: layerText('render', '1', '<gpu>1g</gpu>') }, 'Element type "gpu" must be declared.'],
  ])('cjsl-1.%i does not know what came later', (version, parts, reason) => {
    expect(() => readSpec(farm, specText({ ...parts, version }))).toThrow(reason);
  });
});

describe('what is wrong with a spec', () => {
  const parser = (line: number, reason: string) =>
    `Failed to parse job spec XML, org.jdom.input.JDOMParseException: Error on line ${line}: ${reason}`;

  test.each<[string, string, string]>([
    ['nothing', '', parser(1, 'Premature end of file.')],
    ['no DOCTYPE', specText({ version: undefined }), parser(3, 'Document is invalid: no grammar found.')],
    [
      'another DOCTYPE',
      specText().replace('localhost:8080', 'example.com'),
      'the demo Cuebot reads no document type "http://example.com/spcue/dtd/cjsl-1.15.dtd": expected ' +
        'http://localhost:8080/spcue/dtd/cjsl-1.N.dtd with N from 5 to 15',
    ],
    [
      'another root',
      specText().replaceAll('spec>', 'job>').replace('<job>', '<job name="x">'),
      'must match DOCTYPE root',
    ],
    [
      'children in the wrong order',
      specText({ job: '<os>linux</os><paused>True</paused>' }),
      parser(
        6,
        'The content of element type "job" must match ' +
          '"(paused?,priority?,maxretries?,maxcores?,maxgpus?,autoeat?,localbook?,os?,env*,layers?)".',
      ),
    ],
    [
      'a layer type that does not exist',
      specText({ layers: layerText('render', '1', '', { type: 'Pre' }) }),
      parser(5, 'Attribute "type" with value "Pre" must have a value from the list "Render Util Post ".'),
    ],
    [
      'a missing attribute',
      specText().replace(' name="a_job"', ''),
      parser(4, 'Attribute "name" is required and must be specified for element type "job".'),
    ],
    ['an unclosed tag', specText().replace('</layers>', ''), 'must be terminated by the matching end-tag "</layers>".'],
    ['an end too early', specText().replace('</spec>', ''), 'must start and end within the same entity.'],
    ['root', specText({ user: 'root' }), 'Cannot launch jobs as root.'],
    ['uid 0', specText({ head: '<uid>0</uid>' }), 'Cannot launch jobs as root.'],
    ['a uid that is no number', specText({ head: '<uid>me</uid>' }), 'For input string: "me"'],
    ['a short layer name', specText({ layers: layerText('ab') }), 'The layer name must be at least 3 characters.'],
    [
      'a layer twice',
      specText({ layers: layerText('one') + layerText('ONE') }),
      'error, the layer one was already defined in job testing-sh_01-kim_a_job',
    ],
    ['a bad range', specText({ layers: layerText('one', 'abc') }), 'error, the range abc is invalid'],
    [
      'too many frames',
      specText({ layers: layerText('one', '1-100001') }),
      'error, your job has 100001 frames, the maximum number of allowed frames is 100000',
    ],
    [
      'a short tag',
      specText({ layers: layerText('one', '1', '<tags>general | ab</tags>') }),
      'error, invalid tag ab, tags must be alpha numberic and at least 3 characters in length.',
    ],
    [
      'only POST layers',
      specText({ layers: layerText('one', '1', '', { type: 'Post' }) }),
      'The job testing-sh_01-kim_a_job has no layers',
    ],
    [
      'a frame that waits for itself',
      specText({
        depends: dependText('FRAME_ON_FRAME', 'a_job', '<depframe>0001-one</depframe>|<onframe>0001-one</onframe>'),
      }),
      'The frame name: 0001-one cannot depend on itself.',
    ],
  ])('%s', (_what, xml, message) => {
    expect(() => readSpec(farm, xml)).toThrow(message);
  });

  test.each<[string, SpecParts, string]>([
    ['an unknown show', { show: 'nope' }, 'The nope does not exist. Please contact administrator of your OpenCue'],
    ['a show that is not active', { show: 'vault' }, 'The vault show has been deactivated.  Please contact'],
  ])('%s', (_what, parts, message) => {
    expect(() => launch(parts)).toThrow(message);
  });

  test('a job that is live already', () => {
    const onto = newFarm();
    launch({}, onto);
    expect(() => launch({}, onto)).toThrow('The job testing-sh_01-kim_a_job is already pending');
  });
});
