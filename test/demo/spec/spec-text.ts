/** The parts of a job spec that tests vary. */
export interface SpecParts {
  /** Minor version of the document type; 15 by default. Without one there is no DOCTYPE. */
  readonly version?: number | undefined;
  readonly show?: string;
  readonly user?: string;
  readonly head?: string;
  readonly job?: string;
  readonly jobName?: string;
  readonly layers?: string;
  readonly depends?: string;
}

/** A layer as specs write it; `more` stands between the chunk and the end. */
export function layerText(name: string, range = '1-3', more = '', { type = 'Render', chunk = 1 } = {}): string {
  const body = `<cmd>true</cmd><range>${range}</range><chunk>${chunk}</chunk>${more}`;
  return `<layer name="${name}" type="${type}">${body}</layer>`;
}

/** A depend as specs write it, inside one job. */
export function dependText(type: string, job: string, sides: string): string {
  const [er = '', on = ''] = sides.split('|');
  return `<depend type="${type}" anyframe="False"><depjob>${job}</depjob>${er}<onjob>${job}</onjob>${on}</depend>`;
}

/** A job spec on lines of its own. */
export function specText(parts: SpecParts = {}): string {
  const { show = 'testing', user = 'kim', head = '', job = '', jobName = 'a_job' } = parts;
  const version = 'version' in parts ? parts.version : 15;
  const doctype = `<!DOCTYPE spec PUBLIC "SPI Cue Specification Language" "http://localhost:8080/spcue/dtd/cjsl-1.${version}.dtd">`;
  return `<?xml version="1.0"?>
${version === undefined ? '' : doctype}
<spec><facility>local</facility><show>${show}</show><shot>sh-01</shot><user>${user}</user>${head || '<uid>1001</uid>'}
<job name="${jobName}">${job}
<layers>${parts.layers ?? layerText('render')}</layers>
</job>
<depends>${parts.depends ?? ''}</depends>
</spec>`;
}
