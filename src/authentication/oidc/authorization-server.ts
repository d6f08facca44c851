/**
 * Where people log in: the part of an issuer's metadata that a client in a browser needs, by its names there
 * (RFC 8414, 2, https://www.rfc-editor.org/rfc/rfc8414#section-2).
 */
export interface AuthorizationServer {
  readonly issuer: string;
  /** Where people are sent to log in. */
  readonly authorization_endpoint: string;
  /** Where the client gets tokens for the code that they come back with. */
  readonly token_endpoint: string;
  /** Where the client ends tokens (RFC 7009). */
  readonly revocation_endpoint?: string;
  /** Whether people come back with the issuer's name (RFC 9207), so that no other one can answer in its place. */
  readonly authorization_response_iss_parameter_supported?: boolean;
  /** How the tokens are signed that tell the client who has logged in. */
  readonly id_token_signing_alg_values_supported?: readonly string[];
}
