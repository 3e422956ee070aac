import {
  CreateRuleCommand,
  DeleteRuleCommand,
  type ElasticLoadBalancingV2Client,
  type Action as ElbAction,
  type Rule as ElbRule,
  type RuleCondition,
  SetRulePrioritiesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { rulesOf } from './elb-reading.ts'
import type { Action, Rule } from './model.ts'

/** AWS's default quota, which the emulator does not know. */
const MAX_RULES = 100

export class TooManyRulesException extends Error {
  override readonly name = 'TooManyRulesException'
  readonly operation = 'CreateRule'
}

export const elbAction = (action: Action, arns: ReadonlyMap<string, string>): ElbAction => {
  if ('forward' in action) return { Type: 'forward', TargetGroupArn: arns.get(action.forward) ?? '' }
  const FixedResponseConfig = { StatusCode: String(action.status), ContentType: 'text/plain', MessageBody: action.body }
  return { Type: 'fixed-response', FixedResponseConfig }
}

const conditionsOf = ({ hosts, paths }: Rule): RuleCondition[] => [
  ...(hosts.length > 0 ? [{ Field: 'host-header', HostHeaderConfig: { Values: hosts } }] : []),
  ...(paths.length > 0 ? [{ Field: 'path-pattern', PathPatternConfig: { Values: paths } }] : []),
]

/** What makes two rules the same, whatever their priority. */
const contentOf = ({ Conditions = [], Actions = [] }: Pick<ElbRule, 'Conditions' | 'Actions'>): string =>
  JSON.stringify([
    Conditions.map(({ Field, HostHeaderConfig, PathPatternConfig, Values }) => [
      Field,
      HostHeaderConfig?.Values ?? PathPatternConfig?.Values ?? Values,
    ]),
    Actions.map(({ Type, TargetGroupArn, FixedResponseConfig: fixed }) => [
      Type,
      TargetGroupArn ?? '',
      fixed?.StatusCode ?? '',
      fixed?.MessageBody ?? '',
    ]),
  ])

/** Makes the listener's rules these, in this order, without a moment in which an unchanged one is missing. */
export const applyRules = async (
  client: ElasticLoadBalancingV2Client,
  listener: string,
  rules: readonly Rule[],
  arns: ReadonlyMap<string, string>,
): Promise<void> => {
  const present = await rulesOf(client, listener)
  const kept = new Map<ElbRule, number>()
  const missing: { Conditions: RuleCondition[]; Actions: ElbAction[]; Priority: number }[] = []
  for (const [index, rule] of rules.entries()) {
    const wanted = { Conditions: conditionsOf(rule), Actions: [elbAction(rule.action, arns)], Priority: index + 1 }
    const same = present.find((candidate) => !kept.has(candidate) && contentOf(candidate) === contentOf(wanted))
    if (same) kept.set(same, wanted.Priority)
    else missing.push(wanted)
  }
  for (const rule of present.filter((candidate) => !kept.has(candidate))) {
    await client.send(new DeleteRuleCommand({ RuleArn: rule.RuleArn }))
  }
  const moved = [...kept].filter(([rule, priority]) => rule.Priority !== String(priority))
  if (moved.length > 0) {
    const RulePriorities = moved.map(([{ RuleArn }, Priority]) => ({ RuleArn, Priority }))
    await client.send(new SetRulePrioritiesCommand({ RulePriorities }))
  }
  for (const [index, rule] of missing.entries()) {
    if (kept.size + index >= MAX_RULES) throw new TooManyRulesException('The maximum number of rules has been reached')
    await client.send(new CreateRuleCommand({ ListenerArn: listener, ...rule }))
  }
}
