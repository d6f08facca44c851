/** The answer of conf.v1.Echo/Meta to a request without anything to forward, as recorded. */
export const metaAnswer =
  'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nGrpc-Metadata-Content-Type: application/grpc\r\n' +
  'Date: $DATE\r\nContent-Length: 681\r\n\r\n' +
  '{"md":{":authority":{"v":["127.0.0.1:19001"],"b64":[]},"authorization":{"v":["Bearer $TOKEN"],"b64":[]},' +
  '"content-type":{"v":["application/grpc"],"b64":[]},"grpcgateway-authorization":{"v":["Bearer $TOKEN"],"b64":[]},' +
  '"grpcgateway-content-type":{"v":["application/json"],"b64":[]},"user-agent":{"v":["grpc-go/1.83.0"],"b64":[]},' +
  '"x-forwarded-for":{"v":["127.0.0.1"],"b64":[]},"x-forwarded-host":{"v":["h.example:1"],"b64":[]}},' +
  '"deadline":"","authority":"","method":"/conf.v1.Echo/Meta"}';

/** limit.LimitInterface/GetAll with one empty limit, in OpenCue 1.37 and the spaced style. */
export const newerLimit =
  '{"limits":[{"id":"", "name":"", "maxValue":0, "currentRunning":0, "type":"FRAME", "enforcement":"ENFORCED", ' +
  '"softValue":0, "currentUsage":0, "settledUsage":0, "pendingUsage":0, "hostCount":0, "lastReportTime":"0", ' +
  '"reportSource":"", "reportTtl":0, "reportStale":false, "blockingDisabled":false, "exitStatus":0, "delayMinutes":0, ' +
  '"autoTag":false, "specLayerCount":0, "autoLayerCount":0}]}';
