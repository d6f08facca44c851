// Loaded before the program (node --import): tells each package of OpenTelemetry on standard error when somebody asks for it,
// by import (https://nodejs.org/api/module.html#customization-hooks) or by require, which those hooks do not see.
import { writeSync } from 'node:fs';
import Module, { register } from 'node:module';

register(
  `data:text/javascript,${encodeURIComponent(`
    import { writeSync } from 'node:fs';
    export const resolve = (specifier, context, next) => {
      if (specifier.includes('@opentelemetry')) writeSync(2, 'asked for ' + specifier + '\\n');
      return next(specifier, context);
    };
  `)}`,
);

const load = Module._load;
Module._load = (specifier, ...rest) => {
  if (specifier.includes('@opentelemetry')) writeSync(2, `asked for ${specifier}\n`);
  return load(specifier, ...rest);
};
