/** Go's reason phrases of the statuses that REST answers with; RFC 9110, section 15. */
const phrases: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** `404` → `404 Not Found`. A code that Go has no words for (499) is called by its number. */
export function statusLineOf(httpStatus: number): string {
  return `${httpStatus} ${phrases[httpStatus] ?? `status code ${httpStatus}`}`;
}
