import { describe, expect, it } from 'vitest';

import { compilePeers } from '../../src/authorization/peers.ts';
import { readPolicyFile } from '../../src/authorization/policy-file.ts';
import { DocumentError } from '../../src/documents/read-document.ts';

const read = (text: string) => readPolicyFile({ fileName: 'policy.yaml', text }).peers;

const peers = compilePeers(
  read(`
networks:
  - { cidr: 10.0.0.0/8, subject: farm, scopes: cue:read }
  - { cidr: 10.20.0.0/16, subject: workstations, scopes: cue:read cue:operate }
  - { cidr: 2001:db8::/32, subject: lab, scopes: cue:read }
certificates:
  - { san: DNS:wrangler.studio.example, subject: wrangler, scopes: cue:wrangle }
`),
);
const by = (remoteAddress: string | undefined, ...certificateNames: readonly string[]) =>
  peers({ remoteAddress, certificateNames });

describe('compilePeers()', () => {
  it.each([
    ['10.1.2.3', 'farm', ['cue:read']],
    ['10.20.2.3', 'workstations', ['cue:read', 'cue:operate']],
    ['::ffff:10.20.2.3', 'workstations', ['cue:read', 'cue:operate']],
    ['2001:db8::1', 'lab', ['cue:read']],
  ])('knows %s by its smallest network', (address, subject, scopes) => {
    expect(by(address)).toMatchObject({ subject, scopes, method: 'network', isNamed: true, groups: [], claims: {} });
  });

  it.each(['11.0.0.1', '2001:db9::1', 'unknown', '', undefined])('does not know %s', (address) => {
    expect(by(address)).toBeUndefined();
  });

  it('knows a certificate by its name, whatever the network', () => {
    const names = ['DNS:other.example', 'DNS:wrangler.studio.example'];
    expect(by('10.1.2.3', ...names)).toMatchObject({ subject: 'wrangler', method: 'certificate' });
    expect(by('11.0.0.1', ...names)).toMatchObject({ subject: 'wrangler' });
    expect(by('10.1.2.3', 'DNS:other.example')).toMatchObject({ subject: 'farm' });
  });

  it('knows nobody when the policy says nothing', () => {
    const nobody = compilePeers(read('scopes: {}'));
    expect(nobody({ remoteAddress: '127.0.0.1', certificateNames: ['DNS:a'] })).toBeUndefined();
  });

  it.each([
    [
      'networks: [{ cidr: 10.0.0.1/8, subject: a, scopes: b }]',
      'networks[0].cidr: is "10.0.0.1/8"; is no network; expected an address such as 10.1.2.3, or one such as 10.1.0.0/16',
    ],
    ['networks: [{ cidr: 10.0.0.0/8, subject: a }]', 'networks[0].scopes: is missing; expected "scopes"'],
    ['networks: [{ cidr: 10.0.0.0/8, subject: " ", scopes: b }]', 'networks[0].subject: is " "; must say something'],
    [
      'certificates: [{ san: wrangler, subject: a, scopes: b }]',
      'certificates[0].san: is "wrangler"; is no name of a certificate; expected e.g. DNS:wrangler.studio.example',
    ],
  ])('refuses %s', (text, message) => {
    expect(() => read(text)).toThrow(DocumentError);
    expect(() => read(text)).toThrow(message);
  });
});
