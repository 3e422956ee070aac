// The package ships no types; this is the part in use.
declare module 'tar-stream' {
  type Header = { name: string; type?: 'file' | 'directory' | 'symlink'; mode?: number; linkname?: string }
  type Pack = AsyncIterable<Uint8Array> & { entry(header: Header, content?: Buffer): void; finalize(): void }
  export const pack: () => Pack
}
