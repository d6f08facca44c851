import { describe, expect, it } from 'vitest';

import { describeProtectedResource } from '../../src/authentication/protected-resource.ts';

import { settingsOf } from './settings.ts';

const issuers = ['https://login.example/realms/farm'];

describe('describeProtectedResource()', () => {
  it('tells whose tokens are taken, and which scopes there are', () => {
    const settings = settingsOf({ issuers, publicUrl: 'https://cuegate.example' });
    expect(describeProtectedResource(settings, ['cue:read', 'cue:grant:*'])).toEqual({
      url: 'https://cuegate.example/.well-known/oauth-protected-resource',
      path: '/.well-known/oauth-protected-resource',
      document: {
        resource: 'https://cuegate.example',
        authorization_servers: issuers,
        scopes_supported: ['cue:read'],
        bearer_methods_supported: ['header'],
        dpop_bound_access_tokens_required: false,
        tls_client_certificate_bound_access_tokens: false,
        resource_name: 'cuegate',
      },
    });
  });

  it.each([
    ['https://cuegate.example/', 'https://cuegate.example/.well-known/oauth-protected-resource'],
    ['https://studio.example/farm', 'https://studio.example/.well-known/oauth-protected-resource/farm'],
  ])('for %s stands at %s', (publicUrl, url) => {
    expect(describeProtectedResource(settingsOf({ issuers, publicUrl }))?.url).toBe(url);
  });

  it('is not there where nobody said what it is about', () => {
    expect(describeProtectedResource(settingsOf({ issuers }))).toBeUndefined();
    expect(describeProtectedResource(settingsOf({ publicUrl: 'https://cuegate.example' }))).toBeUndefined();
    const open = settingsOf({ auth: 'none', issuers, publicUrl: 'https://cuegate.example' });
    expect(describeProtectedResource(open)).toBeUndefined();
  });
});
