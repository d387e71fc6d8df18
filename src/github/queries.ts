/**
 * Every GraphQL operation of the app. GraphQL where it saves requests (one question instead of six, fifty blobs in
 * one answer), REST where GraphQL has no answer (patches, trees, check runs, reviews).
 */

const ACTOR = /* GraphQL */ `author { __typename login }`;

const COMMENT_PAGE = /* GraphQL */ `
  pageInfo { hasPreviousPage startCursor }
  nodes { databaseId body createdAt lastEditedAt editor { __typename login } ${ACTOR} viewerDidAuthor }`;

/** Check runs of this app on a commit; `$app` is the App's id. */
const OWN_CHECKS = /* GraphQL */ `
  checkSuites(first: 10, filterBy: { appId: $app }) {
    nodes {
      checkRuns(first: 20, filterBy: { checkName: $check }) {
        nodes { databaseId name status conclusion externalId startedAt }
      }
    }
  }`;

/** Workflow runs on a commit. Older Enterprise Servers do not know the field, and refuse a question that has it. */
const WORKFLOWS = /* GraphQL */ `workflows: checkSuites(last: 50) { nodes { status workflowRun { databaseId updatedAt } } }`;

/** Everything that a review needs to know before it reads a file. */
export const situationQuery = (workflows = true): string => /* GraphQL */ `
  query Situation($owner: String!, $name: String!, $number: Int!, $app: Int!, $check: String!, $path: String!) {
    repository(owner: $owner, name: $name) {
      nameWithOwner
      isArchived
      pullRequest(number: $number) {
        number title body state isDraft changedFiles
        headRefOid baseRefOid baseRefName isCrossRepository
        baseRef { target { __typename oid ... on Commit { file(path: $path) { object { __typename ... on Blob { text } } } } } }
        ${ACTOR}
        labels(first: 50) { nodes { name } }
        commits(first: 100) {
          totalCount
          nodes { commit { oid author { name email user { login } } committer { name email user { login } } } }
        }
        head: commits(last: 1) {
          nodes {
            commit {
              oid
              associatedPullRequests(first: 20) { nodes { number state headRefOid } }
              ${OWN_CHECKS}
              ${workflows ? WORKFLOWS : ''}
            }
          }
        }
        comments(last: 100) { ${COMMENT_PAGE} }
      }
    }
    defaults: repository(owner: $owner, name: ".github") {
      object(expression: "HEAD:.github/dialectic.yml") { __typename ... on Blob { text } }
    }
  }`;

/** Older comments of a long discussion. */
export const COMMENTS = /* GraphQL */ `
  query Comments($owner: String!, $name: String!, $number: Int!, $before: String!) {
    repository(owner: $owner, name: $name) {
      issueOrPullRequest(number: $number) {
        __typename
        ... on Issue { comments(last: 100, before: $before) { ${COMMENT_PAGE} } }
        ... on PullRequest { comments(last: 100, before: $before) { ${COMMENT_PAGE} } }
      }
    }
  }`;

/** An issue, its discussion, and the configuration of the default branch. */
export const ISSUE = /* GraphQL */ `
  query Issue($owner: String!, $name: String!, $number: Int!, $path: String!) {
    repository(owner: $owner, name: $name) {
      isArchived
      defaultBranchRef { target { __typename oid ... on Commit { file(path: $path) { object { __typename ... on Blob { text } } } } } }
      issue(number: $number) {
        number title body state
        ${ACTOR}
        labels(first: 50) { nodes { name } }
        comments(last: 100) { ${COMMENT_PAGE} }
      }
    }
    defaults: repository(owner: $owner, name: ".github") {
      object(expression: "HEAD:.github/dialectic.yml") { __typename ... on Blob { text } }
    }
  }`;

/** What stands on the pull request now, read right before writing. */
export const PUBLISHED = /* GraphQL */ `
  query Published($owner: String!, $name: String!, $number: Int!, $threads: String, $reviews: String) {
    repository(owner: $owner, name: $name) {
      nameWithOwner
      pullRequest(number: $number) {
        state
        isDraft
        headRefOid
        reviews(last: 100, before: $reviews) {
          pageInfo {
            hasPreviousPage
            startCursor
          }
          nodes {
            databaseId
            body
            state
            viewerDidAuthor
            commit {
              oid
            }
          }
        }
        reviewThreads(first: 100, after: $threads) {
          pageInfo {
            hasNextPage
            endCursor
          }
          nodes {
            path
            isResolved
            comments(first: 20) {
              totalCount
              nodes {
                databaseId
                body
                viewerDidAuthor
              }
            }
          }
        }
      }
    }
  }
`;

/** Text of many blobs in one answer: one alias a blob. Ids are hex, checked before they get here. */
export const blobsQuery = (ids: readonly string[]): string => /* GraphQL */ `
  query Blobs($owner: String!, $name: String!) {
    repository(owner: $owner, name: $name) {
      ${ids.map((id, index) => `b${index}: object(oid: "${id}") { __typename oid ... on Blob { byteSize isBinary isTruncated text } }`).join('\n      ')}
    }
  }`;

/** The configuration at a commit, where there is no pull request to ask. */
export const CONFIGURATION = /* GraphQL */ `
  query Configuration($owner: String!, $name: String!, $expression: String!) {
    repository(owner: $owner, name: $name) {
      object(expression: $expression) {
        __typename
        ... on Blob {
          text
        }
      }
    }
    defaults: repository(owner: $owner, name: ".github") {
      object(expression: "HEAD:.github/dialectic.yml") {
        __typename
        ... on Blob {
          text
        }
      }
    }
  }
`;

/** Open pull requests with the state of our check on their heads. */
export const OPEN_PULLS = /* GraphQL */ `
  query OpenPulls($owner: String!, $name: String!, $app: Int!, $check: String!, $after: String) {
    repository(owner: $owner, name: $name) {
      pullRequests(states: OPEN, first: 50, after: $after, orderBy: { field: UPDATED_AT, direction: DESC }) {
        pageInfo { hasNextPage endCursor }
        nodes { number headRefOid head: commits(last: 1) { nodes { commit { oid ${OWN_CHECKS} } } } }
      }
    }
  }`;

/** Merge groups that wait on a branch, with the state of our check on them. */
export const MERGE_QUEUE = /* GraphQL */ `
  query MergeQueue($owner: String!, $name: String!, $app: Int!, $check: String!, $branch: String!) {
    repository(owner: $owner, name: $name) {
      mergeQueue(branch: $branch) {
        entries(first: 100) {
          nodes { state baseCommit { oid } headCommit { oid ${OWN_CHECKS} } pullRequest { number } }
        }
      }
    }
  }`;
