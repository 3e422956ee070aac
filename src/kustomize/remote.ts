/**
 * Whether Kustomize, of whatever version, might fetch what a path names. It asks this before it looks whether such a file
 * exists, so it may say yes to one that does.
 */
export const isRemote = (text: string): boolean =>
  // https://, ssh://, file://, git::, s3::, gh:, and anything else with a scheme
  /^\s*[a-z][a-z0-9+.-]*:/i.test(text) ||
  // git@host:org/repo
  /^\s*[\w.-]+@[\w.-]+[:/]/.test(text) ||
  /^\s*github\.com\//i.test(text) ||
  /\?(.*&)?(ref|version|timeout|submodules|archive|sshkey)=/.test(text)
