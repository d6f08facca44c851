import { UserError } from '../errors/user-error.ts';

/** An address to listen on, and the settings that name its parts. */
export interface ListenAddress {
  readonly host: string | undefined;
  readonly port: number;
  readonly hostSetting: string;
  readonly portSetting: string;
}

/** Words why an address cannot be listened on, by the error codes of node:net; any other error comes back as it is. */
export function explainListenError(error: unknown, { host, port, hostSetting, portSetting }: ListenAddress): unknown {
  const where = `port ${port}${host === undefined ? '' : ` of ${host}`}`;
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new UserError(
        `${portSetting}: ${where} is taken by another program. Stop that one, or set another port; 0 picks a free one`,
      );
    case 'EACCES':
      return new UserError(
        `${portSetting}: ${where} takes rights that this process does not have. Set a port above 1023`,
      );
    case 'EADDRNOTAVAIL':
      return new UserError(
        `${hostSetting}: this machine has no address ${host}. Set one of its own, such as 127.0.0.1`,
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new UserError(
        `${hostSetting}: no address is known for the name "${host}". Set an address, or mend the name`,
      );
    default:
      return error;
  }
}
