import { GraphQLScalarType, type ValueNode, valueFromASTUntyped } from 'graphql';

import { badUserInput } from '../../execution/bad-user-input.ts';
import { showLiteral, showValue } from './show-value.ts';

/** `google.protobuf.Struct`, `Value` and `ListValue`; the codec checks which of the three is meant. */
export const JSON_SCALAR = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  description: 'Any JSON value.',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
});

/** `google.protobuf.Any` as ProtoJSON. */
export const Any = new GraphQLScalarType<object, unknown>({
  name: 'Any',
  description: 'A message of any type: an object with the type\'s URL in `"@type"` beside the message\'s own fields.',
  serialize: (value) => value,
  parseValue: (value) => checkAny(value, () => showValue(value)),
  // A literal cannot be written, "@type" being no GraphQL name; variables inside it could not help.
  parseLiteral: (node: ValueNode) => {
    throw badUserInput(`Any cannot represent ${showLiteral(node)}: pass it as a variable, with "@type"`);
  },
});

function checkAny(value: unknown, show: () => string): object {
  if (typeof value === 'object' && value !== null && '@type' in value && typeof value['@type'] === 'string')
    return value;
  throw badUserInput(`Any cannot represent ${show()}: expected an object with "@type"`);
}
