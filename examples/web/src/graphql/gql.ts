/* eslint-disable */
import * as types from './graphql';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  mutation PauseJob($id: ID!) {\n    jobPause(job: { id: $id }) {\n      job {\n        id\n        ...JobRow\n      }\n    }\n  }\n": typeof types.PauseJobDocument,
    "\n  mutation ResumeJob($id: ID!) {\n    jobResume(job: { id: $id }) {\n      job {\n        id\n        ...JobRow\n      }\n    }\n  }\n": typeof types.ResumeJobDocument,
    "\n  fragment JobRow on Job {\n    id\n    name\n    show\n    user\n    state\n    isPaused\n    priority\n    submittedAt\n    jobStats {\n      totalFrames\n      runningFrames\n      waitingFrames\n      dependFrames\n      deadFrames\n      eatenFrames\n      succeededFrames\n      maxRssBytes\n    }\n  }\n": typeof types.JobRowFragmentDoc,
    "\n  query Jobs($where: JobWhere!) {\n    jobs(where: $where, orderBy: [{ field: SUBMITTED_AT, direction: DESC }]) {\n      id\n      ...JobRow\n    }\n  }\n": typeof types.JobsDocument,
    "\n  subscription JobsLive($where: JobWhere!) {\n    jobs(where: $where, orderBy: [{ field: SUBMITTED_AT, direction: DESC }]) {\n      id\n      ...JobRow\n    }\n  }\n": typeof types.JobsLiveDocument,
    "\n  mutation KillJob($id: ID!, $reason: String!) {\n    jobKill(job: { id: $id }, reason: $reason) {\n      queued\n    }\n  }\n": typeof types.KillJobDocument,
};
const documents: Documents = {
    "\n  mutation PauseJob($id: ID!) {\n    jobPause(job: { id: $id }) {\n      job {\n        id\n        ...JobRow\n      }\n    }\n  }\n": types.PauseJobDocument,
    "\n  mutation ResumeJob($id: ID!) {\n    jobResume(job: { id: $id }) {\n      job {\n        id\n        ...JobRow\n      }\n    }\n  }\n": types.ResumeJobDocument,
    "\n  fragment JobRow on Job {\n    id\n    name\n    show\n    user\n    state\n    isPaused\n    priority\n    submittedAt\n    jobStats {\n      totalFrames\n      runningFrames\n      waitingFrames\n      dependFrames\n      deadFrames\n      eatenFrames\n      succeededFrames\n      maxRssBytes\n    }\n  }\n": types.JobRowFragmentDoc,
    "\n  query Jobs($where: JobWhere!) {\n    jobs(where: $where, orderBy: [{ field: SUBMITTED_AT, direction: DESC }]) {\n      id\n      ...JobRow\n    }\n  }\n": types.JobsDocument,
    "\n  subscription JobsLive($where: JobWhere!) {\n    jobs(where: $where, orderBy: [{ field: SUBMITTED_AT, direction: DESC }]) {\n      id\n      ...JobRow\n    }\n  }\n": types.JobsLiveDocument,
    "\n  mutation KillJob($id: ID!, $reason: String!) {\n    jobKill(job: { id: $id }, reason: $reason) {\n      queued\n    }\n  }\n": types.KillJobDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation PauseJob($id: ID!) {\n    jobPause(job: { id: $id }) {\n      job {\n        id\n        ...JobRow\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation PauseJob($id: ID!) {\n    jobPause(job: { id: $id }) {\n      job {\n        id\n        ...JobRow\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ResumeJob($id: ID!) {\n    jobResume(job: { id: $id }) {\n      job {\n        id\n        ...JobRow\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation ResumeJob($id: ID!) {\n    jobResume(job: { id: $id }) {\n      job {\n        id\n        ...JobRow\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment JobRow on Job {\n    id\n    name\n    show\n    user\n    state\n    isPaused\n    priority\n    submittedAt\n    jobStats {\n      totalFrames\n      runningFrames\n      waitingFrames\n      dependFrames\n      deadFrames\n      eatenFrames\n      succeededFrames\n      maxRssBytes\n    }\n  }\n"): (typeof documents)["\n  fragment JobRow on Job {\n    id\n    name\n    show\n    user\n    state\n    isPaused\n    priority\n    submittedAt\n    jobStats {\n      totalFrames\n      runningFrames\n      waitingFrames\n      dependFrames\n      deadFrames\n      eatenFrames\n      succeededFrames\n      maxRssBytes\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Jobs($where: JobWhere!) {\n    jobs(where: $where, orderBy: [{ field: SUBMITTED_AT, direction: DESC }]) {\n      id\n      ...JobRow\n    }\n  }\n"): (typeof documents)["\n  query Jobs($where: JobWhere!) {\n    jobs(where: $where, orderBy: [{ field: SUBMITTED_AT, direction: DESC }]) {\n      id\n      ...JobRow\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription JobsLive($where: JobWhere!) {\n    jobs(where: $where, orderBy: [{ field: SUBMITTED_AT, direction: DESC }]) {\n      id\n      ...JobRow\n    }\n  }\n"): (typeof documents)["\n  subscription JobsLive($where: JobWhere!) {\n    jobs(where: $where, orderBy: [{ field: SUBMITTED_AT, direction: DESC }]) {\n      id\n      ...JobRow\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation KillJob($id: ID!, $reason: String!) {\n    jobKill(job: { id: $id }, reason: $reason) {\n      queued\n    }\n  }\n"): (typeof documents)["\n  mutation KillJob($id: ID!, $reason: String!) {\n    jobKill(job: { id: $id }, reason: $reason) {\n      queued\n    }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;