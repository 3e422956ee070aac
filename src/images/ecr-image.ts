/** An image in a private registry of Amazon ECR. */
export type EcrImage = {
  /** As it is written. */
  reference: string
  /** The account whose registry it is. */
  registryId: string
  region: string
  repository: string
  /** A digest counts where both are written: that is what is pulled. */
  version: { tag: string } | { digest: string }
}

/** With the dual-stack, FIPS and China forms of the host. A name without a version means `latest`. */
const ECR =
  /^(?<registryId>\d{12})\.dkr[.-]ecr(?:-fips)?\.(?<region>[a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|on\.(?:aws|amazonwebservices\.com\.cn))\/(?<repository>[^:@]+)(?::(?<tag>[^@]+))?(?:@(?<digest>.+))?$/

/** `undefined` for an image of another registry. */
export const ecrImageOf = (reference: string): EcrImage | undefined => {
  const groups = ECR.exec(reference)?.groups
  if (groups === undefined) return undefined
  const { registryId = '', region = '', repository = '', tag = 'latest', digest } = groups
  return { reference, registryId, region, repository, version: digest === undefined ? { tag } : { digest } }
}

/** For people who know their registry: `app1:abc1234`, `app1@sha256:0123456`. */
export const shortName = ({ repository, version }: EcrImage): string =>
  'tag' in version
    ? `${repository}:${version.tag.replace(/^[0-9a-f]{40}$/, (sha) => sha.slice(0, 7))}`
    : `${repository}@${version.digest.slice(0, 'sha256:'.length + 7)}`
