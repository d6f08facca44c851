import { describe, expect, it } from 'vitest';

import { formatOperations } from '../../src/app/operations.ts';
import { linkRegistry } from '../../src/registry/linking/link-registry.ts';
import { parseProtoFile } from '../../src/registry/parsing/parse-proto-file.ts';
import { kindOf } from '../../src/rpc-table/rpc-kind.ts';
import { compileRpcTable } from '../../src/rpc-table/rpc-table.ts';

/** A registry of RPCs by name; what follows a name are its options. */
function registryOf(...rpcs: readonly string[]) {
  const lines = rpcs.map((rpc) => rpc.replace(/^\w+/, 'rpc $& (M) returns (M)'));
  const { file } = parseProtoFile(`syntax = "proto3"; message M {} service S { ${lines.join(' ')} }`, 'a.proto');
  return linkRegistry([file]);
}

function decide(rpc: string) {
  const [method] = registryOf(rpc).methods.values();
  return kindOf(method!);
}

describe('kindOf()', () => {
  it.each([
    ['GetOrCreateUser', 'verb Get, joined with Create'],
    ['GetAndDelete', 'verb Get, joined with Delete'],
    ['FindAndModify', 'verb Find, joined with Modify'],
    ['FindOrAdd', 'verb Find, joined with Add'],
    ['ListAndPurge', 'verb List, joined with Purge'],
    ['ReadAndClear', 'verb Read, joined with Clear'],
    ['ReadThenAck', 'verb Read, joined with Ack'],
    ['GetOrElseInsert', 'verb Get, joined with Insert'],
    ['GetUserOrCreate', 'verb Get, joined with Create'],
    ['ListJobsAndNotify', 'verb List, joined with Notify'],
    ['BatchGetAndLock', 'verb Get, joined with Lock'],
    ['get_or_create_user', 'verb Get, joined with Create'],
    ['GetAndFrobnicate', 'verb Get, joined with Frobnicate'],
    ['GetOrFindOrCreate', 'verb Get, joined with Create'],
    ['GetReset', 'verb Get, but Reset'],
    ['ReadClearCounters', 'verb Read, but Clear'],
    ['GetCreateIfMissing', 'verb Get, but Create'],
    ['CheckoutCart', 'verb Checkout'],
    ['Getaway', 'verb Getaway'],
  ])('%s is a write: %s', (name, reason) => {
    expect(decide(`${name};`)).toMatchObject({ kind: 'write', reason });
  });

  it.each([
    ['GetJobsAndLayers', undefined],
    ['GetOrList', undefined],
    ['FindAndCount', undefined],
    ['ListOrders', undefined],
    ['GetAndroidVersions', undefined],
    ['ListDeletedItems', undefined],
    ['GetClearance', undefined],
    ['GetLock', 'Lock may be a second verb'],
    ['GetUserAndGroup', 'Group may be a second verb'],
  ])('%s is a read', (name, doubt) => {
    expect(decide(`${name};`)).toMatchObject({ kind: 'read', doubt });
  });

  it('goes by idempotency_level before all', () => {
    const level = (name: string) => `{ option idempotency_level = ${name}; }`;
    expect(decide(`GetAndDelete ${level('NO_SIDE_EFFECTS')}`)).toMatchObject({ kind: 'read', doubt: undefined });
    expect(decide(`GetToken ${level('IDEMPOTENT')}`)).toMatchObject({ kind: 'write', doubt: undefined });
  });
});

describe('an RPC whose name can be read in two ways', () => {
  const registry = registryOf('GetReset;', 'GetLock;', 'GetAndDelete;', 'GetAll;');
  const doubtsOf = (text: string) =>
    compileRpcTable(registry, { text, fileName: 'rpcs.yaml', mustMatch: true }).rows.flatMap(
      ({ method, kind, kindDoubt }) => (kindDoubt === undefined ? [] : [`${method.name}: ${kind}, ${kindDoubt}`]),
    );

  it('is told, unless the table decides', () => {
    expect(doubtsOf('')).toEqual([
      'GetLock: read, Lock may be a second verb',
      'GetReset: write, Reset may be what is read',
    ]);
    expect(
      doubtsOf(
        'rpcs: { S/GetReset: { kind: read, why: tells the time of the last }, S/GetLock: { kind: write, why: locks } }',
      ),
    ).toEqual([]);
  });

  it('stands on the page of operations, where there is one', () => {
    const operation = {
      rpc: 'S/GetReset',
      rest: undefined,
      graphql: undefined,
      kind: 'mutation',
      kindReason: 'verb Get, but Reset',
      needs: [],
      lane: undefined,
      laneReason: '',
      affinity: undefined,
    } as const;
    expect(formatOperations([{ ...operation, kindDoubt: 'Reset may be what is read' }])).toContain(
      '- `S/GetReset` counts as a mutation: Reset may be what is read',
    );
    expect(formatOperations([operation])).not.toContain('counts as');
  });
});
