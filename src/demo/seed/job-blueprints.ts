import type { JobState } from '../farm/rows.ts';
import type { TemplateName } from './layer-templates.ts';

/** One job of the demo farm. */
export interface JobBlueprint {
  readonly show: string;
  readonly shot: string;
  readonly user: string;
  /** What follows `show-shot-user_` in the job's name. */
  readonly suffix: string;
  readonly group: string;
  readonly template: TemplateName;
  readonly frames: number;
  /** Layers done: 1.5 is the first one whole and half of the second. */
  readonly progress: number;
  /** Hours since the submission. */
  readonly hoursOld: number;
  readonly state?: JobState;
  /** Frames of the layer at work that run now, as far as hosts have room. */
  readonly running?: number;
  readonly dead?: number;
  readonly eaten?: number;
  readonly checkpointed?: number;
  readonly retries?: number;
  readonly paused?: true;
  readonly autoEat?: true;
  readonly priority?: number;
  readonly facility?: 'cloud';
  /** The whole job waits for this one, named by its suffix. */
  readonly after?: string;
}

/** The first frame of every shot, as film people count. */
export const FIRST_FRAME = 1001;

// biome-ignore format: a table, one job per line
/** The jobs of the default farm. The farm's size knobs repeat the ordinary ones among them. */
export const JOB_BLUEPRINTS: readonly JobBlueprint[] = [
  { show: 'demo', shot: 'sh010', user: 'ann', suffix: 'beauty_v003', group: 'seq010', template: 'beauty', frames: 96, progress: 1.55, running: 24, hoursOld: 9, priority: 120 },
  { show: 'demo', shot: 'sh020', user: 'ann', suffix: 'beauty_v001', group: 'seq010', template: 'beauty', frames: 72, progress: 0, hoursOld: 2, after: 'beauty_v003' },
  { show: 'demo', shot: 'sh030', user: 'ben', suffix: 'beauty_v012', group: 'seq020', template: 'beauty', frames: 48, progress: 1.8, dead: 5, retries: 3, hoursOld: 20 },
  { show: 'demo', shot: 'sh030', user: 'cleo', suffix: 'comp_v007', group: 'comp', template: 'comp', frames: 120, progress: 1.4, running: 6, hoursOld: 3, priority: 150 },
  { show: 'demo', shot: 'sh040', user: 'dev', suffix: 'pyro_sim_v002', group: 'fx', template: 'sim', frames: 64, progress: 1.5, running: 4, hoursOld: 7, priority: 175 },
  { show: 'demo', shot: 'sh040', user: 'dev', suffix: 'crowd_v005', group: 'fx', template: 'sim', frames: 80, progress: 2.2, paused: true, hoursOld: 30 },
  { show: 'demo', shot: 'sh050', user: 'elif', suffix: 'lookdev_v021', group: 'anim', template: 'lookdev', frames: 100, progress: 1.3, running: 8, hoursOld: 1 },
  { show: 'demo', shot: 'sh060', user: 'ann', suffix: 'beauty_v009', group: 'seq020', template: 'beauty', frames: 48, progress: 6, state: 'FINISHED', hoursOld: 40 },
  { show: 'demo', shot: 'sh070', user: 'farid', suffix: 'layout_v001', group: 'anim', template: 'comp', frames: 60, progress: 3, eaten: 4, state: 'FINISHED', hoursOld: 26 },
  { show: 'aurora', shot: 'sq100', user: 'gina', suffix: 'water_sim_v004', group: 'sims', template: 'sim', frames: 96, progress: 2.35, running: 12, hoursOld: 14, priority: 140 },
  { show: 'aurora', shot: 'sq100', user: 'gina', suffix: 'water_beauty_v004', group: 'lighting', template: 'beauty', frames: 96, progress: 0, hoursOld: 13, after: 'water_sim_v004' },
  { show: 'aurora', shot: 'sq110', user: 'hugo', suffix: 'beauty_v030', group: 'lighting', template: 'beauty', frames: 110, progress: 1.6, running: 30, hoursOld: 11, facility: 'cloud' },
  { show: 'aurora', shot: 'sq110', user: 'monitor', suffix: 'beauty_v030_post_job', group: 'lighting', template: 'publish', frames: 1, progress: 0, state: 'POSTED', hoursOld: 11, facility: 'cloud' },
  { show: 'aurora', shot: 'sq120', user: 'ines', suffix: 'comp_v002', group: 'lighting', template: 'comp', frames: 90, progress: 1.7, eaten: 7, autoEat: true, running: 3, hoursOld: 5 },
  { show: 'aurora', shot: 'sq120', user: 'ines', suffix: 'comp_v001', group: 'lighting', template: 'comp', frames: 90, progress: 1.3, dead: 9, state: 'FINISHED', hoursOld: 28 },
  { show: 'aurora', shot: 'sq130', user: 'jun', suffix: 'beauty_v001', group: 'layout', template: 'beauty', frames: 40, progress: 0, state: 'STARTUP', hoursOld: 0 },
  { show: 'aurora', shot: 'sq140', user: 'jun', suffix: 'overnight_v002', group: 'layout', template: 'beauty', frames: 150, progress: 1, hoursOld: 4, priority: 10 },
  { show: 'testing', shot: 'shot01', user: 'kim', suffix: 'wedge_v001', group: 'testing', template: 'wedge', frames: 1000, progress: 1.6, running: 40, dead: 3, eaten: 2, retries: 20, hoursOld: 6 },
  { show: 'testing', shot: 'shot02', user: 'kim', suffix: 'smoke_test_v001', group: 'testing', template: 'wedge', frames: 12, progress: 3, state: 'FINISHED', hoursOld: 50 },
  { show: 'testing', shot: 'shot03', user: 'lou', suffix: 'checkpoint_v004', group: 'wedges', template: 'wedge', frames: 36, progress: 1.5, checkpointed: 3, running: 5, dead: 1, retries: 6, hoursOld: 8 },
];
