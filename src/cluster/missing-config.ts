/** Which Secret or ConfigMap a kubelet misses, by its own words. Pure. */

type Missing = { culprit: string; reason: string }

/** Milliseconds. What a controller makes of a custom resource takes longer than what is applied beside it. */
export const CONFIG_MADE = 120_000

const KIND: Record<string, string> = { secret: 'Secret', configmap: 'ConfigMap' }

export const missingConfig = (said: string, namespace: string): Missing | undefined => {
  const absent = /\b(?<kind>secret|configmap) "(?<name>[^"]+)" not found/i.exec(said)?.groups
  if (absent !== undefined) {
    const culprit = `${kindOf(absent.kind)}/${namespace}/${absent.name}`
    return { culprit, reason: `${culprit} is not there` }
  }
  const partial = /couldn't find key (?<key>\S+) in (?<kind>Secret|ConfigMap) \S+\/(?<name>\S+)/.exec(said)?.groups
  if (partial !== undefined) {
    const culprit = `${partial.kind}/${namespace}/${partial.name}`
    return { culprit, reason: `${culprit} has no key ${partial.key}` }
  }
  // A volume's: the kubelet does not say of which one.
  const unnamed = /\b(?<kind>secret|configmap) references non-existent \w+ key: (?<key>\S+)/i.exec(said)?.groups
  return unnamed && { culprit: `key ${unnamed.key} of a ${kindOf(unnamed.kind)}`, reason: said }
}

const kindOf = (word = ''): string => KIND[word.toLowerCase()] ?? word
