import type { LoggedRequest } from '../github/wire.ts'
import type { Chapter, PullRequestShown } from '../page/story-page.ts'
import { storyPage } from '../page/story-page.ts'
import type { Scene } from '../scene.ts'
import type { Claim } from './claims.ts'

export type Diary = ReturnType<typeof createDiary>

/** Keeps what every chapter showed to people, for the page that is left when the demo has ended. */
export const createDiary = ({ github, slack }: Pick<Scene, 'github' | 'slack'>) => {
  const chapters: Chapter[] = []
  let pullRequest: PullRequestShown | undefined
  let [requests, messages] = [0, 0]
  const here = (): Chapter => {
    const chapter = chapters.at(-1)
    if (chapter === undefined) throw new Error('the demo has no chapter yet')
    return chapter
  }
  return {
    begin: (title: string): void => void chapters.push({ title, events: [], comments: [], messages: [], claims: [] }),
    /** Its latest state is the one shown. */
    pullRequest: (shown: PullRequestShown): void => {
      pullRequest = shown
    },
    event: (where: string, text: string, lines: readonly string[]): void =>
      void here().events.push({ where, text, lines }),
    claims: (claims: readonly Claim[]): void => void here().claims.push(...claims),
    report: (page: string | undefined): void => {
      if (page !== undefined) here().report = page
    },
    /** Whatever GitHub and Slack were sent since the last time. */
    collect: (): void => {
      here().comments.push(...commentStates(github.requests().slice(requests)))
      here().messages.push(
        ...slack
          .messages()
          .slice(messages)
          .map(({ blocks }) => blocks),
      )
      requests = github.requests().length
      messages = slack.messages().length
    },
    page: (): string => storyPage(pullRequest, chapters),
  }
}

/** What a comment was made to say, one after the other; the same words again are no new state. */
export const commentStates = (requests: readonly LoggedRequest[]): string[] =>
  requests
    .filter(
      ({ method, path, status = 500 }) => ['POST', 'PATCH'].includes(method) && COMMENT.test(path) && status < 300,
    )
    .map(({ body }) => String((body as { body?: unknown }).body))
    .filter((text, at, all) => text !== all[at - 1])

const COMMENT = /\/issues\/(\d+\/comments|comments\/\d+)$/
