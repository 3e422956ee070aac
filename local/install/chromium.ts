import { type Browser, chromium } from 'playwright-core'
import { findProgram } from './machine.ts'

export const chromiumPath = (): string | undefined =>
  ['chromium', 'google-chrome'].map(findProgram).find((found) => found !== undefined)

export const launchChromium = async (): Promise<Browser> => {
  const executablePath = chromiumPath()
  if (executablePath === undefined)
    throw new Error('There is no Chromium here. Install the Debian packages chromium and fonts-noto-color-emoji.')
  // Its sandbox cannot be had as root; what it shows is our own.
  return await chromium.launch({ executablePath, args: ['--no-sandbox'] })
}
