// Sets the priority of a pending job by Connect: connect.ts JOB PRIORITY
// TOKEN says who asks, CUEGATE_URL where. Needs @connectrpc/connect, @connectrpc/connect-node and @bufbuild/protobuf.
//
// The services come from cuegate's descriptor set when the program starts. For types in the editor, generate code from the
// same protos by protoc-gen-es; the rest stays as it is here.
import { readFileSync } from 'node:fs';
import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';

const protos = readFileSync(new URL('../../schema/opencue.binpb', import.meta.url));
const service = createFileRegistry(fromBinary(FileDescriptorSetSchema, protos)).getService('job.JobInterface');
if (service === undefined) throw new Error('schema/opencue.binpb has no job.JobInterface');

const transport = createConnectTransport({
  baseUrl: process.env['CUEGATE_URL'] ?? 'http://127.0.0.1:8448',
  httpVersion: '1.1',
  useBinaryFormat: true,
  interceptors: [
    (next) => (request) => {
      request.header.set('Authorization', `Bearer ${process.env['TOKEN']}`);
      return next(request);
    },
  ],
});
// biome-ignore lint/suspicious/noExplicitAny: what is made at run time has no types.
const jobs: any = createClient(service, transport);

const [, , name, priority] = process.argv;
const { job } = await jobs.findJob({ name });
await jobs.setPriority({ job: { id: job.id }, val: Number(priority) }, { timeoutMs: 10_000 });
const after = await jobs.getJob({ id: job.id });
console.log(after.job.name, after.job.priority);
