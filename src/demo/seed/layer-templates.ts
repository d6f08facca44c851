import type { LayerType } from '../farm/rows.ts';

/** How a layer of a seeded job looks; memory in gigabytes. */
export interface LayerTemplate {
  readonly name: string;
  readonly type: LayerType;
  /** One frame, whatever the job's range. */
  readonly single?: true;
  /** A fixed range for layers that do not follow the shot's. */
  readonly range?: readonly [first: number, last: number];
  readonly service: string;
  readonly tags: readonly string[];
  readonly cores: number;
  readonly memoryGb: number;
  readonly gpus?: number;
  readonly limits?: readonly string[];
  /** Typical seconds of one frame. */
  readonly seconds: number;
  /** The layer it waits for: all of it, or frame by frame. */
  readonly waits?: readonly ['LAYER_ON_LAYER' | 'FRAME_BY_FRAME', layer: string];
  readonly command: string;
}

const GENERAL = ['general'];
const UTIL = ['general', 'util'];

const REVIEW_MOVIE: LayerTemplate = {
  name: 'review_mov',
  type: 'POST',
  single: true,
  service: 'shell',
  tags: UTIL,
  cores: 1,
  memoryGb: 2,
  seconds: 95,
  command: 'ffmpeg -i #LAYER#.%04d.exr review.mov',
};

const COMP: LayerTemplate = {
  name: 'comp',
  type: 'RENDER',
  service: 'nuke',
  tags: ['general', 'desktop'],
  cores: 2,
  memoryGb: 8,
  limits: ['nuke_lic'],
  seconds: 260,
  command: 'nuke -x -F #IFRAME# comp.nk',
};

// biome-ignore format: a table, one layer per line
/** The kinds of work on the demo farm, by the name that the blueprints use. Layers are in dispatch order. */
export const LAYER_TEMPLATES = {
  beauty: [
    { name: 'scene_export', type: 'UTIL', single: true, service: 'maya', tags: UTIL, cores: 1, memoryGb: 4, seconds: 210, command: 'mayabatch -command export' },
    { name: 'beauty', type: 'RENDER', service: 'arnold', tags: GENERAL, cores: 8, memoryGb: 16, limits: ['arnold_lic'], seconds: 2400, waits: ['LAYER_ON_LAYER', 'scene_export'], command: 'kick -i scene.#ZFRAME#.ass' },
    { name: 'crypto', type: 'RENDER', service: 'arnold', tags: GENERAL, cores: 4, memoryGb: 8, limits: ['arnold_lic'], seconds: 420, waits: ['LAYER_ON_LAYER', 'scene_export'], command: 'kick -i crypto.#ZFRAME#.ass' },
    { name: 'denoise', type: 'RENDER', service: 'shell', tags: GENERAL, cores: 2, memoryGb: 6, seconds: 75, waits: ['FRAME_BY_FRAME', 'beauty'], command: 'noice -i beauty.#ZFRAME#.exr' },
    { ...COMP, waits: ['FRAME_BY_FRAME', 'denoise'] },
    { ...REVIEW_MOVIE, waits: ['LAYER_ON_LAYER', 'comp'] },
  ],
  sim: [
    { name: 'cache_prep', type: 'PRE', single: true, service: 'preprocess', tags: UTIL, cores: 1, memoryGb: 2, seconds: 60, command: 'hython prep.py' },
    { name: 'sim', type: 'RENDER', range: [1, 8], service: 'houdini', tags: GENERAL, cores: 16, memoryGb: 48, limits: ['houdini_lic', 'io_heavy'], seconds: 5400, waits: ['LAYER_ON_LAYER', 'cache_prep'], command: 'hython sim.py --slice #IFRAME#' },
    { name: 'mesh', type: 'RENDER', service: 'houdini', tags: GENERAL, cores: 4, memoryGb: 24, limits: ['houdini_lic'], seconds: 540, waits: ['LAYER_ON_LAYER', 'sim'], command: 'hython mesh.py #IFRAME#' },
    { name: 'preview', type: 'RENDER', service: 'houdini', tags: ['general', 'desktop'], cores: 2, memoryGb: 8, seconds: 130, waits: ['FRAME_BY_FRAME', 'mesh'], command: 'hython preview.py #IFRAME#' },
  ],
  comp: [
    { name: 'plate_prep', type: 'UTIL', service: 'shell', tags: UTIL, cores: 1, memoryGb: 2, limits: ['io_heavy'], seconds: 35, command: 'oiiotool plate.#ZFRAME#.dpx' },
    { ...COMP, waits: ['FRAME_BY_FRAME', 'plate_prep'] },
    { ...REVIEW_MOVIE, waits: ['LAYER_ON_LAYER', 'comp'] },
  ],
  lookdev: [
    { name: 'usd_export', type: 'UTIL', single: true, service: 'katana', tags: UTIL, cores: 2, memoryGb: 8, seconds: 180, command: 'usdexport asset.usd' },
    { name: 'turntable', type: 'RENDER', service: 'arnold', tags: ['gpu'], cores: 4, memoryGb: 16, gpus: 1, seconds: 380, waits: ['LAYER_ON_LAYER', 'usd_export'], command: 'kick -device gpu #ZFRAME#.ass' },
    { name: 'contact_sheet', type: 'POST', single: true, service: 'postprocess', tags: UTIL, cores: 1, memoryGb: 2, seconds: 20, waits: ['LAYER_ON_LAYER', 'turntable'], command: 'montage turntable.*.exr' },
  ],
  wedge: [
    { name: 'setup', type: 'PRE', single: true, service: 'preprocess', tags: UTIL, cores: 1, memoryGb: 1, seconds: 15, command: 'setup_wedges' },
    { name: 'wedge', type: 'RENDER', service: 'default', tags: GENERAL, cores: 1, memoryGb: 2, seconds: 140, waits: ['LAYER_ON_LAYER', 'setup'], command: 'run_wedge #IFRAME#' },
    { name: 'collect', type: 'UTIL', single: true, service: 'shell', tags: UTIL, cores: 1, memoryGb: 1, seconds: 30, waits: ['LAYER_ON_LAYER', 'wedge'], command: 'collect_wedges' },
  ],
  publish: [
    { name: 'publish', type: 'UTIL', single: true, service: 'postprocess', tags: UTIL, cores: 1, memoryGb: 1, seconds: 25, command: 'publish_version' },
  ],
} as const satisfies Readonly<Record<string, readonly LayerTemplate[]>>;

/** Names a list of layers in `LAYER_TEMPLATES`. */
export type TemplateName = keyof typeof LAYER_TEMPLATES;
