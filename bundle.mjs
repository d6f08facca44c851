// The last step of `npm run build`: makes a few files of the many that the program loads, since to find and read them takes a
// third of its start. `dist/cli.js` is the program all the same; tests and tools take the modules beside it.
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

import { rolldown } from 'rolldown';

const dist = fileURLToPath(new URL('dist/', import.meta.url));

/** In `dist`, where all files but the program itself go. */
const folder = 'bundle';

/**
 * What stays where it is: it reads files beside itself (the .proto files of gRPC's own services), is asked for by `dist`'s
 * own modules alone, or is there at build time only.
 */
const external = [
  /^(?:protobufjs|@grpc\/reflection|grpc-health-check|rolldown)(?:\/|$)/,
  /\/build\/bundle-[a-z-]+\.js$/,
];

/**
 * So does what may not be installed: all of OpenTelemetry that our own modules ask for. Its API as prom-client asks for it is there
 * whatever is installed, and is bundled with that.
 */
const isExternal = (id, importer) =>
  external.some((pattern) => pattern.test(id)) ||
  (id.startsWith('@opentelemetry/') && importer !== undefined && !importer.includes('node_modules'));

/** A module looks for files (protos, schema, the page) from where it was before. */
const stayInPlace = {
  name: 'stay-in-place',
  transform: (code, id) => {
    if (!id.startsWith(dist) || !code.includes('import.meta.url')) return null;
    const place = relative(dist, id).split(sep).join('/');
    return code.replaceAll('import.meta.url', `new URL(${JSON.stringify(place)}, bundledIn).href`);
  },
  renderChunk: (code, { fileName }) => {
    const up = fileName.startsWith(`${folder}/`) ? '../' : './';
    return code.replaceAll('bundledIn)', `new URL(${JSON.stringify(up)}, import.meta.url))`);
  },
};

/** V8 keeps the text of what it runs, at two bytes for each character if one is no ASCII. */
const writeAscii = {
  name: 'write-ascii',
  generateBundle: (_, chunks) => {
    for (const chunk of Object.values(chunks)) {
      chunk.code = chunk.code.replace(
        /[\x80-\uffff]/g,
        (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
    }
  },
};

const bundle = await rolldown({
  input: `${dist}cli.js`,
  platform: 'node',
  external: isExternal,
  plugins: [stayInPlace, writeAscii],
  transform: { define: { 'process.env.NODE_ENV': '"production"', 'globalThis.process.env.NODE_ENV': '"production"' } },
});
await bundle.write({
  dir: dist,
  format: 'es',
  entryFileNames: '[name].js',
  chunkFileNames: `${folder}/[name].js`,
  // Lines and names stay, for stacks in the log.
  comments: false,
  minify: false,
});
await bundle.close();
