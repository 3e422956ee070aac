import {
  condition,
  failed,
  isOfNow,
  note,
  notYet,
  OUTDATED,
  READY,
  type Rule,
  said,
  statusOf,
  UNSEEN,
} from './verdict.ts'

/** Whatever else has a state. */

export const volumeClaim: Rule = (live) => {
  const { phase } = statusOf(live)
  if (phase === 'Lost') return failed('its volume is lost')
  // Many storage classes bind with the first pod; a pod that waits for its volume says so itself.
  return phase === 'Bound' ? READY : note('the volume is bound with the first pod that uses it')
}

export const namespace: Rule = (live) => {
  const { phase } = statusOf(live)
  return phase === 'Active' ? READY : notYet(`it is ${phase ?? 'not there yet'}`)
}

export const customResourceDefinition: Rule = (live) => {
  const named = condition(live, 'NamesAccepted')
  if (named?.status === 'False') return failed(said(named))
  const established = condition(live, 'Established')
  if (established?.status === 'True') return READY
  return notYet(established === undefined ? 'it is not established yet' : said(established))
}

export const disruptionBudget: Rule = (live) => (statusOf(live).observedGeneration === undefined ? UNSEEN : READY)

/** Metrics may come late or never; pods run without. */
export const autoscaler: Rule = (live) => {
  for (const type of ['AbleToScale', 'ScalingActive']) {
    const found = condition(live, type)
    if (found?.status === 'False') return note(said(found))
  }
  return READY
}

/** Milliseconds in which a controller says that it will say when its resource is ready. */
const READY_CONDITION_WITHIN = 5_000

/** Of somebody else's kind. */
export const customResource: Rule = (live, { age }) => {
  const ready = condition(live, 'Ready')
  if (ready === undefined)
    return age < READY_CONDITION_WITHIN
      ? notYet('it has no Ready condition yet')
      : note('it has no Ready condition that would say so')
  if (!isOfNow(ready, live.metadata.generation)) return OUTDATED
  return ready.status === 'True' ? READY : notYet(said(ready))
}
