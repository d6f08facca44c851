// A bare proxy: the server and the client of grpc-js, and bytes in between. It knows neither callers, lanes nor records. Prints its
// address.
import {
  Client,
  credentials,
  Metadata,
  Server,
  type sendUnaryData,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceDefinition,
} from '@grpc/grpc-js';

const path = '/job.JobInterface/SetPriority';
const bytes = (message: Buffer) => message;
const client = new Client(process.env['CUEBOT_ENDPOINT'] ?? '', credentials.createInsecure());
const setPriority: ServiceDefinition[string] = {
  path,
  requestStream: false,
  responseStream: false,
  requestSerialize: bytes,
  requestDeserialize: bytes,
  responseSerialize: bytes,
  responseDeserialize: bytes,
};

const server = new Server();
server.addService(
  { setPriority },
  {
    setPriority: ({ request }: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) =>
      void client.makeUnaryRequest(path, bytes, bytes, request, new Metadata(), callback),
  },
);
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.stdout.write(`127.0.0.1:${port}\n`);
});
