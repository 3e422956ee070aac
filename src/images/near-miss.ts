import { distance } from 'fastest-levenshtein'
import { CONFIG_PATH } from '../config.ts'
import { type EcrImage, shortName } from './ecr-image.ts'
import type { Pushed } from './registry.ts'

/** What is there in place of an image that is not. */
export type Found = {
  /** The repository's tagged images; absent when there is no such repository. */
  pushed?: readonly Pushed[]
  /** Names of repositories that could be meant, the most likely first. */
  similar: readonly string[]
  /** Where the very same image is. */
  elsewhere: readonly EcrImage[]
}
export type Of = {
  /** The head commit. */
  commit: string
  /** `github.sha`: what the run checks out when it is not told otherwise. */
  mergeCommit: string | undefined
  now: Date
}

export type NearMiss = {
  message: string
  hint: string
  /** The build job has done its work, under a tag that is not the one. */
  isMistake: boolean
}

const SHORTEST = 7
const LATEST = 3
const HEAD_SHA = '$' + '{{ github.event.pull_request.head.sha }}'

/** Why an image may not be there, from what is: the first of these that fits is nearly always the reason. Pure. */
export const nearMiss = (image: EcrImage, { pushed, similar, elsewhere }: Found, of: Of): NearMiss => {
  const name = shortName(image)
  const place = `${image.registryId}, ${image.region}`
  const tags = (pushed ?? []).flatMap(({ tags }) => tags)
  const { commit, mergeCommit } = of
  const ofMerge =
    mergeCommit && (tags.find((tag) => tag === mergeCommit) ?? tags.find((tag) => names(tag, mergeCommit)))
  if (ofMerge !== undefined)
    return {
      message: `${name} is not there, but the tag ${ofMerge} is: that is the merge commit (github.sha)`,
      hint: `tag the image with the head commit, ${HEAD_SHA}`,
      // One that has more to its name may be a part of what is still being made, such as an architecture.
      isMistake: ofMerge === mergeCommit,
    }
  const ofHead = tags.find((tag) => names(tag, commit))
  if (ofHead !== undefined)
    return {
      message: `${name} is not there, but the tag ${ofHead} is: that is the head commit in another form`,
      hint: `tag the image with the whole ${HEAD_SHA}, or hand ${image.repository}:${ofHead} over with the input images`,
      isMistake: false,
    }
  if (elsewhere.length > 0)
    return {
      message: `${name} is not in the repository ${image.repository} (${place}), but in ${elsewhere.map((other) => `${other.repository} (${other.registryId}, ${other.region})`).join(', ')}`,
      hint: `correct the image in ${CONFIG_PATH}, or where the build job pushes to`,
      isMistake: false,
    }
  if (pushed === undefined)
    return {
      message: `there is no repository ${image.repository} in ${place}${similar.length === 0 ? '' : `; there is ${similar.join(', ')}`}`,
      hint: `correct the image in ${CONFIG_PATH}, or make the repository`,
      isMistake: false,
    }
  return {
    message: `${name} is not there; ${latest(pushed, of.now)}`,
    hint: `see whether the build job has pushed it; its tag is to be the head commit, ${HEAD_SHA}`,
    isMistake: false,
  }
}

/** `sha-abc1234`, `pr-5-abc1234…`: that of `commit`, or the beginning of one. */
const names = (tag: string, commit: string): boolean => tag.includes(commit.slice(0, SHORTEST))

const latest = (pushed: readonly Pushed[], now: Date): string => {
  const last = pushed.toSorted((one, other) => other.at.getTime() - one.at.getTime()).slice(0, LATEST)
  if (last.length === 0) return 'the repository has no tagged image'
  const lines = last.map(({ tags, at }) => `${tags.slice(0, LATEST).join(', ')} (${age(now.getTime() - at.getTime())})`)
  return `the last pushed are ${lines.join('; ')}`
}

const MINUTE = 60_000
const age = (ms: number): string => {
  if (ms < 120 * MINUTE) return `${Math.max(0, Math.round(ms / MINUTE))} min ago`
  const hours = Math.round(ms / (60 * MINUTE))
  return hours < 48 ? `${hours} h ago` : `${Math.round(hours / 24)} days ago`
}

/** Those whose last part is the same, or nearly: `app1` for `shop/app1`, `app-1` or `aap1`; but `app2` is another app. Pure. */
export const similarTo = (repository: string, others: readonly string[]): string[] =>
  others
    .filter((other) => other !== repository && !isSibling(last(other), last(repository)))
    .map((other) => ({ other, far: Math.min(distance(other, repository), distance(last(other), last(repository))) }))
    .filter(({ other, far }) => far <= Math.max(1, Math.floor(last(other).length / 4)))
    .toSorted((one, two) => one.far - two.far)
    .slice(0, 3)
    .map(({ other }) => other)

const last = (repository: string): string => repository.slice(repository.lastIndexOf('/') + 1)

const isSibling = (one: string, other: string): boolean =>
  one !== other && one.replaceAll(/\d/g, '') === other.replaceAll(/\d/g, '')
