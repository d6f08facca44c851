import type {
  EnumDescriptor,
  FieldDescriptor,
  MessageDescriptor,
  MethodDescriptor,
  Registry,
  ServiceDescriptor,
} from '../../src/registry/descriptors.ts';

/** A registry as plain values, links as full names: what two equal registries have in common, and a readable difference. */
export function printRegistry(registry: Registry) {
  return {
    services: registry.services.map(printService),
    methods: [...registry.methods.keys()],
    messages: [...registry.messages].map(([key, message]) => ({ key, ...printMessage(message) })),
    enums: [...registry.enums].map(([key, declared]) => ({ key, ...printEnum(declared) })),
  };
}

function printService(service: ServiceDescriptor) {
  return { ...service, methods: service.methods.map(printMethod) };
}

function printMethod(method: MethodDescriptor) {
  return {
    ...method,
    service: method.service.fullName,
    input: method.input.fullName,
    output: method.output.fullName,
  };
}

function printMessage(message: MessageDescriptor) {
  return {
    ...message,
    fields: message.fields.map(printField),
    oneofs: message.oneofs.map((oneof) => ({ ...oneof, fields: oneof.fields.map(({ name }) => name) })),
  };
}

function printField(field: FieldDescriptor) {
  const { type } = field;
  return {
    ...field,
    parent: field.parent.fullName,
    oneof: field.oneof?.fullName,
    type: type.kind === 'scalar' ? type.scalar : type.kind === 'enum' ? type.enum.fullName : type.message.fullName,
  };
}

function printEnum(declared: EnumDescriptor) {
  return { ...declared };
}
