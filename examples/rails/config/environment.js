/** What a container must have been given: without it, it ends at once and says so. */
export const required = (name) => {
  const value = process.env[name]
  if (value) return value
  console.error(`${name} is not set`)
  process.exit(1)
}
